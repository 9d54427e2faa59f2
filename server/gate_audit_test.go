package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// reader is somebody who asks at random, and the audit log that is held against what
// they were shown.
type reader struct {
	*demotest.Server
	t      *testing.T
	chance *rand.Rand
	ids    map[string][]string // some records of each noun
	shown  int                 // answers with case content
}

// Whatever is asked of the stock API and of the reading rooms, each page of case content
// that goes out has exactly one line for each case in it, with how many records, and what
// is refused has none. The long run asks 10,000 times: HOLDFAST_SOAK=1.
func TestEachReadOfCaseContentHasOneLine(t *testing.T) {
	times, seed := 600, uint64(17)
	if os.Getenv("HOLDFAST_SOAK") != "" {
		times = 10_000
	}
	r := &reader{Server: house(t), t: t, chance: rand.New(rand.NewPCG(seed, seed)), ids: map[string][]string{}}
	r.ForgetReads()
	extra(t, r.App)
	for _, n := range collections.All() {
		var ids []string
		if err := r.App.ConcurrentDB().Select("id").From(n.Name).OrderBy("rowid").Limit(40).Column(&ids); err != nil {
			t.Fatal(err)
		}
		r.ids[n.Name] = append(ids, "nosuchrecord000")
	}
	for _, p := range demo.Cast {
		r.Token(p)
	}
	r.lines() // what the filling left
	asks := []func(demo.Person) (string, []string){r.list, r.list, r.list, r.view, r.view, r.room, r.batch, r.write}
	for i := range times {
		p := []demo.Person{demo.Manager, demo.Practitioner, demo.School, demo.Cast[r.chance.IntN(len(demo.Cast))]}[r.chance.IntN(4)]
		said, want := asks[r.chance.IntN(len(asks))](p)
		got := r.lines()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%d (seed %d): %s, %s:\nwritten down %v\nshown        %v", i, seed, p.Account, said, got, want)
		}
		if len(want) > 0 {
			r.shown++
		}
	}
	if r.shown < times/5 {
		t.Errorf("only %d of %d answers had case content", r.shown, times)
	}
	t.Logf("%d requests, %d answers with case content, each with its lines", times, r.shown)
}

