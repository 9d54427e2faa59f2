package chronology

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// desk is Fellmoor with the reading room open and a year of small things on FM-0001.
type desk struct {
	*demotest.Server
	t *testing.T
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	app := demotest.App(t)
	d := &desk{demotest.Serve(t, app, Open), t}
	ivy, jonah, tess := demo.ID("child", 100), demo.ID("child", 101), demo.ID("adult", 100)
	d.as(demo.Practitioner, func(tx core.App) error {
		c, err := tx.FindRecordById("cases", demo.CaseID(1))
		if err != nil {
			return err
		}
		c.Set("opened_on", "2025-01-01")
		return tx.Save(c)
	})
	for _, day := range []string{"2025-01-14", "2025-05-20", "2026-02-03"} {
		d.adds(demo.School, "chronology_entries", "from", day, "words", "Ivy came without breakfast.", "source", "said_by_child", "impact", "negative",
			"action_taken", "Toast at school.", "children", []string{ivy}, "tags", []string{"hungry"})
	}
	d.adds(demo.Practitioner, "chronology_entries", "from", "2025-07-01", "until", "2025-08-31", "words", "Stayed with grandparents.", "source", "said_by_parent",
		"impact", "positive", "children", []string{jonah})
	pathway := d.adds(demo.Practitioner, "pathways", "opened_at", "2025-06-02 09:00:00.000Z", "trigger", "missed_contact",
		"template", d.template())
	d.adds(demo.Practitioner, "pathway_events", "pathway", pathway, "kind", "child.seen", "occurred_at", "2025-06-03 10:00:00.000Z", "data", map[string]any{"children": []string{ivy}})
	m := d.adds(demo.Practitioner, "meetings", "agenda", "engagement", "status", "scheduled", "scheduled_for", "2025-06-10 13:00:00.000Z")
	for _, a := range []string{demo.Agencies[0].ID, demo.Agencies[1].ID} {
		d.adds(demo.Practitioner, "meeting_invitations", "meeting", m, "agency", a, "name", "Somebody", "attendance", "attended")
	}
	d.as(demo.Practitioner, func(tx core.App) error {
		r, err := tx.FindRecordById("meetings", m)
		if err != nil {
			return err
		}
		r.Load(map[string]any{"status": "held", "held_at": "2025-06-10 13:00:00.000Z", "decision": "Visit together.", "family_views": "Tess agrees."})
		return tx.Save(r)
	})
	ref := d.adds(demo.Practitioner, "referrals", "target", "children_social_care", "to", "the front door", "reasons", "Often hungry.", "family_told", true, "people", []string{ivy})
	d.adds(demo.Practitioner, "referral_steps", "referral", ref, "step", "sent", "occurred_at", "2025-06-12 10:00:00.000Z")
	d.adds(demo.School, "disputes", "about", "the threshold", "subject", "threshold", "opened_at", "2025-06-13 10:00:00.000Z")
	d.adds(demo.Practitioner, "service_agreements", "person", tess, "scope", "Help with mornings.", "service", "early_help", "answer", "given", "how", "verbal", "answered_at", "2025-06-05 10:00:00.000Z")
	d.adds(demo.Practitioner, "child_flags", "child", ivy, "kind", "cp_plan", "category", "NEG", "from", "2025-09-01", "until", "2026-01-10")
	return d
}

func (d *desk) template() string {
	r, err := d.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Id
}

func (d *desk) as(p demo.Person, do func(tx core.App) error) {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err == nil {
		err = kernel.Within(d.App, kernel.Actor{User: user, Door: "test"}, do)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) adds(p demo.Person, noun string, pairs ...any) (id string) {
	d.t.Helper()
	d.as(p, func(tx core.App) error {
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		r := core.NewRecord(c)
		r.Set("case", demo.CaseID(1))
		for i := 0; i+1 < len(pairs); i += 2 {
			r.Set(pairs[i].(string), pairs[i+1])
		}
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("%s: %w", noun, err)
		}
		id = r.Id
		return nil
	})
	return id
}

const path = "/api/cases/"

func (d *desk) reads(p demo.Person, query string) contract.ChronologyAnswer {
	d.t.Helper()
	a := d.Do("GET", path+demo.CaseID(1)+"/chronology"+query, d.Token(p), nil)
	if a.Status != 200 {
		d.t.Fatalf("%s reads %s: %d %s", p.Account, query, a.Status, a.Body)
	}
	var out contract.ChronologyAnswer
	a.JSON(d.t, &out)
	return out
}

func said(rows []contract.ChronologyRow) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.On+" "+r.Kind+": "+r.Words)
	}
	return strings.Join(out, "\n")
}

