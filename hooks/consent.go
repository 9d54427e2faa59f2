package hooks

import (
	"github.com/pocketbase/pocketbase/core"
)

// bindConsents keeps the three agreements apart (domain 7.2): each is its own
// record, and only the one to a service says anything on the pathway.
func bindConsents(app core.App) {
	for _, noun := range []string{"service_agreements", "sharing_consents", "treatment_consents"} {
		creating(app, noun).Bind(inDomain(answered))
		updating(app, noun).Bind(inDomain(withdrawn))
	}
	creating(app, "sharing_decisions").Bind(inDomain(decideSharing))
}

// answered records a yes or a no; a no is as good an answer.
func answered(e *core.RecordEvent) error {
	if !e.Record.GetDateTime("withdrawn_at").IsZero() {
		return wrong("withdrawn_at", "not_given", "Record the answer first, then that it was withdrawn.")
	}
	if r := e.Record; r.GetString("answer") == "given" && !isServer(r) { // a child's no needs no reason
		c := consent{by: r.GetString("person"), on: localDay(r.GetDateTime("answered_at")), about: "children", why: r.GetString("reason"), byField: "person", onField: "answered_at", text: "reason"}
		if err := c.mayStand(e.App, r); err != nil {
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
	a.at = e.Record.GetDateTime("answered_at")
	switch answer := e.Record.GetString("answer"); {
	case answer == "refused":
		a.kind, a.data = "consent.refused", map[string]any{"reason": e.Record.GetString("reason"), "service": e.Record.GetString("service")}
	case e.Record.GetString("service") == "plan":
		a.kind, a.data = "plan.agreed", map[string]any{"agreement": e.Record.GetString("how"), "witnessed_by": e.Record.GetString("witnessed_by")}
	default:
		a.kind, a.data = "consent.given", map[string]any{"service": e.Record.GetString("service")}
	}
	a.data["person"] = e.Record.GetString("person") // one adult's word is not another's
	return appendEvent(e.App, a)
}

// withdrawn adds the day an agreement ended, once; what it was stays as recorded.
func withdrawn(e *core.RecordEvent) error {
	r := e.Record
	if !changed(r, "withdrawn_at") && !changed(r, "withdrawn_because") {
		return e.Next()
	}
	switch {
	case r.GetString("answer") != "given":
		return wrong("withdrawn_at", "not_given", "Only what was agreed to can be withdrawn.")
	case !r.Original().GetDateTime("withdrawn_at").IsZero():
		return wrong("withdrawn_at", "withdrawn", "This was withdrawn already; a new answer is a new record.")
	case r.GetDateTime("withdrawn_at").IsZero():
		return wrong("withdrawn_at", "required", "Say when it was withdrawn.")
	case r.GetDateTime("withdrawn_at").Before(r.GetDateTime("answered_at")):
		return wrong("withdrawn_at", "too_early", "Nothing is withdrawn before it was given.")
	}
	if err := e.Next(); err != nil || r.Collection().Name != "service_agreements" {
		return err
	}
	a := agreementEvent(r, "withdrawn")
	a.kind, a.at = "consent.withdrawn", r.GetDateTime("withdrawn_at")
	a.data = map[string]any{"reason": r.GetString("withdrawn_because"), "service": r.GetString("service"), "person": r.GetString("person")}
	return appendEvent(e.App, a)
}

func agreementEvent(r *core.Record, what string) arising {
	return arising{caseID: r.GetString("case"), pathway: r.GetString("pathway"), from: turn(r, what)}
}

// decideSharing holds a decision to share, or not to, to what must be said with it:
// the basis, and consent only where there is one that still stood.
func decideSharing(e *core.RecordEvent) error {
	d := e.Record
	shared, basis, consent := d.GetString("decision") == "shared", d.GetString("basis"), d.GetString("consent")
	switch {
	case shared && basis == "none":
		return wrong("basis", "required", "Say on what basis it was shared.")
	case basis == "consent" && consent == "":
		return wrong("consent", "required", "Name the consent to share that this rests on; agreeing to a service is another thing.")
	case basis != "consent" && consent != "":
		return wrong("consent", "other_basis", "This decision rests on another basis; do not name a consent beside it.")
	case shared && d.GetString("necessity") == "":
		return wrong("necessity", "required", "Say why sharing was necessary.")
	case shared && d.GetString("proportionality") == "":
		return wrong("proportionality", "required", "Say why no less would do.")
	case d.GetString("family_told") != "yes" && d.GetString("not_told_because") == "":
		return wrong("not_told_because", "required", "Say why the family was not told, or not yet.")
	}
	if consent != "" {
		c, err := e.App.FindRecordById("sharing_consents", consent)
		if err != nil {
			return wrong("consent", "other_case", "There is no such record in this case.")
		}
		ended, at := c.GetDateTime("withdrawn_at"), d.GetDateTime("decided_at")
		if c.GetString("answer") != "given" || c.GetDateTime("answered_at").After(at) || !ended.IsZero() && !ended.After(at) {
			return wrong("consent", "not_standing", "That consent did not stand on the day of the decision; say the basis it rests on instead.")
		}
	}
	return e.Next()
}
