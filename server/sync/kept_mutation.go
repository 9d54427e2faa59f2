package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// keptMutation is a mutation as it is kept in a refusal, read member by member as it was
// when it came: Go's own reading takes "Set" for "set", and so what the server had left
// out, and nobody was shown, for what is judged. One that was never of the form is an error.
func keptMutation(kept *core.Record) (contract.Mutation, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(kept.GetString("content")), &members); err != nil {
		return contract.Mutation{}, fmt.Errorf("reading the mutation of the refusal %s: %w", kept.Id, err)
	}
	var e element
	for _, name := range slices.Sorted(maps.Keys(members)) { // op comes before set
		e.member(name, members[name])
	}
	return e.Mutation, nil
}
