package soak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	contract "holdfast/mobile-contract"
)

// phone is a model phone: what it holds, where it stands, and its tokens.
type phone struct {
	s        *server
	user     string
	device   contract.DeviceAnswer
	position *string
	rows     map[string]held   // by "collection/id"
	pages    []json.RawMessage // pulled, and not taken over yet
	http     *http.Client
	last     int // record that it made

	refused []string // answers that sent it away to wait, or failed
}

// held is a row on a phone.
type held struct {
	scope, record string
	rev           int64
}

// newPhone registers a phone with somebody's sign-in.
func newPhone(t *testing.T, s *server, user, signIn string) *phone {
	t.Helper()
	p := &phone{s: s, user: user, rows: map[string]held{}, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}}
	t.Cleanup(p.http.CloseIdleConnections)
	status, raw, err := p.send("/api/sync/devices", signIn, contract.DeviceRequest{Name: "phone"}, "")
	if err != nil || status != http.StatusOK {
		t.Fatalf("registering a phone of %s: %d %s %v", user, status, raw, err)
	}
	if err := json.Unmarshal(raw, &p.device); err != nil {
		t.Fatal(err)
	}
	return p
}

// errSilence is a request that nothing came back to: nobody knows whether it arrived.
var errSilence = errors.New("no answer")

// send makes one request; an error means that no answer came.
func (p *phone) send(path, token string, body any, accept string) (int, []byte, error) {
	res, err := p.begin(path, token, body, accept)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errSilence, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errSilence, err)
	}
	if res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500 {
		p.refused = append(p.refused, fmt.Sprintf("%s: %d, Retry-After %q", path, res.StatusCode, res.Header.Get("Retry-After")))
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
			time.Sleep(time.Duration(seconds) * time.Second)
		}
	}
	return res.StatusCode, raw, nil
}

func (p *phone) begin(path, token string, body any, accept string) (*http.Response, error) {
	raw, ready := body.([]byte)
	if !ready {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequest("POST", p.s.url+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return p.http.Do(req)
}

// ask makes a request as the device, again with a new token where the old one has
// run out, and again after the time that a busy server names (SPEC M92).
func (p *phone) ask(path string, body, to any) error {
	for {
		status, raw, err := p.send(path, p.device.AccessToken, body, "")
		switch {
		case err != nil:
			return err
		case status == http.StatusOK:
			return json.Unmarshal(raw, to)
		case status == http.StatusTooManyRequests || status >= 500:
			time.Sleep(100 * time.Millisecond)
		case status == http.StatusUnauthorized && strings.Contains(string(raw), string(contract.TokenExpired)):
			if err := p.renew(); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: %d %s", path, status, raw)
		}
	}
}

// renew trades the refresh token.
func (p *phone) renew() error {
	status, raw, err := p.send("/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: p.device.RefreshToken}, "")
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("refreshing: %d %s", status, raw)
	}
	return json.Unmarshal(raw, &p.device)
}

// push hands in deeds; an answer gives each its verdict.
func (p *phone) push(deeds []*deed) error {
	ask := contract.PushRequest{}
	for _, d := range deeds {
		ask.Mutations = append(ask.Mutations, d.Mutation)
	}
	var a contract.PushAnswer
	if err := p.ask("/api/sync/push", ask, &a); err != nil {
		return err
	}
	return answered(deeds, a)
}

func answered(deeds []*deed, a contract.PushAnswer) error {
	if len(a.Results) != len(deeds) {
		return fmt.Errorf("%d results for %d mutations", len(a.Results), len(deeds))
	}
	for i, r := range a.Results {
		if r.ID != deeds[i].ID {
			return fmt.Errorf("result %d is of %s, the mutation was %s", i, r.ID, deeds[i].ID)
		}
		deeds[i].result = &r
	}
	return nil
}

// pull syncs to the end of a run, page by page. What came is applied by apply: on
// the day that is the phone's own work, not the server's, so a measurement leaves it
// until later.
func (p *phone) pull() error {
	for {
		var a struct {
			contract.PullAnswer
			Changes json.RawMessage `json:"changes"`
		}
		if err := p.ask("/api/sync/pull", contract.PullRequest{Position: p.position}, &a); err != nil {
			return err
		}
		p.pages = append(p.pages, a.Changes)
		p.position = &a.Position
		if !a.More {
			return nil
		}
	}
}

// apply takes over what was pulled and says how many rows came that were new.
func (p *phone) apply() (fresh int, err error) {
	for _, raw := range p.pages {
		var changes []contract.Change
		if err := json.Unmarshal(raw, &changes); err != nil {
			return fresh, err
		}
		for _, c := range changes {
			key := c.Collection + "/" + c.ID
			switch {
			case c.Op == "put":
				if _, there := p.rows[key]; !there {
					fresh++
				}
				p.rows[key] = held{c.Scope, string(c.Record), c.Rev}
			case c.Collection == "":
				for k, h := range p.rows {
					if h.scope == c.Scope {
						delete(p.rows, k)
					}
				}
			default:
				delete(p.rows, key)
			}
		}
	}
	p.pages = nil
	return fresh, nil
}

// sync pulls and applies.
func (p *phone) sync() error {
	if err := p.pull(); err != nil {
		return err
	}
	_, err := p.apply()
	return err
}

// inSync fails unless the phone holds exactly what the tables of the server, which is
// down, say that it should.
func (p *phone) inSync(a *asleep) {
	a.t.Helper()
	want := a.truth(p.user)
	for key, rev := range want {
		if h, ok := p.rows[key]; !ok {
			a.t.Errorf("a phone of %s lacks %s", p.user, key)
		} else if strconv.FormatInt(h.rev, 10) != rev {
			a.t.Errorf("a phone of %s has %s at %d, the server at %s", p.user, key, h.rev, rev)
		}
	}
	if len(p.rows) != len(want) {
		a.t.Errorf("a phone of %s holds %d rows, should hold %d", p.user, len(p.rows), len(want))
	}
}

// deed is one mutation and what the phone was told of it.
type deed struct {
	contract.Mutation
	by     *phone
	sent   int // with which others it first set out
	result *contract.Result
}

// recordID is an id for a record of the phone's own, which no other phone makes.
func (p *phone) recordID() string {
	p.last++
	return strings.ToLower(p.device.Device[:9]) + fmt.Sprintf("%06d", p.last)
}

func (p *phone) deed(op, collection, record string, base int64, fields map[string]any) *deed {
	set := map[string]json.RawMessage{}
	for name, v := range fields {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // literals of this package
		}
		set[name] = raw
	}
	return &deed{by: p, Mutation: contract.Mutation{
		ID: strings.ToLower(ulid.Make().String()), Collection: collection, Record: record, Op: op, Base: base, Set: set,
		RecordedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
	}}
}

// note, attempt and the change of a field are what a phone records all day.
func (p *phone) note(caseID, text string) *deed {
	return p.deed("create", "notes", p.recordID(), 0, map[string]any{"case": caseID, "body": text, "source": "seen_by_worker", "shared": true})
}

func (p *phone) attempt(caseID, text string) *deed {
	return p.deed("create", "contact_attempts", p.recordID(), 0, map[string]any{
		"case": caseID, "method": "phone", "outcome": "no_answer", "occurred_at": "2026-11-19 10:00:00.000Z", "note": text})
}

func (p *phone) change(collection, record, field, text string) *deed {
	return p.deed("update", collection, record, p.rows[collection+"/"+record].rev, map[string]any{field: text})
}
