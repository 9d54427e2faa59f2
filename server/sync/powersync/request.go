package powersync

import (
	"encoding/json"
	"io"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// request is what a client's library asks with. It sends more than is read here, and later
// ones will: what is not known is passed over.
type request struct {
	Client  string `json:"client_id"`
	Buckets []struct {
		Name  string `json:"name"`
		After string `json:"after"`
	} `json:"buckets"`
	Parameters struct { // what the app gave its library to send along
		Contract int      `json:"contract"`
		Repair   []string `json:"repair"` // scopes that differ by digest
		History  string   `json:"history"`
	} `json:"parameters"`
}

// held are the buckets of this edition that the client holds, each with how far.
func (r *request) held(edition string) map[string]int64 {
	out := map[string]int64{}
	for _, b := range r.Buckets {
		if _, _, ok := partsOf(b.Name, edition); !ok {
			continue
		}
		if n, err := strconv.ParseInt(b.After, 10, 64); err == nil && n > 0 {
			out[b.Name] = n
		}
	}
	return out
}

// decode reads a request's body into to.
func decode(ev *core.RequestEvent, to any) error {
	raw, err := io.ReadAll(io.LimitReader(ev.Request.Body, contract.MaxStreamBytes+1))
	if err != nil {
		return reply.Error(contract.Malformed, "The body ends too early.")
	}
	if len(raw) > contract.MaxStreamBytes {
		reply.HangUp(ev)
		return reply.Error(contract.TooLarge, "")
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return reply.Error(contract.Malformed, "")
	}
	return nil
}
