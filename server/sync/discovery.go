package sync

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// contractFor answers the contract at run time: the published schemas, limits and codes,
// and what the asking user may write at all. It is made once for each set of rights that
// somebody asks with, and sent once to each client that remembers its ETag.
func (e *Engine) contractFor(ev *core.RequestEvent) error {
	user, _, err := caller(ev)
	if err != nil {
		return err
	}
	w := &rights{app: ev.App, user: user, answers: map[string]bool{}}
	may := map[string][3]string{}
	for _, n := range collections.All() {
		if n.Sync != nil {
			if may[n.Name], err = w.of(n); err != nil {
				return err
			}
		}
	}
	t, err := e.terms(may)
	if err != nil {
		return err
	}
	h := ev.Response.Header()
	h.Set("Cache-Control", "private, no-cache") // kept by the client that asked, and asked for again
	h.Add("Vary", "Authorization")
	h.Set("ETag", t.tag)
	for _, known := range strings.Split(ev.Request.Header.Get("If-None-Match"), ",") {
		if strings.TrimSpace(known) == t.tag {
			return ev.NoContent(http.StatusNotModified)
		}
	}
	h.Set("Content-Type", "application/json")
	if !gzipped(ev) {
		_, _ = ev.Response.Write(t.body)
		return nil
	}
	sayGzipped(ev)
	z, finish := squeeze(ev.Response)
	_, _ = z.Write(t.body) // a phone that went away asks again
	_ = finish()
	return nil
}

// terms is an answer that was made, and its name.
type terms struct {
	body []byte
	tag  string
}

func (e *Engine) terms(may map[string][3]string) (*terms, error) {
	key := encode(may) + encode([2]int{e.speaks, e.oldest})
	if known, ok := e.contracts.Load(key); ok {
		return known.(*terms), nil
	}
	answer := contract.ContractAnswer{
		Contract: contract.Served{Version: e.speaks, Oldest: e.oldest}, Limits: contract.PresentLimits,
		Collections: map[string]contract.CollectionTerm{}, Verdicts: contract.VerdictSentences,
		Errors: contract.ErrorTerms(), FieldCodes: contract.FieldCodes,
	}
	for name, m := range may {
		raw, err := contract.Records.ReadFile("schema/records/" + name + ".json")
		if err != nil {
			return nil, fmt.Errorf("a collection without a published schema: %w", err)
		}
		var plain bytes.Buffer
		if err := json.Compact(&plain, raw); err != nil {
			return nil, err
		}
		answer.Collections[name] = contract.CollectionTerm{Schema: plain.Bytes(), Create: m[0], Update: m[1], Delete: m[2]}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	t := &terms{body, `"` + hex.EncodeToString(sum[:12]) + `"`}
	e.contracts.Store(key, t)
	return t, nil
}
