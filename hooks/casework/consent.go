package casework

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
)

// BindConsents keeps the three agreements apart (domain 7.2): each is its own
// record, and only the one to a service says anything on the pathway.
func BindConsents(app core.App) {
	for _, noun := range []string{"service_agreements", "sharing_consents", "treatment_consents"} {
		kernel.Creating(app, noun).Bind(kernel.InDomain(answered))
		kernel.Updating(app, noun).Bind(kernel.InDomain(withdrawn))
	}
	kernel.Creating(app, "sharing_decisions").Bind(kernel.InDomain(decideSharing))
}

// answered records a yes or a no; a no is as good an answer.
func answered(e *core.RecordEvent) error {
	if !e.Record.GetDateTime("withdrawn_at").IsZero() {
		return kernel.Wrong("withdrawn_at", "not_given", "Record the answer first, then that it was withdrawn.")
	}
	if r := e.Record; r.GetString("answer") == "given" && !kernel.IsServer(r) { // a child's no needs no reason
		c := engagement.Consent{By: r.GetString("person"), On: kernel.LocalDay(r.GetDateTime("answered_at")), About: "children", Why: r.GetString("reason"), ByField: "person", OnField: "answered_at", Text: "reason"}
		if err := c.MayStand(e.App, r); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	if e.Record.Collection().Name != "service_agreements" {
		return nil
	}
	a := agreementEvent(e.Record, "answered")
	a.At = e.Record.GetDateTime("answered_at")
	switch answer := e.Record.GetString("answer"); {
	case answer == "refused":
		a.Kind, a.Data = "consent.refused", map[string]any{"reason": e.Record.GetString("reason"), "service": e.Record.GetString("service")}
	case e.Record.GetString("service") == "plan":
		a.Kind, a.Data = "plan.agreed", map[string]any{"agreement": e.Record.GetString("how"), "witnessed_by": e.Record.GetString("witnessed_by")}
	default:
		a.Kind, a.Data = "consent.given", map[string]any{"service": e.Record.GetString("service")}
	}
	a.Data["person"] = e.Record.GetString("person") // one adult's word is not another's
	return engagement.AppendEvent(e.App, a)
}

// withdrawn adds the day an agreement ended, once; what it was stays as recorded.
func withdrawn(e *core.RecordEvent) error {
	r := e.Record
	if !kernel.Changed(r, "withdrawn_at") && !kernel.Changed(r, "withdrawn_because") {
		return e.Next()
	}
	switch {
	case r.GetString("answer") != "given":
		return kernel.Wrong("withdrawn_at", "not_given", "Only what was agreed to can be withdrawn.")
	case !r.Original().GetDateTime("withdrawn_at").IsZero():
		return kernel.Wrong("withdrawn_at", "withdrawn", "This was withdrawn already; a new answer is a new record.")
	case r.GetDateTime("withdrawn_at").IsZero():
		return kernel.Wrong("withdrawn_at", "required", "Say when it was withdrawn.")
	case r.GetDateTime("withdrawn_at").Before(r.GetDateTime("answered_at")):
		return kernel.Wrong("withdrawn_at", "too_early", "Nothing is withdrawn before it was given.")
	}
	if err := e.Next(); err != nil || r.Collection().Name != "service_agreements" {
		return err
	}
	a := agreementEvent(r, "withdrawn")
	a.Kind, a.At = "consent.withdrawn", r.GetDateTime("withdrawn_at")
	a.Data = map[string]any{"reason": r.GetString("withdrawn_because"), "service": r.GetString("service"), "person": r.GetString("person")}
	return engagement.AppendEvent(e.App, a)
}

func agreementEvent(r *core.Record, what string) engagement.Arising {
	return engagement.Arising{CaseID: r.GetString("case"), Pathway: r.GetString("pathway"), From: engagement.Turn(r, what)}
}

// decideSharing holds a decision to share, or not to, to what must be said with it:
// the basis, and consent only where there is one that still stood.
func decideSharing(e *core.RecordEvent) error {
	d := e.Record
	shared, basis, consent := d.GetString("decision") == "shared", d.GetString("basis"), d.GetString("consent")
	switch {
	case shared && basis == "none":
		return kernel.Wrong("basis", "required", "Say on what basis it was shared.")
	case basis == "consent" && consent == "":
		return kernel.Wrong("consent", "required", "Name the consent to share that this rests on; agreeing to a service is another thing.")
	case basis != "consent" && consent != "":
		return kernel.Wrong("consent", "other_basis", "This decision rests on another basis; do not name a consent beside it.")
	case shared && d.GetString("necessity") == "":
		return kernel.Wrong("necessity", "required", "Say why sharing was necessary.")
	case shared && d.GetString("proportionality") == "":
		return kernel.Wrong("proportionality", "required", "Say why no less would do.")
	case d.GetString("family_told") != "yes" && d.GetString("not_told_because") == "":
		return kernel.Wrong("not_told_because", "required", "Say why the family was not told, or not yet.")
	}
	if consent != "" {
		c, err := e.App.FindRecordById("sharing_consents", consent)
		if err != nil {
			return kernel.Wrong("consent", "other_case", "There is no such record in this case.")
		}
		ended, at := c.GetDateTime("withdrawn_at"), d.GetDateTime("decided_at")
		if c.GetString("answer") != "given" || c.GetDateTime("answered_at").After(at) || !ended.IsZero() && !ended.After(at) {
			return kernel.Wrong("consent", "not_standing", "That consent did not stand on the day of the decision; say the basis it rests on instead.")
		}
	}
	return e.Next()
}
