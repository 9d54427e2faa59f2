package tour

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

type mutation = contract.Mutation

// phone is a small field client: it keeps rows by scope, a position, and what the server
// last said of its history. It proves
// itself with a key, as every phone does outside a demo.
type phone struct {
	w        *walk
	who      demo.Person
	token    string
	key      *ecdsa.PrivateKey
	nonce    string
	position *string
	history  string
	rows     map[string]row // "collection/id"
}

type row struct {
	scope  string
	rev    int64
	record map[string]any
}

// call sends one request and reads its JSON answer into to, if there is one.
func (w *walk) call(method, path, token string, body, to any) (*http.Response, []byte, error) {
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return w.send(method, path, header, body, to)
}

func (w *walk) send(method, path string, header http.Header, body, to any) (*http.Response, []byte, error) {
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, nil, err
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, w.at+path, r)
	if err != nil {
		return nil, nil, err
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return res, nil, err
	}
	if res.StatusCode >= 400 {
		return res, raw, fmt.Errorf("%s %s answered %d: %s", method, path, res.StatusCode, strings.TrimSpace(string(raw)))
	}
	if to != nil {
		return res, raw, json.Unmarshal(raw, to)
	}
	return res, raw, nil
}

// token is PocketBase's own, of a sign-in.
func (w *walk) token(who demo.Person) (string, error) {
	var answer struct{ Token string }
	_, _, err := w.call("POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": who.Email(), "password": w.password}, &answer)
	return answer.Token, err
}

// pull syncs to the end and reports what came and what went.
func (p *phone) pull() (puts, drops, bytes int, err error) {
	for {
		var a contract.PullAnswer
		_, raw, err := p.call("POST", "/api/sync/pull", contract.PullRequest{Position: p.position, Limit: contract.DefaultLimit, History: p.history}, &a)
		if err != nil {
			return puts, drops, bytes, err
		}
		bytes += len(raw)
		for _, c := range a.Changes {
			if c.Op == "put" {
				r := row{scope: c.Scope, rev: c.Rev}
				if err := json.Unmarshal(c.Record, &r.record); err != nil {
					return puts, drops, bytes, err
				}
				p.rows[c.Collection+"/"+c.ID] = r
				puts++
				continue
			}
			before := len(p.rows)
			delete(p.rows, c.Collection+"/"+c.ID)
			for k, r := range p.rows {
				if c.Collection == "" && r.scope == c.Scope {
					delete(p.rows, k)
				}
			}
			drops += before - len(p.rows)
		}
		p.position, p.history = &a.Position, a.History
		if !a.More {
			return puts, drops, bytes, nil
		}
	}
}

// push hands in mutations; each must get the verdict wanted.
func (p *phone) push(want string, mutations ...mutation) (contract.PushAnswer, error) {
	var a contract.PushAnswer
	_, _, err := p.call("POST", "/api/sync/push", contract.PushRequest{Mutations: mutations, History: p.history}, &a)
	if err != nil {
		return a, err
	}
	p.history = a.History
	for i, r := range a.Results {
		if r.Verdict != want {
			return a, fmt.Errorf("%s of %s: verdict %s (%s %s %v), not %s", mutations[i].Op, mutations[i].Collection, r.Verdict, r.Code, r.Message, r.Errors, want)
		}
	}
	return a, nil
}

// of lists a collection's rows of one case on the phone.
func (p *phone) of(collection, caseID string) (out []map[string]any) {
	for k, r := range p.rows {
		if strings.HasPrefix(k, collection+"/") && (r.record["case"] == caseID || caseID == "") {
			out = append(out, r.record)
		}
	}
	return out
}

// record makes one mutation as a phone would: its own ids, its own clock.
func record(collection string, set map[string]any) mutation {
	now := time.Now()
	m := mutation{
		ID: strings.ToLower(ulid.Make().String()), Collection: collection, Op: "create", Set: map[string]json.RawMessage{},
		Record:     contract.RecordID(now, security.RandomStringWithAlphabet(contract.ChanceInID, core.DefaultIdAlphabet)),
		RecordedAt: now.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
	for k, v := range set {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // literals of this package
		}
		m.Set[k] = raw
	}
	return m
}