func TestAChronologyIsEverythingInOneOrder(t *testing.T) {
	d := openDesk(t)
	all := d.reads(demo.Practitioner, "?order=oldest&limit=500")
	text := said(all.Rows)
	for _, want := range []string{
		"2025-01-14 entry: Ivy came without breakfast.", "2025-06-10 meeting: Meeting of the agencies (engagement): held. Visit together.",
		"2025-06-12 referral: Referral to the front door: sent.", "2025-06-13 dispute: The agencies disagree: the threshold.",
		"2025-06-05 consent: Agreement to a service (early help): given, verbal. Help with mornings.", "2025-09-01 flag: Child protection plan (NEG).",
		"event: Child seen.", "attempt: Phone: message left. Left a message", "note: Ivy said: “I made the toast", "evidence: Kept as evidence: Attendance printout (document).",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the chronology lacks %q", want)
		}
	}
	if !slices.IsSortedFunc(all.Rows, func(a, b contract.ChronologyRow) int { return strings.Compare(a.On, b.On) }) {
		t.Errorf("not in order:\n%s", text)
	}
	for _, order := range []string{"oldest", "newest"} {
		var paged []contract.ChronologyRow
		query := "?limit=3&order=" + order
		for next := ""; ; {
			p := d.reads(demo.Practitioner, query+next)
			if len(p.Rows) > 3 {
				t.Fatalf("%d rows a page", len(p.Rows))
			}
			paged = append(paged, p.Rows...)
			if !p.More {
				break
			}
			next = "&after=" + p.Next
		}
		if order == "newest" {
			slices.Reverse(paged)
		}
		if said(paged) != text {
			t.Errorf("%s, page by page:\n%s\nwhole:\n%s", order, said(paged), text)
		}
	}
}

func TestWhatARecordTellsThePathwayIsNotToldTwice(t *testing.T) {
	d := openDesk(t)
	for _, r := range d.reads(demo.Practitioner, "?kind=event&limit=500").Rows {
		if r.Words != "Child seen." {
			t.Errorf("told twice: %s", r.Words)
		}
	}
}

func TestAnotherAgencysOwnNotesAreNotRead(t *testing.T) {
	d := openDesk(t)
	const own = "Internal note for our pastoral meeting"
	for _, form := range []string{"", "/csv", "/html"} {
		school := d.Do("GET", path+demo.CaseID(1)+"/chronology"+form, d.Token(demo.School), nil)
		other := d.Do("GET", path+demo.CaseID(1)+"/chronology"+form, d.Token(demo.Practitioner), nil)
		if !strings.Contains(string(school.Body), own) || other.Status != 200 || strings.Contains(string(other.Body), own) {
			t.Errorf("%s: the school reads its note: %v; the practitioner: %v", form, strings.Contains(string(school.Body), own), strings.Contains(string(other.Body), own))
		}
	}
}

// Who reads a note whose words were changed is told so, and when; but not of what its
// agency changed before it was shared.
func TestChangedWordsSayThatTheyWere(t *testing.T) {
	d := openDesk(t)
	shared := d.adds(demo.Practitioner, "notes", "body", "The boiler was cold.", "source", "seen_by_worker", "shared", true)
	own := d.adds(demo.Practitioner, "notes", "body", "A draft of ours.", "source", "seen_by_worker", "shared", false)
	change := func(id, field string, value any) {
		d.as(demo.Practitioner, func(tx core.App) error {
			r, err := tx.FindRecordById("notes", id)
			if err != nil {
				return err
			}
			r.Set(field, value)
			return tx.Save(r)
		})
	}
	change(shared, "body", "The boiler was warm.")
	change(own, "body", "Fit to share.")
	change(own, "shared", true)
	for _, c := range []struct {
		who           demo.Person
		shared, draft bool
	}{{demo.Practitioner, true, true}, {demo.School, true, false}} {
		read := 0
		for _, line := range d.reads(c.who, "?limit=500").Rows {
			want, ours := c.shared, strings.HasPrefix(line.Words, "The boiler was warm.")
			if strings.HasPrefix(line.Words, "Fit to share.") {
				want, ours = c.draft, true
			}
			if !ours {
				continue
			}
			read++
			if told := strings.Contains(line.Words, "Its author changed these words on "); told != want {
				t.Errorf("%s reads %q", c.who.Account, line.Words)
			}
		}
		if read != 2 {
			t.Errorf("%s reads %d of two notes", c.who.Account, read)
		}
	}
}

