package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// apartness is FM-0001, of which there is a record of every noun, once its team manager and
// the school were taken off it and it is restricted; with what only it has in it.
type apartness struct {
	*ending
	words  []string
	letter string
	file   string // a name under which evidence was stored
}

func setApart(t *testing.T) *apartness {
	t.Helper()
	e := &apartness{ending: &ending{Server: house(t), t: t}}
	extra(t, e.App)
	deputy := "deputyofearlyhe"
	r := core.NewRecord(must(e.App.FindCachedCollectionByNameOrId("users")))
	r.Load(map[string]any{"id": deputy, "email": "deputy@fellmoor.example", "name": "Dilys Orme", "agency": demo.Manager.Agency, "roles": []string{"practitioner", "manager"}, "active": true, "verified": true})
	r.SetPassword("a long enough password")
	if err := e.App.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
	m := must(e.App.FindRecordById("users", demo.Manager.ID))
	m.Set("manager", deputy)
	if err := e.App.Save(kernel.AsServer(m)); err != nil {
		t.Fatal(err)
	}
	c := demo.CaseID(1)
	for _, q := range []string{`SELECT reference FROM cases WHERE id = {:c}`, `SELECT family_name FROM cases WHERE id = {:c}`, `SELECT name FROM people WHERE "case" = {:c}`,
		`SELECT body FROM notes WHERE "case" = {:c} AND body != ''`, `SELECT note FROM contact_attempts WHERE "case" = {:c} AND note != ''`} {
		var found []string
		if err := e.App.ConcurrentDB().NewQuery(q).Bind(dbx.Params{"c": c}).Column(&found); err != nil {
			t.Fatal(err)
		}
		e.words = append(e.words, found...)
	}
	e.words = append(e.words, c)
	e.letter = must(e.App.FindFirstRecordByFilter("letters", "case = {:c}", dbx.Params{"c": c})).Id
	e.file = must(e.App.FindRecordById("evidence", demo.ID("evidence", 100))).GetString("file")
	return e
}

