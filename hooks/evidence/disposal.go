package evidence

import (
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// hold puts a legal hold on a piece of evidence.
func hold(e *core.RecordEvent) error {
	row, err := ofEvidence(e)
	if err != nil {
		return err
	}
	if row.GetString("status") == "disposed" {
		return validation.Errors{"evidence": validation.NewError("disposed", "This evidence was disposed of; there is nothing left to hold.")}
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"set_by": validation.NewError("not_a_person", "A hold is set by a person.")}
	}
	e.Record.Set("set_by", person.Id)
	e.Record.Set("set_at", kernel.Now())
	e.Record.Set("lifted", false)
	e.Record.Set("lift_reason", "")
	if err := e.Next(); err != nil {
		return err
	}
	if err := Custody(e.App, row, Step{Kind: "held", Detail: e.Record.GetString("authority")}); err != nil {
		return err
	}
	return setHeld(e.App, row, true)
}

// liftHold ends a hold, with a reason. The evidence stays held by any other.
func liftHold(e *core.RecordEvent) error {
	was, lifted := e.Record.Original().GetBool("lifted"), e.Record.GetBool("lifted")
	switch {
	case was && (!lifted || kernel.Changed(e.Record, "lift_reason")):
		return validation.Errors{"lifted": validation.NewError("lifted", "A hold that was lifted stays so; set another.")}
	case was || !lifted:
		return e.Next()
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"lifted": validation.NewError("not_a_person", "A hold is lifted by a person.")}
	}
	if strings.TrimSpace(e.Record.GetString("lift_reason")) == "" {
		return validation.Errors{"lift_reason": validation.NewError("required", "Say why the hold ends.")}
	}
	row, err := ofEvidence(e)
	if err != nil {
		return err
	}
	e.Record.Set("lifted_by", person.Id)
	e.Record.Set("lifted_at", kernel.Now())
	if err := e.Next(); err != nil {
		return err
	}
	if err := Custody(e.App, row, Step{Kind: "hold_lifted", Detail: e.Record.GetString("lift_reason")}); err != nil {
		return err
	}
	held, err := isHeld(e.App, row.Id)
	if err != nil {
		return err
	}
	return setHeld(e.App, row, held)
}

func isHeld(app core.App, evidence string) (bool, error) {
	n, err := app.CountRecords("evidence_holds", dbx.HashExp{"evidence": evidence, "lifted": false})
	return n > 0, err
}

func setHeld(app core.App, row *core.Record, held bool) error {
	if row.GetBool("held") == held {
		return nil
	}
	row.Set("held", held)
	row.IgnoreUnchangedFields(true)
	return app.SaveNoValidate(kernel.AsServer(row))
}

// ofEvidence is the evidence that a hold or a disposal is about.
func ofEvidence(e *core.RecordEvent) (*core.Record, error) {
	row, err := e.App.FindRecordById("evidence", e.Record.GetString("evidence"))
	if err != nil || row.GetString("case") != e.Record.GetString("case") {
		return nil, validation.Errors{"evidence": validation.NewError("missing", "There is no such evidence in this case.")}
	}
	return row, nil
}

// proposeDisposal puts a disposal before the second person.
func proposeDisposal(e *core.RecordEvent) error {
	row, err := disposable(e)
	if err != nil {
		return err
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"proposed_by": validation.NewError("not_a_person", "A disposal is proposed by a person.")}
	}
	open, err := e.App.CountRecords("evidence_disposals", dbx.HashExp{"evidence": row.Id, "status": "proposed"})
	if err != nil {
		return err
	}
	if open > 0 {
		return validation.Errors{"evidence": validation.NewError("proposed", "A disposal of this evidence is proposed already.")}
	}
	e.Record.Set("status", "proposed")
	e.Record.Set("proposed_by", person.Id)
	e.Record.Set("proposed_at", kernel.Now())
	if err := e.Next(); err != nil {
		return err
	}
	return Custody(e.App, row, Step{Kind: "disposal_proposed", Detail: e.Record.GetString("basis")})
}

// decideDisposal is the second person's word. Approved, the evidence can be read by
// nobody from this transaction on, and the certificate is complete but for the time
// at which the bytes were gone, which the upload room adds when they are.
func decideDisposal(e *core.RecordEvent) error {
	was, status := e.Record.Original().GetString("status"), e.Record.GetString("status")
	switch {
	case was == status:
		return e.Next()
	case was != "proposed" || status == "proposed":
		return validation.Errors{"status": validation.NewError("decided", "This disposal was decided; propose another.")}
	}
	row, err := ofEvidence(e)
	if err != nil {
		return err
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"status": validation.NewError("not_a_person", "A disposal is decided by a person.")}
	}
	e.Record.Set("decided_by", person.Id)
	e.Record.Set("decided_at", kernel.Now())
	if status == "refused" {
		if err := e.Next(); err != nil {
			return err
		}
		return Custody(e.App, row, Step{Kind: "disposal_refused"})
	}
	if row, err = disposable(e); err != nil {
		return err
	}
	if err := twoPeople(e, person); err != nil {
		return err
	}
	for _, f := range []string{"sha256", "size", "mime", "kind", "sealed_at"} {
		e.Record.Set(f, row.Get(f))
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := Custody(e.App, row, Step{Kind: "disposed", Detail: "certificate " + e.Record.Id}); err != nil {
		return err
	}
	row.Set("status", "disposed")
	row.IgnoreUnchangedFields(true)
	return e.App.SaveNoValidate(kernel.AsServer(row))
}

// disposable refuses what cannot be disposed of: what is held, what never came, what
// is gone already.
func disposable(e *core.RecordEvent) (*core.Record, error) {
	row, err := ofEvidence(e)
	if err != nil {
		return nil, err
	}
	held, err := isHeld(e.App, row.Id)
	if err != nil {
		return nil, err
	}
	switch status := row.GetString("status"); {
	case held:
		return nil, validation.Errors{"evidence": validation.NewError("held", "This evidence is under a legal hold.")}
	case status != "sealed" && status != "quarantined":
		return nil, validation.Errors{"evidence": validation.NewError("not_sealed", "Only evidence whose bytes are kept can be disposed of.")}
	}
	return row, nil
}

// twoPeople holds a disposal to its two: one is the data protection officer, the
// other leads or manages the case, and they are not the same person.
func twoPeople(e *core.RecordEvent, second *core.Record) error {
	first, err := e.App.FindRecordById("users", e.Record.GetString("proposed_by"))
	if err != nil || first.Id == second.Id {
		return validation.Errors{"status": validation.NewError("second_person", "Somebody other than who proposed it decides a disposal.")}
	}
	for _, pair := range [][2]*core.Record{{first, second}, {second, first}} {
		if !kernel.Holds(pair[0], collections.DPO) {
			continue
		}
		may, err := kernel.May(e.App, pair[1], kernel.SecondDisposal, e.Record.GetString("case"))
		if err != nil {
			return err
		}
		if may {
			e.Record.Set("dpo", pair[0].Id)
			return nil
		}
	}
	return validation.Errors{"status": validation.NewError("two_people",
		"A disposal needs the data protection officer and somebody who leads or manages the case.")}
}
