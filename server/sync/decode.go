package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// envelope is a push as it came: what holds its mutations, and each of them.
type envelope struct {
	contract.PushRequest
	elements []*element
	ignored  []string // members that this server does not know, or cannot read
	strange  bool     // of its epoch nobody can say which it is
}

// readPush reads a push. Refused whole is only what cannot be taken apart: no JSON, no
// list of mutations, or too many or too much.
func readPush(ev *core.RequestEvent, pusher string) (*envelope, error) {
	e := &envelope{}
	err := reply.Members(ev, contract.MaxPushBytes, func(name string, d *json.Decoder) error {
		if name == "mutations" {
			return e.list(d, pusher)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if string(raw) != "null" && !e.member(name, raw) && len(e.ignored) < mostTold {
			e.ignored = append(e.ignored, cut(name))
		}
		return nil
	})
	if err == nil && len(e.elements) == 0 {
		return nil, noList()
	}
	slices.Sort(e.ignored)
	return e, err
}

func noList() error {
	return reply.Error(contract.Malformed, "mutations must be a list with at least one mutation.")
}

// list reads the mutations.
func (e *envelope) list(d *json.Decoder, pusher string) error {
	switch begin, err := d.Token(); {
	case err != nil:
		return err
	case begin != json.Delim('['):
		return noList()
	}
	for d.More() {
		if len(e.elements) == contract.MaxMutations {
			return reply.Error(contract.Malformed, fmt.Sprintf("A push has %d mutations at most.", contract.MaxMutations))
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		read := readElement(raw, pusher)
		e.elements, e.Mutations = append(e.elements, read), append(e.Mutations, read.Mutation)
	}
	_, err := d.Token()
	return err
}

// member reads one member of the envelope, and says whether it could.
func (e *envelope) member(name string, raw json.RawMessage) bool {
	switch name {
	case "epoch":
		err := json.Unmarshal(raw, &e.Epoch)
		e.strange = err != nil || len([]rune(e.Epoch)) > maxOfText
		return !e.strange
	case "sent_at":
		return json.Unmarshal(raw, &e.SentAt) == nil
	case "history":
		return json.Unmarshal(raw, &e.History) == nil
	case "records":
		return json.Unmarshal(raw, &e.Records) == nil
	}
	return false
}

// address gives each result the id that its mutation was sent with, and says where one
// stood that has none, and what of it was left out.
func (e *envelope) address(results []contract.Result) {
	for i, sent := range e.elements {
		r := &results[i]
		r.ID, r.Ignored = sent.sent, sent.ignored
		if sent.unread {
			r.Index = &i
		}
	}
}

// fieldsOf is what a mutation sets, held to its collection: every field known, not the
// server's, of its type.
func fieldsOf(noun *collections.Noun, c *core.Collection, m contract.Mutation) (map[string]any, error) {
	values := make(map[string]any, len(m.Set))
	for _, name := range slices.Sorted(maps.Keys(m.Set)) {
		f := c.Fields.GetByName(name)
		switch {
		case f == nil || name == core.FieldNameId || f.GetHidden() || f.Type() == core.FieldTypeAutodate:
			return nil, refuseField(contract.RefusedUnknownField, name)
		case noun.Owns(name):
			return nil, refuseField(contract.RefusedServerOwned, name)
		}
		var v any
		if why := kernel.Misfit(f, m.Set[name], &v); why != "" {
			if err := reply.JSON(m.Set[name], 0); err != nil {
				return nil, unsound(name, err)
			}
			return nil, misfit(name, why)
		}
		values[name] = v
	}
	for name, was := range m.Was {
		if err := reply.Bounded(was, 0, reply.DeepestField); err != nil {
			return nil, unsound(name, err)
		}
	}
	return values, nil
}

// misfit is a refusal of one field that says why.
func misfit(field, why string) *refusal {
	code, whole := kernel.MisfitCode(why), contract.RefusedWrongType
	if code != string(whole) {
		whole = contract.RefusedInvalid
	}
	return refuse(whole, "").of(map[string]contract.FieldProblem{field: {Code: code, Message: why}})
}