// away takes the team manager and the school off the case, and restricts it.
func (e *apartness) away() {
	e.t.Helper()
	for _, who := range []demo.Person{demo.School, demo.Manager} {
		m := must(e.App.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": demo.CaseID(1), "u": who.ID}))
		m.Set("until", time.Now())
		if err := e.App.Save(kernel.AsServer(m)); err != nil {
			e.t.Fatal(err)
		}
	}
	e.acts("restrict")
}

// acts restricts the case or lifts it, as the deputy who is on it.
func (e *apartness) acts(act string) {
	e.t.Helper()
	user := must(e.App.FindRecordById("users", "deputyofearlyhe"))
	err := kernel.Within(e.App, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error {
		r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("case_acts")))
		r.Load(map[string]any{"case": demo.CaseID(1), "act": act, "occurred_at": time.Now(), "reason": "Her sister works beside us, and should not know.", "review_on": time.Now().AddDate(0, 1, 0).Format(time.DateOnly)})
		return tx.Save(r)
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// reads is what one person is answered at every door at which a family is read.
func (e *apartness) reads(who demo.Person) map[string]string {
	e.t.Helper()
	token, c, out := e.Token(who), demo.CaseID(1), map[string]string{}
	ask := func(method, path string, body any) []byte {
		a := e.Do(method, path, token, body)
		out[method+" "+path] = fmt.Sprint(a.Status, " ", string(a.Body))
		return a.Body
	}
	for _, n := range collections.All() {
		if n.Name == "audit_log" { // which the data protection officer reads, by reference
			continue
		}
		ask("GET", at(n)+"?perPage=500", nil)
		if n.CaseField != "" {
			ask("GET", at(n)+"/"+sample(e.t, e.App, n), nil)
			ask("GET", at(n)+"?perPage=1&filter="+n.CaseField+"%3D%27"+c+"%27", nil)
		}
	}
	piece := demo.ID("evidence", 100)
	for _, path := range []string{"/api/cases/" + c + "/chronology", "/api/cases/" + c + "/chronology/csv", "/api/cases/" + c + "/chronology/html", "/api/cases/" + c + "/chronology/patterns",
		"/api/cases/" + c + "/chronology/voice", "/api/cases/" + c + "/chronology/voice/html", "/api/evidence/" + piece + "/original", "/api/evidence/" + piece + "/preview", "/api/evidence/" + piece + "/receipt",
		"/api/files/evidence/" + piece + "/" + e.file, "/api/letters/" + e.letter + "/html", "/api/letters/" + e.letter + "/pdf", "/api/sync/conflicts", "/api/sync/refusals"} {
		ask("GET", path, nil)
	}
	ask("POST", "/api/evidence/bundles", map[string]any{"case": c, "reason": "For court."})
	ask("POST", "/api/cases/"+c+"/children/"+demo.ID("child", 100)+"/involvement", nil)
	var page contract.PullAnswer
	for range 5 {
		request := contract.PullRequest{Limit: contract.MaxLimit}
		if page.Position != "" {
			request.Position = &page.Position
		}
		raw := ask("POST", "/api/sync/pull", request)
		out["pull"] += string(raw)
		if json.Unmarshal(raw, &page) != nil || !page.More {
			break
		}
	}
	b := e.page(who)
	for _, path := range []string{"", "/waiting", "/risks", "/approvals", "/conflicts", "/refusals", "/transfers", "/people", "/devices", "/account", "/registrations?q=Marlowe&status=all", "/champions?q=Marlowe", "/cascade?q=Marlowe", "/good-practice?q=Marlowe"} {
		status, body := b.read(b.client.Get(e.URL + "/coordinate" + path))
		out["/coordinate"+path] = fmt.Sprint(status, " ", body)
	}
	return out
}

// Who is kept apart from a restricted family reads nothing of it by any door: no record, no
// count, no chronology, page, paper, piece of evidence or answer from the index; who is on it
// reads all of it as before.
func TestWhoIsKeptApartReadsNothingOfARestrictedFamily(t *testing.T) {
	e := setApart(t)
	sees := func(who demo.Person, doors map[string]string) (seen []string) {
		for door, body := range doors {
			asked := strings.Contains(door, demo.CaseID(1))
			for _, w := range e.words {
				if strings.Contains(body, w) && !(asked && w == demo.CaseID(1)) && !(strings.Contains(door, "q=Marlowe") && w == "Marlowe") {
					seen = append(seen, fmt.Sprintf("%s at %s: %q", who.Account, door, w))
				}
			}
		}
		return seen
	}
	if n := len(sees(demo.School, e.reads(demo.School))); n < 20 {
		t.Fatalf("the school, on the case, sees it in %d places: this would prove little", n)
	}
	e.away()
	before := len(sees(demo.Practitioner, e.reads(demo.Practitioner)))
	if before < 20 {
		t.Errorf("who is on it sees it in %d places", before)
	}
	for _, who := range []demo.Person{demo.Manager, demo.School, demo.Colleague, demo.Coordinator, demo.DPO, demo.Outsider} {
		doors := e.reads(who)
		for door := range doors { // the data protection officer decides on holds and disposals
			held := who.ID == demo.DPO.ID && (strings.Contains(door, "evidence_holds") || strings.Contains(door, "evidence_disposals"))
			if held {
				delete(doors, door)
			}
		}
		for _, s := range sees(who, doors) {
			t.Error(s)
		}
		for door, body := range doors {
			if strings.Contains(door, "filter=") && !strings.HasPrefix(body, "4") && !strings.Contains(body, `"totalItems":0`) {
				t.Errorf("%s counts at %s: %.200s", who.Account, door, body)
			}
		}
	}
	e.acts("lift_restriction")
	if after := len(sees(demo.Practitioner, e.reads(demo.Practitioner))); after < before {
		t.Errorf("lifted, and who is on it sees it in %d places, not %d", after, before)
	}
}

// A family beside it that has the same child is told of the restricted one by no answer of
// the index, nor by the partnership's counts; lifted, both say it again.
func TestARestrictedFamilyIsInNoAnswerAndNoCount(t *testing.T) {
	e := setApart(t)
	child := must(e.App.FindRecordById("people", demo.ID("child", 100)))
	own := e.made(demo.Outsider, "cases", map[string]any{"family_name": "Next Door", "lead_agency": demo.Outsider.Agency, "status": "open"})
	same := e.made(demo.Outsider, "people", map[string]any{"case": own, "kind": "child", "name": child.GetString("name"), "date_of_birth": child.GetString("date_of_birth")})
	knows := func() bool {
		a := e.Do("POST", "/api/cases/"+own+"/children/"+same+"/involvement", e.Token(demo.Outsider), nil)
		if a.Status != http.StatusOK {
			t.Fatal(a.Status, string(a.Body))
		}
		return bytes.Contains(a.Body, []byte("Early Help"))
	}
	counts := func() (n int) {
		for _, c := range must(tell.StepCounts(e.App)) {
			n += c.Open + c.DueSoon + c.Overdue
		}
		return n
	}
	was := counts()
	if !knows() {
		t.Fatal("the index does not know the child: this would prove nothing")
	}
	e.away()
	if knows() {
		t.Error("the index tells of a restricted family")
	}
	hidden := counts()
	if hidden >= was {
		t.Errorf("%d steps are counted with the restricted family's, %d without", was, hidden)
	}
	e.acts("lift_restriction")
	if !knows() || counts() < was {
		t.Errorf("lifted: the index knows %v, and %d steps are counted of %d", knows(), counts(), was)
	}
}

// What somebody could open before they were taken off, by a link or a token that they kept,
// opens nothing after.
func TestAKeptLinkOpensNothingOfARestrictedFamily(t *testing.T) {
	e := setApart(t)
	var ticket struct{ Token string }
	e.Do("POST", "/api/files/token", e.SignIn(demo.School), nil).JSON(t, &ticket)
	phone := e.Token(demo.School)
	links := []string{"/api/files/evidence/" + demo.ID("evidence", 100) + "/" + e.file + "?token=" + ticket.Token, "/api/evidence/" + demo.ID("evidence", 100) + "/original?token=" + ticket.Token}
	if !slices.ContainsFunc(links, func(l string) bool { return e.Do("GET", l, phone, nil).Status < 400 }) {
		t.Fatal("no link opens while she is on it: this would prove nothing")
	}
	e.away()
	for _, l := range links {
		for _, token := range []string{"", phone} {
			if a := e.Do("GET", l, token, nil); a.Status < 400 {
				t.Errorf("%s opens: %d", l, a.Status)
			}
		}
	}
}
