package evidence

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
)

// BindEvidence holds evidence to the policy when it is announced, begins its custody,
// and lets nobody delete a row of it: bytes are disposed of by two people, and the
// row, its hash and its custody stay.
func BindEvidence(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: f}
	}
	kernel.Creating(app, "evidence").Bind(at(announce))
	kernel.Creating(app, "evidence").Bind(kernel.InDomain(consented))
	kernel.Updating(app, "evidence").Bind(kernel.InDomain(consented))
	kernel.Deleting(app, "evidence").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(*core.RecordEvent) error {
		return validation.Errors{"id": validation.NewError("evidence_stays", "Evidence is disposed of by two people; its row is never deleted.")}
	}})
	kernel.Creating(app, "evidence_exceptions").Bind(at(approveException))
	kernel.Updating(app, "evidence_exceptions").Bind(at(revokeException))
	kernel.Creating(app, "evidence_holds").Bind(at(hold))
	kernel.Updating(app, "evidence_holds").Bind(at(liftHold))
	kernel.Creating(app, "evidence_disposals").Bind(at(proposeDisposal))
	kernel.Updating(app, "evidence_disposals").Bind(at(decideDisposal))
	for _, noun := range []string{"evidence_exceptions", "evidence_holds", "evidence_disposals"} {
		kernel.Deleting(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(*core.RecordEvent) error { return kernel.ErrAppendOnly }})
	}
}

// consented: evidence that rests on consent names who gave it, and on what day, and who can.
func consented(e *core.RecordEvent) error {
	r := e.Record
	if r.GetString("basis") != "consent" || kernel.IsServer(r) || !slices.ContainsFunc([]string{"basis", "basis_from", "basis_on", "basis_note"}, func(f string) bool { return kernel.Changed(r, f) }) {
		return e.Next()
	}
	switch {
	case r.GetString("basis_from") == "":
		return kernel.Wrong("basis_from", "required", "Name who consented to this; without that, it does not rest on consent.")
	case r.GetString("basis_on") == "":
		return kernel.Wrong("basis_on", "required", "Give the day on which they consented to this.")
	}
	c := engagement.Consent{By: r.GetString("basis_from"), On: r.GetString("basis_on"), About: "children", Why: r.GetString("basis_note"), ByField: "basis_from", OnField: "basis_on", Text: "basis_note"}
	if err := c.MayStand(e.App, r); err != nil {
		return err
	}
	return e.Next()
}

// EvidencePolicy is the policy that holds now: the highest published version.
func EvidencePolicy(app core.App) (*intake.Policy, error) {
	found, err := app.FindRecordsByFilter("evidence_policies", "key = 'evidence' && status = 'published'", "-version", 1, 0)
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("there is no published evidence policy: %w", err)
	}
	return pack.Compiled(found[0], pack.ParseEvidencePolicy)
}

