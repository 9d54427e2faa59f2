package sync

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// play is one push or pull vector: what is given, what is done, what must follow.
type play struct {
	Name   string
	Proves []string
	Given  []step
	When   []step
	Then   []outcome // of each step of when, in order
}

// step is one thing that a phone or the server does; exactly one deed is named.
type step struct {
	Phone string
	Of    string // registers the phone for one of the cast

	Pull, Page, Stream *contract.PullRequest // to the end, one page, as a stream
	Position           string                // sent in place of the phone's own: another phone's, "null", or any text
	Push               []map[string]any
	Raw                []any // pushed as they are
	Records            bool  // with the push: every record is asked for
	Epoch              string
	Send               *sending
	Digest             bool
	Find               *finding // names a row that the phone holds
	Forget             string   // the phone loses a row: "collection/id"

	Server *serverWrite // a write by another door
}

type sending struct {
	Method, Path string
	Body         any
}

type finding struct {
	In, As string
	Where  map[string]any
}

type serverWrite struct {
	Collection, Record string
	Where              map[string]any
	Set                map[string]any
	Delete             bool
}

// outcome is what must be seen after a step. What is not named is not asked.
type outcome struct {
	Status   int
	Code     string
	Results  []map[string]any // each exactly, but for message
	Changes  []map[string]any // all changes, in this order
	Has      []map[string]any // among the changes, in this order
	Never    []map[string]any // not among the changes
	Pages    []int            // entries in each page
	Sorted   bool             // by rev
	Once     bool             // no record twice
	Holds    map[string]map[string]any
	Lacks    []string
	Agrees   *bool // the phone's digests and the server's, after this step
	Body     map[string]any
	Differs  []string // scopes whose digest differs
	Streamed []string // scopes named in the end line's digest
}

func playAll(t *testing.T, name string, atLeast int) {
	var file struct {
		About   []string
		Vectors []play
	}
	vectors(t, name, &file)
	if len(file.Vectors) < atLeast {
		t.Fatalf("%s has only %d vectors", name, len(file.Vectors))
	}
	for _, v := range file.Vectors {
		t.Run(strings.ReplaceAll(v.Name, " ", "_"), func(t *testing.T) {
			if len(v.Then) != len(v.When) || len(v.Proves) == 0 {
				t.Fatal("a vector proves something, and has an outcome for each step")
			}
			s := &stage{t: t, s: fellmoor(t), phones: map[string]*phone{}, names: map[string]any{}}
			for _, g := range v.Given {
				if got := s.act(g); got.status/100 != 2 {
					t.Fatalf("given %+v: %d %s", g, got.status, got.body)
				}
			}
			for i, w := range v.When {
				s.judge(i, s.act(w), v.Then[i], s.phones[w.Phone])
			}
		})
	}
}

// stage is one vector under way.
type stage struct {
	t      *testing.T
	s      *demotest.Server
	phones map[string]*phone
	names  map[string]any // "$name" to what it stands for
}

// gave is what a step gave.
type gave struct {
	status  int
	code    string
	body    []byte
	results []map[string]any
	changes []map[string]any
	pages   []int
	end     contract.StreamLine
}

func (s *stage) act(w step) gave {
	s.t.Helper()
	p := s.phones[w.Phone]
	switch {
	case w.Of != "":
		s.phones[w.Phone] = newPhone(s.t, s.s, s.person(w.Of))
	case w.Server != nil:
		s.write(*w.Server)
	case p == nil:
		s.t.Fatalf("there is no phone %q", w.Phone)
	case w.Pull != nil, w.Page != nil, w.Stream != nil:
		return s.pull(p, w)
	case w.Push != nil, w.Raw != nil:
		return s.push(p, w)
	case w.Send != nil:
		return answered(s.s.Do(w.Send.Method, s.fill(w.Send.Path).(string), p.token, s.fill(w.Send.Body)))
	case w.Find != nil:
		s.find(p, *w.Find)
	case w.Forget != "":
		key := s.fill(w.Forget).(string)
		if _, ok := p.rows[key]; !ok {
			s.t.Fatalf("the phone holds no %s to forget", key)
		}
		delete(p.rows, key)
	case !w.Digest:
		s.t.Fatalf("a step without a deed: %+v", w)
	}
	return gave{status: 200}
}

func answered(a demotest.Answer) gave { return gave{status: a.Status, code: a.Code(), body: a.Body} }

func (s *stage) person(account string) demo.Person {
	for _, p := range demo.Cast {
		if p.Account == account {
			return p
		}
	}
	s.t.Fatalf("there is no %s in the cast", account)
	return demo.Person{}
}

func (s *stage) pull(p *phone, w step) gave {
	s.t.Helper()
	out := gave{status: 200}
	ask, header := w.Pull, []string{}
	if w.Page != nil {
		ask = w.Page
	}
	if w.Stream != nil {
		ask, header = w.Stream, []string{"Accept", "application/x-ndjson"}
	}
	for range 1000 {
		request := *ask
		request.Position = s.position(p, w.Position)
		a := s.s.Do("POST", "/api/sync/pull", p.token, request, header...)
		if a.Status != 200 {
			return answered(a)
		}
		var page contract.PullAnswer
		if w.Stream != nil {
			page.Changes, out.end = readStream(s.t, a.Body)
			page.Position = out.end.Position
		} else {
			a.JSON(s.t, &page)
		}
		p.apply(page.Changes)
		p.position = &page.Position
		out.pages = append(out.pages, len(page.Changes))
		for _, c := range page.Changes {
			out.changes = append(out.changes, asObject(s.t, c))
		}
		if !page.More || w.Page != nil {
			return out
		}
	}
	s.t.Fatal("the run does not end")
	return out
}

