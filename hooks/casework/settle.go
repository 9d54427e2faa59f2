package casework

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	contract "holdfast/mobile-contract"
)

// Settling is how a person settles what sync could not: the room that judges
// mutations lends it to the rooms with pages, since rooms do not import one another
// and there must be one judgement, whichever door it is asked at.
type Settling interface {
	// Unsettled lists what is open of sync_conflicts or sync_refusals, as far as the
	// noun's read rule lets the person see it; what is read of a case is audited.
	Unsettled(app core.App, actor kernel.Actor, noun string) ([]*core.Record, error)
	// Waiting counts the same, and reads nothing of it.
	Waiting(app core.App, user *core.Record, noun string) (int, error)
	// Settle writes the person's choice. What they may not see is not found.
	Settle(app core.App, actor kernel.Actor, id string, ask contract.SettleRequest) (*core.Record, error)
	// Resend corrects a refused mutation and judges it again as theirs, or withdraws it.
	Resend(app core.App, actor kernel.Actor, id string, ask contract.ResendRequest) (any, error)
}

const settlingKey = "holdfast.settling"

// LendSettling is called by the room that settles, when it opens.
func LendSettling(app core.App, s Settling) { app.Store().Set(settlingKey, s) }

// ErrNoSettling is a server on which the room that settles is not open.
var ErrNoSettling = errors.New("sync is not open on this server")

// SettlingOf is the settling of this server.
func SettlingOf(app core.App) (Settling, error) {
	s, ok := app.Store().Get(settlingKey).(Settling)
	if !ok {
		return nil, ErrNoSettling
	}
	return s, nil
}

// Disagreement is a conflict with what a person needs to settle it.
type Disagreement struct {
	*core.Record
	Reference        string // of the case; empty outside one
	ByName, ByAgency string // who wrote "ours"
	Other            Writer // who wrote "theirs", as far as the log knows
	Fields           []string
	Rev              int64 // which of its states this is
	Ours, Theirs     map[string]json.RawMessage
}

// Writer is who changed a record, and when.
type Writer struct {
	Name   string         `db:"name"`
	Agency string         `db:"agency"`
	At     types.DateTime `db:"at"`
}

