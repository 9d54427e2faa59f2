package letter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// Approval is one thing on a pathway that waits for a manager who is not its author.
type Approval struct {
	Pathway   string // id
	Case      string // id
	Reference string // of the case
	pathway.Waiting
	ByName  string
	Missing []string // names of agencies that have not answered
	Again   bool     // it was approved before and refused: what stood in the way is gone
	Held    string   // of a letter that is its author's to finish first: what would lift what stands in its way, whatever its approver says; empty for nothing
}

// Approvals are what waits for this person's approval: on the open pathways of the
// cases that they are on, what somebody did whom they answer for. Nothing
// is read of any other case, and the audit log says of which it was.
func Approvals(app core.App, actor kernel.Actor) ([]Approval, error) {
	out, err := approvalsOf(app, actor.ID())
	if err != nil {
		return nil, err
	}
	seen := map[string]int{}
	for i := range out {
		seen[out[i].Case]++
	}
	var read []kernel.Entry
	for id, n := range seen {
		read = append(read, kernel.Entry{Verb: "read", Collection: "pathway_events", Case: id, Count: n})
	}
	if err := kernel.AuditRead(app, actor, read...); err != nil {
		return nil, err
	}
	return out, nil
}

// ApprovalsWaiting is how many of them can be approved; a number alone is no reading of a
// case.
func ApprovalsWaiting(app core.App, user string) (n int, err error) {
	out, err := approvalsOf(app, user)
	for _, a := range out {
		if a.Held == "" {
			n++
		}
	}
	return n, err
}

func approvalsOf(app core.App, user string) ([]Approval, error) {
	person, err := app.FindRecordById("users", user)
	if err != nil || !kernel.Holds(person, collections.Manager) {
		return nil, err
	}
	list, err := app.FindRecordsByFilter("pathways",
		`ended = false && case.case_members_via_case.user ?= {:u} && case.case_members_via_case.active ?= true`, "opened_at", 0, 0, dbx.Params{"u": user})
	if err != nil {
		return nil, err
	}
	over, err := app.FindRecordsByFilter("pathways", `ended = true && case.case_members_via_case.user ?= {:u} && case.case_members_via_case.active ?= true
		&& pathway_steps_via_pathway.code ?= 'confirm-ending' && pathway_steps_via_pathway.status ?!= 'done'`, "opened_at", 0, 0, dbx.Params{"u": user})
	if err != nil {
		return nil, err
	}
	var out []Approval
	for _, p := range append(list, over...) {
		h, err := engagement.History(app, p)
		if err != nil {
			return nil, err
		}
		result, err := h.Read(kernel.Now().Time())
		if err != nil {
			return nil, err
		}
		c, err := app.FindRecordById("cases", p.GetString("case"))
		if err != nil {
			return nil, err
		}
		for _, w := range result.Waiting {
			if ok, err := kernel.AnswersFor(app, c.Id, person, w.By); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
			a := Approval{Pathway: p.Id, Case: c.Id, Reference: c.GetString("reference"), Waiting: w}
			if w.Act == "letter.approved" {
				letter := letterOf(app, a)
				if letter == nil {
					continue
				}
				if waits, err := letterWaits(app, letter, person); err != nil {
					return nil, err
				} else if !waits {
					continue
				}
				if a.Held, err = held(app, letter); err != nil {
					return nil, err
				}
			}
			for i := range a.NotSeen {
				if a.NotSeen[i], err = unnamed(app, c.Id, a.NotSeen[i]); err != nil {
					return nil, err
				}
			}
			a.Again = slices.ContainsFunc(result.Again, func(g pathway.Again) bool { return g.Kind == w.Act })
			if by, err := app.FindRecordById("users", w.By); err == nil {
				a.ByName = by.GetString("name")
			}
			for _, id := range w.Missing {
				if agency, err := app.FindRecordById("agencies", id); err == nil {
					a.Missing = append(a.Missing, agency.GetString("name"))
				}
			}
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Approval) int { return a.Since.Compare(b.Since) })
	return out, nil
}

// letterWaits says whether a letter needs an approval that this manager may give.
func letterWaits(app core.App, letter, person *core.Record) (bool, error) {
	needs, err := NeedsApproval(app, letter)
	if err != nil || !needs {
		return false, err
	}
	authors, err := AuthorsOf(app, letter)
	if err != nil {
		return false, err
	}
	return engagement.AnswersForLetter(app, letter, person, authors)
}

// Decision is what a manager said about something that waits.
type Decision struct {
	Approve   bool
	Reason    string            // why not; or why all the same, where an agency is silent or objects
	Checklist map[string]string // item of the closing checklist -> the day it was done
	NotSeen   string            // of a handover: which child was not seen, and why

	// Of a letter: what the approver was shown, and the listed words they acknowledge.
	SeenContent, SeenTemplate string
	Acknowledged              []string
}

// Decide records a manager's decision as the pathway event it is, in the same way as
// any other event: the engine judges it, and one that it refuses stays on the record.
// The errors of a refusal name no field of a record, but what the engine said.
func Decide(tx core.App, a Approval, d Decision) error {
	if !d.Approve && d.Reason == "" {
		return validation.Errors{"reason": validation.NewError("required", "Say why not.")}
	}
	if letter := letterOf(tx, a); letter != nil {
		return answerLetter(tx, letter, d)
	}
	kind, data, corrects := a.Act, map[string]any{}, ""
	switch {
	case a.Act == "closure.approved" && d.Approve:
		data["checklist"] = d.Checklist
		if d.Reason != "" {
			data["override_reason"] = d.Reason
		}
		if d.NotSeen != "" {
			data["not_seen"] = d.NotSeen
		}
	case a.Act == "closure.confirmed" && d.Approve:
		data["reason"] = d.Reason
	case a.Act == "closure.approved":
		kind, data["reason"] = "closure.rejected", d.Reason
	case d.Approve && a.Act == "pathway.migrated":
		data["proposal"] = a.Event
	case d.Approve && d.Reason != "":
		data["comment"] = d.Reason
	case !d.Approve: // an assessment, a proposal to move or an ending goes back by being withdrawn
		kind, corrects, data["reason"] = "event.withdrawn", a.Event, d.Reason
	}
	c, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"case": a.Case, "pathway": a.Pathway, "kind": kind, "data": data, "corrects": corrects,
		"occurred_at": types.NowDateTime(), "recorded_at": types.NowDateTime(),
	})
	if err := tx.Save(r); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	if r.GetString("verdict") != string(pathway.Attempted) {
		return nil
	}
	var reasons []pathway.Reason
	if err := kernel.Decode(r, "reasons", &reasons); err != nil || len(reasons) == 0 {
		return fmt.Errorf("an event refused without a reason: %s, %w", r.Id, err)
	}
	for i := range reasons {
		if reasons[i].Text, err = unnamed(tx, a.Case, reasons[i].Text); err != nil {
			return err
		}
	}
	return &tell.Unaccepted{Reasons: reasons}
}

// unnamed is a sentence of the engine for the office's pages, which name no family.
func unnamed(app core.App, caseID, text string) (string, error) {
	people, err := app.FindAllRecords("people", dbx.HashExp{"case": caseID})
	for _, r := range people {
		if name := r.GetString("name"); name != "" {
			text = strings.ReplaceAll(text, name, "a child")
		}
	}
	return text, err
}