// announce holds an announcement to the policy and writes the first step of custody.
func announce(e *core.RecordEvent) error {
	r := e.Record
	policy, err := EvidencePolicy(e.App)
	if err != nil {
		return err
	}
	inCase, thatDay, err := alike(e.App, r)
	if err != nil {
		return err
	}
	kind := r.GetString("kind")
	if field, code, why := policy.Announced(kind, r.GetString("mime"), int64(r.GetInt("size")), inCase, thatDay); code != "" {
		return validation.Errors{field: validation.NewError(code, why)}
	}
	if child := r.GetString("child"); child != "" {
		if err := isChild(e.App, child); err != nil {
			return err
		}
	}
	r.Set("exception", "")
	if policy.Kinds[kind].NeedsException {
		if err := byException(e.App, r); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	steps := []Step{{Kind: "announced", Detail: "SHA-256 " + r.GetString("sha256")}}
	if r.GetString("status") == "sealed" { // the server itself brought it, bytes and all
		steps = append(steps, Step{Kind: "received"}, Step{Kind: "verified"}, Step{Kind: "sealed"})
	}
	return Custody(e.App, r, steps...)
}

// alike counts the evidence of a row's kind in its case, and that of its day: the day
// on which it was captured, since a phone may bring a week at once.
func alike(app core.App, r *core.Record) (inCase, thatDay int, err error) {
	day := r.GetDateTime("captured_at")
	if day.IsZero() {
		day = kernel.Now()
	}
	err = app.ConcurrentDB().NewQuery(`SELECT count(*), coalesce(sum(substr(CASE captured_at WHEN '' THEN created ELSE captured_at END, 1, 10) = {:d}), 0)
		FROM evidence WHERE "case" = {:c} AND kind = {:k}`).
		Bind(dbx.Params{"c": r.GetString("case"), "k": r.GetString("kind"), "d": day.Time().UTC().Format(time.DateOnly)}).Row(&inCase, &thatDay)
	return inCase, thatDay, err
}

func isChild(app core.App, id string) error {
	if person, err := app.FindRecordById("people", id); err != nil || person.GetString("kind") != "child" {
		return validation.Errors{"child": validation.NewError("no_child", "This names no child of the case.")}
	}
	return nil
}

// byException finds the exception under which an image of a child's body may come in:
// of this case, for this child, still valid, approved by somebody else (domain 5.2).
func byException(app core.App, r *core.Record) error {
	if r.GetString("child") == "" {
		return validation.Errors{"child": validation.NewError("child_needed", "Name the child for whom an exception was approved.")}
	}
	person := kernel.ActorOf(app).Person()
	if person == nil {
		return validation.Errors{"kind": validation.NewError("not_a_person", "Such an image is brought by a person.")}
	}
	found, err := app.FindRecordsByFilter("evidence_exceptions",
		"case = {:c} && child = {:k} && revoked = false && valid_until > {:t} && approved_by != '' && approved_by != {:p}", "-valid_until", 0, 0,
		dbx.Params{"c": r.GetString("case"), "k": r.GetString("child"), "t": kernel.Now().String(), "p": person.Id})
	if err != nil {
		return err
	}
	for _, exception := range found {
		by, err := app.FindRecordById("users", exception.GetString("approved_by"))
		if err != nil {
			return err
		}
		may := kernel.Holds(by, collections.SafeguardingLead)
		if !may {
			if may, err = kernel.AnswersFor(app, r.GetString("case"), by, person.Id); err != nil {
				return err
			}
		}
		if may {
			r.Set("exception", exception.Id)
			return nil
		}
	}
	return validation.Errors{"kind": validation.NewError("exception_needed",
		"Images of a child's body are off: a manager or the safeguarding lead, not you, approves an exception for this child first.")}
}

// longestException is how far ahead an exception may reach.
const longestException = 31 * 24 * time.Hour

// approveException names who approves: a manager or the safeguarding lead.
func approveException(e *core.RecordEvent) error {
	person := kernel.ActorOf(e.App).Person()
	may := person != nil && kernel.Holds(person, collections.SafeguardingLead)
	if person != nil && !may {
		var err error
		if may, err = kernel.IsManager(e.App, e.Record.GetString("case"), person); err != nil {
			return err
		}
	}
	if !may {
		return validation.Errors{"approved_by": validation.NewError("not_an_approver", "A manager of the case or the safeguarding lead approves an exception.")}
	}
	if err := isChild(e.App, e.Record.GetString("child")); err != nil {
		return err
	}
	until := e.Record.GetDateTime("valid_until")
	if !until.After(kernel.Now()) || until.Time().Sub(kernel.Now().Time()) > longestException {
		return validation.Errors{"valid_until": validation.NewError("valid_until", "An exception ends within 31 days from now.")}
	}
	e.Record.Set("approved_by", person.Id)
	e.Record.Set("approved_at", kernel.Now())
	e.Record.Set("revoked", false)
	return e.Next()
}

func revokeException(e *core.RecordEvent) error {
	if e.Record.Original().GetBool("revoked") && !e.Record.GetBool("revoked") {
		return validation.Errors{"revoked": validation.NewError("revoked", "An exception that was revoked stays so; approve another.")}
	}
	return e.Next()
}