// Disagreements are the conflicts that this person may settle, the latest first.
func Disagreements(app core.App, actor kernel.Actor) ([]Disagreement, error) {
	s, err := SettlingOf(app)
	if err != nil {
		return nil, err
	}
	rows, err := s.Unsettled(app, actor, "sync_conflicts")
	if err != nil {
		return nil, err
	}
	out := make([]Disagreement, 0, len(rows))
	for _, r := range rows {
		d := Disagreement{Record: r}
		for to, field := range map[any]string{&d.Fields: "fields", &d.Ours: "ours", &d.Theirs: "theirs"} {
			if err := kernel.Decode(r, field, to); err != nil {
				return nil, fmt.Errorf("conflict %s: %w", r.Id, err)
			}
		}
		if d.Rev, err = feed.Rev(app.ConcurrentDB(), "sync_conflicts", r.Id); err != nil {
			return nil, err
		}
		by, err := writer(app, r.GetString("user"))
		if err != nil {
			return nil, err
		}
		d.ByName, d.ByAgency = by.Name, by.Agency
		if d.Other, err = otherWriter(app, r, d.Fields); err != nil {
			return nil, err
		}
		if d.Reference, err = ReferenceOf(app, r.GetString("case")); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// Refused is a mutation that was not applied, with what a person needs to put it right.
type Refused struct {
	*core.Record
	Reference        string // of the case it was handed over in; empty otherwise
	ByName, ByAgency string
	Mutation         contract.Mutation // of what is not of the form: as far as it can be read
	Unread           string            // the text that it came as, where it is not of the form
	Problems         map[string]contract.FieldProblem
}

// Chooses and Corrects say whether it is itself what somebody decided, of a conflict or of
// refused work.
func (r Refused) Chooses() bool { return r.GetString("collection") == "sync_conflicts" }

func (r Refused) Corrects() bool { return r.GetString("collection") == "sync_refusals" }

// IsRisk says whether it is an immediate risk, which those concerned were told of as it
// came (TellAtOnce).
func (r Refused) IsRisk() bool {
	var kind string
	return r.Mutation.Collection == "pathway_events" && json.Unmarshal(r.Mutation.Set["kind"], &kind) == nil && kind == pathway.ImmediateRisk
}

// RefusedMutations are those that this person may put right, the latest first, and the
// immediate risks that wait for their pathway.
func RefusedMutations(app core.App, actor kernel.Actor) ([]Refused, error) {
	s, err := SettlingOf(app)
	if err != nil {
		return nil, err
	}
	rows, err := s.Unsettled(app, actor, "sync_refusals")
	if err != nil {
		return nil, err
	}
	out := make([]Refused, 0, len(rows))
	for _, r := range rows {
		d := Refused{Record: r}
		if kernel.Decode(r, "content", &d.Unread) == nil && d.Unread != "" {
			d.Mutation = readable(d.Unread)
		} else if err := kernel.Decode(r, "content", &d.Mutation); err != nil {
			return nil, fmt.Errorf("refusal %s: %w", r.Id, err)
		}
		if err := kernel.Decode(r, "fields", &d.Problems); err != nil {
			return nil, fmt.Errorf("refusal %s: %w", r.Id, err)
		}
		by, err := writer(app, r.GetString("user"))
		if err != nil {
			return nil, err
		}
		d.ByName, d.ByAgency = by.Name, by.Agency
		if d.Reference, err = ReferenceOf(app, r.GetString("case")); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// readable is what can be made out of a text that is not of the form of a mutation.
func readable(text string) (m contract.Mutation) {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) == nil {
		for name, to := range map[string]any{"collection": &m.Collection, "op": &m.Op, "set": &m.Set} {
			_ = json.Unmarshal(members[name], to)
		}
	}
	return m
}

func writer(app core.App, user string) (Writer, error) {
	var found []Writer
	err := app.ConcurrentDB().NewQuery(`SELECT u.name, coalesce(a.name, '') AS agency FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u}`).
		Bind(dbx.Params{"u": user}).All(&found)
	if err != nil || len(found) == 0 {
		return Writer{}, err
	}
	return found[0], nil
}

// otherWriter is who last wrote one of the fields before the conflict arose.
func otherWriter(app core.App, conflict *core.Record, fields []string) (Writer, error) {
	names, err := json.Marshal(fields)
	if err != nil {
		return Writer{}, err
	}
	var found []Writer
	err = app.ConcurrentDB().NewQuery(`SELECT coalesce(u.name, '') AS name, coalesce(a.name, '') AS agency, l.at
		FROM audit_log l LEFT JOIN users u ON u.id = l.actor LEFT JOIN agencies a ON a.id = u.agency
		WHERE l.collection = {:c} AND l.record = {:r} AND l.at <= {:at} AND (l.verb = 'delete' OR (l.verb IN ('create', 'update')
			AND (json_array_length({:f}) = 0 OR EXISTS (SELECT 1 FROM json_each(l.fields) w JOIN json_each({:f}) f ON f.value = w.value))))
		ORDER BY l.at DESC, l.rowid DESC LIMIT 1`).
		Bind(dbx.Params{"c": conflict.GetString("collection"), "r": conflict.GetString("record"), "at": conflict.GetString("created"), "f": string(names)}).All(&found)
	if err != nil || len(found) == 0 {
		return Writer{}, err
	}
	return found[0], nil
}

func ReferenceOf(app core.App, caseID string) (string, error) {
	if caseID == "" {
		return "", nil
	}
	c, err := app.FindRecordById("cases", caseID)
	if err != nil {
		return "", err
	}
	return c.GetString("reference"), nil
}
