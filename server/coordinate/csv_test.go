package coordinate

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

func TestTheExportIsTheListThatTheCoordinatorSees(t *testing.T) {
	d := openDesk(t)
	d.offer(demo.Colleague, map[string]any{"work_phone": "+44 1632 960111", "job_title": `=HYPERLINK("https://evil.example")`})
	d.offer(demo.School, map[string]any{"locality": "Tarn Valley"})
	b := d.as(demo.Coordinator)
	a := b.get("/coordinate/registrations.csv?locality=Harbour")
	wants(t, a, 200)
	if got := a.header.Get("Content-Disposition"); got != `attachment; filename="registrations-2026-11-20.csv"` {
		t.Errorf("Content-Disposition is %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v; want a header and one", len(rows), err)
	}
	got := strings.Join(rows[1], "|")
	for _, want := range []string{"Colm Reeve|", `|Submitted|`, `'=HYPERLINK(`, `|'+44 1632 960111|`} {
		if !strings.Contains(got, want) {
			t.Errorf("the row %q lacks %q", got, want)
		}
	}
	var taken int
	if err := d.App.ConcurrentDB().NewQuery(`SELECT "count" FROM audit_log WHERE verb = 'read' AND collection = 'champion_registrations' AND actor = '` + demo.Coordinator.ID + `'`).Row(&taken); err != nil || taken != 1 {
		t.Fatalf("the audit log counts %d taken, %v", taken, err)
	}
	wants(t, b.get("/coordinate/coverage.csv"), 200, `"Harbour School","Harbour","School","1","65","0","3","3","Red: no champion"`)
}

// table reads a file of the pages as a spreadsheet does.
func table(t *testing.T, a answer) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\uFEFF"))).ReadAll()
	if a.status != 200 || err != nil {
		t.Fatal(a.status, err)
	}
	return rows
}

func TestTheDirectoryIsTakenAsItIsNarrowed(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	d.raise(b, d.offer(demo.Colleague, map[string]any{"job_title": "=1+1", "work_phone": "+44 1632 960111"}).Id)
	d.raise(b, d.offer(demo.School, map[string]any{"locality": "Tarn Valley"}).Id)
	d.raise(b, d.offer(demo.Outsider, map[string]any{"directory_consent": false}).Id)
	if a := b.decide(d.registrationOf(demo.School).Id, "make_lead", ""); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	for query, want := range map[string]string{
		"": "Colm Reeve, " + demo.School.Name, "?locality=Harbour": "Colm Reeve", "?sector=school": demo.School.Name, "?kind=lead": demo.School.Name,
		"?q=reeve": "Colm Reeve", "?locality=Nowhere": "", "?sort=name&order=down": demo.School.Name + ", Colm Reeve",
	} {
		var names []string
		page := b.get("/coordinate/champions" + query)
		for _, row := range table(t, b.get("/coordinate/champions.csv"+query))[1:] {
			names = append(names, row[0])
			wants(t, page, 200, row[0])
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if row := strings.Join(table(t, b.get("/coordinate/champions.csv?q=reeve"))[1], "|"); !strings.Contains(row, "|'=1+1|") || !strings.Contains(row, "|'+44 1632 960111|") {
		t.Error(row)
	}
	wants(t, b.get("/coordinate/champions?locality=Harbour"), 200, `href="/coordinate/champions.csv?locality=Harbour" download`)
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lacks(t, d.as(demo.Practitioner).get("/coordinate/champions.csv"), demo.School.Name)
	d.taken("champions")
}

func TestOnlySharedPracticeLeavesTheHouse(t *testing.T) {
	d := openDesk(t)
	d.gather() // one to read, one shared, a draft
	d.keep("good_practice", map[string]any{"user": demo.School.ID, "agency": demo.School.Agency, "title": "Withdrawn words", "body": "No.", "status": "submitted"})
	slipped := d.keep("good_practice", map[string]any{"user": demo.School.ID, "agency": demo.School.Agency, "title": "A visit", "body": "It helped.", "status": "submitted", "topics": []string{"engagement"}})
	if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE good_practice SET status = 'shared', title = '=A visit' WHERE id = '` + slipped.Id + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	b := d.as(demo.Coordinator)
	titles := func(query string) string {
		var all []string
		for _, row := range table(t, b.get("/coordinate/good-practice.csv"+query))[1:] {
			all = append(all, row[0])
		}
		return strings.Join(all, ", ")
	}
	for query, want := range map[string]string{"?sort=title&order=up": "'=A visit, Shared words", "?topic=engagement": "'=A visit", "?q=shared": "Shared words", "?status=submitted&q=texting": ""} {
		if got := titles(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE good_practice SET body = 'About FM-0001.' WHERE id = '` + slipped.Id + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if got := titles(""); got != "Shared words" {
		t.Errorf("what could lead to a child leaves the house: %q", got)
	}
	wants(t, b.get("/coordinate/good-practice?topic=engagement&status=shared"), 200, `href="/coordinate/good-practice.csv?topic=engagement" download`, "1 entry")
	d.taken("good_practice")
}

// taken fails when the audit log does not say that the coordinator took rows.
func (d *desk) taken(noun string) {
	d.t.Helper()
	d.takenBy(demo.Coordinator, noun)
}

func (d *desk) takenBy(p demo.Person, noun string) {
	d.t.Helper()
	var n int
	if err := d.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'read' AND "count" > 0 AND collection = '` + noun + `' AND actor = '` + p.ID + `'`).Row(&n); err != nil || n == 0 {
		d.t.Errorf("the audit log does not say who took %s (%v)", noun, err)
	}
}

func (d *desk) registrationOf(p demo.Person) *core.Record {
	d.t.Helper()
	r, err := d.App.FindFirstRecordByData("champion_registrations", "user", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}