// Whoever is not on the case gets, byte for byte, the answer for a case that does
// not exist, and nothing of it is in the audit log as read.
func TestANonMemberLearnsNothing(t *testing.T) {
	d := openDesk(t)
	for _, p := range []demo.Person{demo.Outsider, demo.Colleague, demo.Coordinator, demo.DPO} {
		for _, form := range []string{"", "/patterns", "/csv", "/html", "?limit=nonsense", "?child=" + demo.ID("child", 100)} {
			foreign := d.Do("GET", path+demo.CaseID(1)+"/chronology"+form, d.Token(p), nil, "If-None-Match", "*")
			missing := d.Do("GET", path+"nosuchcase00000/chronology"+form, d.Token(p), nil, "If-None-Match", "*")
			foreign.Header.Del("Date")
			missing.Header.Del("Date")
			if foreign.Status != 404 || string(foreign.Body) != string(missing.Body) || fmt.Sprint(foreign.Header) != fmt.Sprint(missing.Header) {
				t.Errorf("%s %s: %d %s %v; missing: %s %v", p.Account, form, foreign.Status, foreign.Body, foreign.Header, missing.Body, missing.Header)
			}
		}
	}
	if a := d.Do("GET", path+demo.CaseID(1)+"/chronology", "", nil); a.Status != 401 {
		t.Errorf("a guest: %d", a.Status)
	}
	if n := d.audited(""); n != 0 {
		t.Errorf("%d readings are in the audit log", n)
	}
}

