package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

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
	members, err := reply.Members(ev, contract.MaxPushBytes)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if raw := members["mutations"]; json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, reply.Error(contract.Malformed, "mutations must be a list with at least one mutation.")
	}
	if len(list) > contract.MaxMutations {
		return nil, reply.Error(contract.Malformed, fmt.Sprintf("There are %d mutations, and a push has %d at most.", len(list), contract.MaxMutations))
	}
	delete(members, "mutations")
	e := &envelope{elements: make([]*element, len(list))}
	e.Mutations = make([]contract.Mutation, len(list))
	for i, raw := range list {
		e.elements[i] = readElement(raw, pusher)
		e.Mutations[i] = e.elements[i].Mutation
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if raw := members[name]; string(raw) != "null" && !e.member(name, raw) && len(e.ignored) < mostTold {
			e.ignored = append(e.ignored, cut(name))
		}
	}
	return e, nil
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