func (s *stage) position(p *phone, said string) *string {
	switch other := s.phones[said]; {
	case said == "":
		return p.position
	case said == "null":
		return nil
	case other != nil:
		return other.position
	}
	return &said
}

// push sends mutations; what every one of them needs and none is about is filled in.
func (s *stage) push(p *phone, w step) gave {
	s.t.Helper()
	var all []any
	for _, m := range w.Push {
		m := s.fill(m).(map[string]any)
		if m["id"] == nil {
			m["id"] = ulid()
		}
		if m["recorded_at"] == nil {
			m["recorded_at"] = "2026-11-20T10:00:00.000Z"
		}
		if m["base"] == "held" {
			m["base"] = p.rev(m["collection"].(string), m["record"].(string))
		}
		all = append(all, m)
	}
	for _, raw := range w.Raw {
		all = append(all, s.fill(raw))
	}
	ask := map[string]any{"mutations": all}
	if w.Records {
		ask["records"] = true
	}
	if w.Epoch != "" {
		ask["epoch"] = w.Epoch
	}
	a := s.s.Do("POST", "/api/sync/push", p.token, ask)
	out := answered(a)
	if a.Status == 200 {
		var answer struct{ Results []map[string]any }
		a.JSON(s.t, &answer)
		out.results = answer.Results
	}
	return out
}

// write is one by another door: the server's own hand.
func (s *stage) write(w serverWrite) {
	s.t.Helper()
	w.Record, w.Set = s.fill(w.Record).(string), s.fill(w.Set).(map[string]any)
	c, err := s.s.App.FindCollectionByNameOrId(w.Collection)
	if err != nil {
		s.t.Fatal(err)
	}
	r := core.NewRecord(c)
	switch {
	case w.Where != nil:
		all, err := s.s.App.FindAllRecords(c, dbx.HashExp(s.fill(w.Where).(map[string]any)))
		if err != nil || len(all) != 1 {
			s.t.Fatalf("%d records of %s where %v (%v)", len(all), w.Collection, w.Where, err)
		}
		r = all[0]
	case w.Record != "":
		if r, err = s.s.App.FindRecordById(c, w.Record); err != nil {
			r = core.NewRecord(c)
			r.Id = w.Record
		}
	}
	if w.Delete {
		err = s.s.App.Delete(r)
	} else {
		r.Load(w.Set)
		err = s.s.App.Save(r)
	}
	if err != nil {
		s.t.Fatalf("writing %s: %v", w.Collection, err)
	}
}

// find names the row with the least id, of those that the phone holds and that match.
func (s *stage) find(p *phone, w finding) {
	s.t.Helper()
	least := ""
	for key, row := range p.rows {
		id, in := strings.CutPrefix(key, w.In+"/")
		var record map[string]any
		if !in || json.Unmarshal([]byte(row.record), &record) != nil || s.matches(s.fill(w.Where), record) != "" {
			continue
		}
		if least == "" || id < least {
			least = id
		}
	}
	if least == "" {
		s.t.Fatalf("the phone holds no %s where %v", w.In, w.Where)
	}
	s.names[w.As] = least
}

// fill puts in what names stand for; a mutation's id that has none gets a fresh one.
func (s *stage) fill(v any) any {
	switch v := v.(type) {
	case string:
		if after, relative := strings.CutPrefix(v, "$+"); relative {
			return s.fromNow(after)
		}
		if strings.HasPrefix(v, "$") && s.names[v] == nil {
			s.names[v] = ulid()
		}
		for name, value := range s.names {
			if v == name {
				return value
			}
			if text, ok := value.(string); ok && strings.Contains(v, "/"+name) {
				return strings.ReplaceAll(v, name, text)
			}
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[k] = s.fill(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = s.fill(inner)
		}
		return out
	}
	return v
}

func asObject(t *testing.T, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// matches says where got is not as wanted, or nothing. "*" is any value but none,
// "$name" any value that is the same wherever the name stands; members that are not
// named are not asked.
func (s *stage) matches(want, got any) string {
	if text, ok := want.(string); ok {
		switch {
		case text == "*":
			if got == nil || got == "" || got == 0.0 {
				return "there is nothing"
			}
			return ""
		case strings.HasPrefix(text, "$"):
			if known, ok := s.names[text]; ok && fmt.Sprint(known) != fmt.Sprint(got) {
				return fmt.Sprintf("%v, and %s was %v", got, text, known)
			}
			if got == nil {
				return "there is nothing"
			}
			s.names[text] = got
			return ""
		}
	}
	object, ok := want.(map[string]any)
	if !ok {
		if a, b := fmt.Sprintf("%T %v", want, want), fmt.Sprintf("%T %v", got, got); a != b {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		return ""
	}
	there, _ := got.(map[string]any)
	for k, v := range object {
		if wrong := s.matches(v, there[k]); wrong != "" {
			return k + ": " + wrong
		}
	}
	return ""
}