func (d *desk) audited(verb string) (n int) {
	d.t.Helper()
	err := d.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE collection = 'chronology' AND ({:v} = '' OR verb = {:v})`).Bind(dbx.Params{"v": verb}).Row(&n)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestEachReadingIsAuditedAndAnUnchangedOneDeliversNothing(t *testing.T) {
	d := openDesk(t)
	ask := func(p demo.Person, form, tag string) demotest.Answer {
		return d.Do("GET", path+demo.CaseID(1)+"/chronology"+form, d.Token(p), nil, "If-None-Match", tag)
	}
	first := ask(demo.Practitioner, "", "")
	tag := first.Header.Get("ETag")
	if again := ask(demo.Practitioner, "", tag); again.Status != 304 || len(again.Body) != 0 {
		t.Errorf("unchanged: %d %s", again.Status, again.Body)
	}
	if n := d.audited("read"); n != 1 {
		t.Errorf("%d readings are in the audit log", n)
	}
	if other := ask(demo.School, "", tag); other.Status != 200 {
		t.Errorf("another reader's tag: %d", other.Status)
	}
	if other := ask(demo.Practitioner, "?order=oldest", tag); other.Status != 200 {
		t.Errorf("another question's tag: %d", other.Status)
	}
	d.adds(demo.School, "notes", "body", "Ivy sang today.", "source", "seen_by_worker", "shared", true)
	if after := ask(demo.Practitioner, "", tag); after.Status != 200 || !strings.Contains(string(after.Body), "Ivy sang today.") {
		t.Errorf("after a note: %d", after.Status)
	}
	ask(demo.Practitioner, "/csv", "")
	ask(demo.Practitioner, "/html", "")
	var count int
	if err := d.App.ConcurrentDB().NewQuery(`SELECT "count" FROM audit_log WHERE collection = 'chronology' AND verb = 'export' AND actor = '` + demo.Practitioner.ID + `' AND "case" = '` + demo.CaseID(1) + `' LIMIT 1`).Row(&count); err != nil || count < 15 || d.audited("export") != 2 {
		t.Errorf("an export of %d rows, %d exports, %v", count, d.audited("export"), err)
	}
}

func TestAFilterIsAnsweredOrRefused(t *testing.T) {
	d := openDesk(t)
	ivy, jonah := demo.ID("child", 100), demo.ID("child", 101)
	for query, want := range map[string]int{
		"?tag=hungry": 3, "?tag=hungry&child=" + ivy: 3, "?tag=hungry&child=" + jonah: 0, "?kind=entry&impact=positive": 1,
		"?kind=entry&from=2025-08-15&until=2025-08-16": 1, "?kind=entry&from=2025-09-01&until=2025-12-31": 0,
		"?kind=meeting&from=2025-06-10&until=2025-06-10": 1, "?kind=meeting&until=2025-06-09": 0, "?kind=entry&agency=" + demo.School.Agency: 3,
		"?kind=flag&from=2026-01-10": 1, "?tag=message_left": 1,
	} {
		if got := d.reads(demo.Practitioner, query); len(got.Rows) != want || got.More {
			t.Errorf("%s: %d rows, want %d\n%s", query, len(got.Rows), want, said(got.Rows))
		}
	}
	for _, query := range []string{"?chld=x", "?limit=0", "?limit=501", "?order=best", "?after=nonsense", "?from=June", "?from=2026-02-30", "?kind=secrets", "?tag=a&tag=b", "?child='%20OR%201=1"} {
		if a := d.Do("GET", path+demo.CaseID(1)+"/chronology"+query, d.Token(demo.Practitioner), nil); a.Status != 400 || a.Code() != "malformed" {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
}

func TestSmallThingsFarApartAreShownTogether(t *testing.T) {
	d := openDesk(t)
	var got contract.PatternsAnswer
	d.Do("GET", path+demo.CaseID(1)+"/chronology/patterns", d.Token(demo.Practitioner), nil).JSON(t, &got)
	i := slices.IndexFunc(got.Patterns, func(p contract.ChronologyPattern) bool { return p.Tag == "hungry" })
	if i < 0 {
		t.Fatalf("%+v", got.Patterns)
	}
	if p := got.Patterns[i]; p.Count != 3 || p.First != "2025-01-14" || p.Last != "2026-02-03" || p.LongestGap != 259 || len(p.Rows) != 3 {
		t.Errorf("%+v", p)
	}
}

func TestTextIsTextOnPaperAndInATable(t *testing.T) {
	d := openDesk(t)
	for _, words := range []string{`=HYPERLINK("https://evil.example")`, `<script>alert(1)</script><img src=x onerror=alert(2)>`, "+44 1632 960111", "@SUM(1)", "-1", "\t=1", "{{.Rows}}"} {
		d.adds(demo.Practitioner, "chronology_entries", "from", "2026-03-01", "words", words, "source", "document", "impact", "neutral", "action_taken", words)
	}
	a := d.Do("GET", path+demo.CaseID(1)+"/chronology/csv?from=2026-03-01&until=2026-03-01", d.Token(demo.Practitioner), nil)
	if a.Header.Get("Content-Disposition") != `attachment; filename="chronology.csv"` || a.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%v", a.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.Body), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 8 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		for _, c := range r {
			if seen := strings.TrimSpace(c); strings.HasPrefix(c, "\t") || seen != "" && strings.Contains("=+-@", seen[:1]) {
				t.Errorf("a cell a spreadsheet would run: %q", c)
			}
		}
	}
	page := d.Do("GET", path+demo.CaseID(1)+"/chronology/html", d.Token(demo.Practitioner), nil)
	body := string(page.Body)
	if page.Status != 200 || strings.Contains(body, "<script") || strings.Contains(body, "<img") || !strings.Contains(body, "&lt;script&gt;") || strings.Contains(body, " style=") {
		t.Errorf("%d, %d bytes", page.Status, len(body))
	}
	if got := page.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'self'") {
		t.Errorf("policy %q", got)
	}
	for _, want := range []string{`lang="en"`, `<th scope="col">When</th>`, `<time datetime="2025-07-01">Tuesday 1 July 2025</time> to`, "Again and again", "Marlowe"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	part := d.Do("GET", path+demo.CaseID(1)+"/chronology/html?tag=hungry", d.Token(demo.Practitioner), nil)
	if !strings.Contains(string(part.Body), "This is a part of the chronology: tag hungry.") {
		t.Error("a part looks like the whole")
	}
	if css := d.Do("GET", stylesheetPath, "", nil); css.Status != 200 || strings.Contains(string(css.Body), "url(") {
		t.Errorf("stylesheet %d", css.Status)
	}
}

// A child whose id stands in an event's data and who is not of this case is not named.
func TestAChildOfAnotherCaseIsNotNamed(t *testing.T) {
	d := openDesk(t)
	p, err := d.App.FindFirstRecordByFilter("pathways", "case = '"+demo.CaseID(1)+"'")
	if err != nil {
		t.Fatal(err)
	}
	d.adds(demo.Practitioner, "pathway_events", "pathway", p.Id, "kind", "child.seen", "occurred_at", "2025-06-04 10:00:00.000Z", "data", map[string]any{"children": []string{demo.ID("child", 200)}})
	a := d.Do("GET", path+demo.CaseID(1)+"/chronology?kind=event", d.Token(demo.Practitioner), nil)
	if strings.Contains(string(a.Body), "Bea") || strings.Contains(string(a.Body), demo.ID("child", 200)) {
		t.Errorf("%s", a.Body)
	}
}

// Before what happened stands how each adult stands to what was asked.
func TestThePageSaysWhoAgreed(t *testing.T) {
	d := openDesk(t)
	p, err := d.App.FindFirstRecordByFilter("pathways", "case = '"+demo.CaseID(1)+"'")
	if err != nil {
		t.Fatal(err)
	}
	d.adds(demo.Practitioner, "pathway_events", "pathway", p.Id, "kind", "consent.refused", "occurred_at", "2025-06-04 10:00:00.000Z", "data", map[string]any{"person": demo.ID("adult", 100)})
	d.adds(demo.Practitioner, "pathway_events", "pathway", p.Id, "kind", "threshold.decided", "occurred_at", "2025-06-05 10:00:00.000Z", "data", map[string]any{"decision": "not_met", "decided_by": "Margaret Hall"})
	page := d.Do("GET", path+demo.CaseID(1)+"/chronology/html", d.Token(demo.Practitioner), nil)
	for _, want := range []string{"Decided by: Margaret Hall.", "refused on 4 June 2025."} {
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("the page does not say %q: %s", want, page.Body)
		}
	}
}