// lines are what was written down as read since the last look.
func (r *reader) lines() (out []string) {
	r.t.Helper()
	if err := kernel.SettleAudit(r.App); err != nil {
		r.t.Fatal(err)
	}
	db := r.App.NonconcurrentDB()
	err := db.NewQuery(`SELECT collection || ' ' || "case" || ' ' || count FROM audit_log WHERE verb IN ('read', 'file', 'export', 'sync')`).Column(&out)
	if err == nil { // the look takes them away: the log of a test is only this test's
		_, err = db.Delete("audit_log", dbx.NewExp("1 = 1")).Execute()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// noun is any, but mostly one of case content of which there are records.
func (r *reader) noun() *collections.Noun {
	all := collections.All()
	for range r.chance.IntN(20) {
		if n := all[r.chance.IntN(len(all))]; n.ReadAs() != "" && len(r.ids[n.Name]) > 5 {
			return n
		}
	}
	return all[r.chance.IntN(len(all))]
}

func (r *reader) one(list []string) string { return list[r.chance.IntN(len(list))] }

// list asks for a page, well or badly.
func (r *reader) list(p demo.Person) (string, []string) {
	n, q := r.noun(), url.Values{}
	fields := must(r.App.FindCachedCollectionByNameOrId(n.Name)).Fields
	field := func() core.Field { return fields[r.chance.IntN(len(fields))] }
	if r.chance.IntN(2) == 0 {
		operator := r.one([]string{"=", "!=", ">", "<=", "~", "!~", "?="})
		q.Set("filter", field().GetName()+operator+r.one([]string{"''", "'a'", "1", "'2026-11-20'", "id"}))
	}
	if r.chance.IntN(3) == 0 {
		q.Set("sort", r.one([]string{"", "-", "+"})+field().GetName())
	}
	if r.chance.IntN(3) == 0 {
		q.Set("perPage", fmt.Sprint(1+r.chance.IntN(600)))
		q.Set("page", fmt.Sprint(1+r.chance.IntN(2)))
	}
	if r.chance.IntN(4) == 0 {
		q.Set("skipTotal", "true")
	}
	if r.chance.IntN(2) == 0 {
		q.Set("expand", r.relation(fields))
	}
	return r.read(p, at(n)+"?"+q.Encode())
}

// relation is one to expand by: mostly forward, at times to where nobody may look.
func (r *reader) relation(fields core.FieldsList) string {
	var names []string
	for _, f := range fields {
		if _, ok := f.(*core.RelationField); ok {
			names = append(names, f.GetName(), f.GetName(), f.GetName())
		}
	}
	return r.one(append(names, "notes_via_case", "case.lead_agency", "author,case"))
}

func (r *reader) view(p demo.Person) (string, []string) {
	n := r.noun()
	path := at(n) + "/" + r.one(r.ids[n.Name])
	if r.chance.IntN(2) == 0 {
		path += "?expand=" + r.relation(must(r.App.FindCachedCollectionByNameOrId(n.Name)).Fields)
	}
	return r.read(p, path)
}

// read asks, and tells from the answer what must have been written down.
func (r *reader) read(p demo.Person, path string) (string, []string) {
	a := r.Do("GET", path, r.Token(p), nil)
	if a.Status != 200 {
		return fmt.Sprint(path, " ", a.Status), nil
	}
	var page struct{ Items []map[string]any }
	a.JSON(r.t, &page)
	if page.Items == nil {
		var one map[string]any
		a.JSON(r.t, &one)
		if _, list := one["items"]; !list {
			page.Items = []map[string]any{one}
		}
	}
	beside := map[string]map[string]any{} // what the expands delivered, each once
	for _, item := range page.Items {
		expand, _ := item["expand"].(map[string]any)
		for _, v := range expand {
			several, many := v.([]any)
			if !many {
				several = []any{v}
			}
			for _, one := range several {
				record := one.(map[string]any)
				beside[record["id"].(string)] = record
			}
		}
	}
	want := append(linesOf(page.Items), linesOf(slices.Collect(maps.Values(beside)))...)
	if r.chance.IntN(4) == 0 { // the same with fewer fields is read as much
		first := r.lines()
		slices.Sort(first)
		slices.Sort(want)
		if !slices.Equal(first, want) {
			r.t.Errorf("%s, %s:\nwritten down %v\nshown        %v", p.Account, path, first, want)
		}
		path += r.one([]string{"&", "&"}) + "fields=id"
		if !strings.Contains(path, "?") {
			path = strings.Replace(path, "&", "?", 1)
		}
		r.Do("GET", path, r.Token(p), nil)
	}
	return path, want
}

// linesOf are the lines for a page of records.
func linesOf(records []map[string]any) (lines []string) {
	counts := map[[2]string]int{}
	for _, record := range records {
		name, _ := record["collectionName"].(string)
		n := collections.ByName(name)
		if n == nil || n.ReadAs() == "" {
			continue
		}
		id, _ := record[n.ReadAs()].(string)
		counts[[2]string{name, id}]++
	}
	for key, count := range counts {
		lines = append(lines, fmt.Sprintf("%s %s %d", key[0], key[1], count))
	}
	return lines
}

// room asks one of our own reading rooms, which write one line each.
func (r *reader) room(p demo.Person) (string, []string) {
	id := r.one(r.ids["cases"])
	noun, path := "chronology", "/api/cases/"+id+"/chronology"+r.one([]string{"", "/patterns", "/csv", "/html", "?limit=5", "?colour=red"})
	switch r.chance.IntN(4) {
	case 0:
		noun, path = "letters", "/api/letters/"+r.one(r.ids["letters"])+r.one([]string{"/html", "/pdf"})
	case 1:
		noun, path = "evidence", "/api/evidence/"+r.one(r.ids["evidence"])+r.one([]string{"/original", "/preview"})
	}
	a := r.Do("GET", path, r.Token(p), nil)
	got := r.lines()
	if want := a.Status == 200; (len(got) == 1) != want || (want && !strings.HasPrefix(got[0], noun+" ")) {
		r.t.Errorf("%s, %s: %d, written down %v", p.Account, path, a.Status, got)
	}
	if a.Status == 200 {
		r.shown++
	}
	return path, nil // looked at already
}

// batch writes what may be written and asks for more with it: what a write answers is
// its writer's own, and has the write's line.
func (r *reader) batch(p demo.Person) (string, []string) {
	asked, content := r.one([]string{"", "", "?expand=case", "?fields=id"}), map[string]any{
		"case": r.one(r.ids["cases"]), "body": "In a batch.", "source": "seen_by_worker", "shared": true}
	made := func(asked string) demotest.Answer {
		return r.Do("POST", "/api/batch", r.Token(p), map[string]any{"requests": []map[string]any{
			{"method": "POST", "url": at(collections.ByName("notes")) + asked, "body": content}}})
	}
	a := made(asked)
	if asked == "?expand=case" && a.Status != 400 {
		r.t.Errorf("%s, a batch that expands: %d %s", p.Account, a.Status, a.Body)
	}
	if asked == "?fields=id" { // says what is answered, and decides nothing
		if whole := made(""); whole.Status != a.Status {
			r.t.Errorf("%s, a batch that is answered in part: %d %s\nand whole: %d %s", p.Account, a.Status, a.Body, whole.Status, whole.Body)
		}
	}
	return fmt.Sprint("batch ", a.Status), nil
}

func (r *reader) write(p demo.Person) (string, []string) {
	path := at(collections.ByName("notes")) + "/" + r.one(r.ids["notes"]) + r.one([]string{"", "?expand=case", "?expand=case.people_via_case"})
	a := r.Do("PATCH", path, r.Token(p), json.RawMessage(`{"body":"Changed."}`))
	return fmt.Sprint("PATCH ", path, " ", a.Status), nil
}
