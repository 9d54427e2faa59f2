package main

import (
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
	"holdfast/server/tour"
)

// Every page that anybody can reach keeps to WCAG 2.2 AA as far as a machine can tell,
// fits a narrow screen and 400 %, and is used with the keyboard alone. HOLDFAST_LOOK
// names a folder for a picture of each.
func TestBrowserPages(t *testing.T) {
	chromium(t)
	s := livedIn(t)
	if !tour.Walk(io.Discard, s.URL, demo.Password) { // there is a letter, and more in the chronology
		t.Fatal("the tour does not hold")
	}
	lead := must(s.App.FindRecordById("users", demo.Tomos.ID))
	lead.Set("roles", []string{"practitioner", "agency_lead"})
	if err := s.App.Save(kernel.AsServer(lead)); err != nil {
		t.Fatal(err)
	}
	now := must(types.ParseDateTime(time.Now()))
	postMail(t, s.App) // it makes a link, and voids those before
	waiting := must(s.App.FindRecordById("champion_registrations", demo.ID("registration", 2)))
	link := must(scheme.NewLink(s.App, waiting, "agreement", now))
	letter := must(s.App.FindFirstRecordByFilter("letters", "id != ''"))
	proposeEndingHere(t, s)
	held := must(s.App.FindFirstRecordByFilter("pathway_events", "pathway = '"+demo.ID("pathway", 200)+"' && kind = 'letter.drafted'")) // its author's to finish: nothing leads there
	surgery := core.NewRecord(must(s.App.FindCollectionByNameOrId("surgery_sessions")))
	surgery.Load(map[string]any{"user": demo.Imre.ID, "agency": demo.Imre.Agency, "on": "2026-11-12", "minutes": 45, "people": 3, "questions": []string{"escalation"}})
	if err := s.App.Save(kernel.AsServer(surgery)); err != nil {
		t.Fatal(err)
	}
	var invited *core.Record
	err := kernel.Within(s.App, kernel.Actor{User: lead, Door: "coordinate"}, func(tx core.App) (err error) {
		invited, err = account.InvitePerson(tx, "nia@fellmoor.example", account.Account{Name: "Nia Newling", JobTitle: "Health visitor", Roles: []string{"practitioner"}}, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	underCustody(t, s)
	reset := must(must(s.App.FindRecordById("users", demo.DPO.ID)).NewPasswordResetToken())
	steps := inBrowser(t, "pages.mjs", map[string]any{
		"at": s.URL, "link": "/coordinate/agreement/" + link, "undecided": demo.ID("registration", 2), "look": os.Getenv("HOLDFAST_LOOK"),
		"reset": "/coordinate/reset/" + reset, "invitation": "/coordinate/invitation/" + must(account.InvitationToken(s.App, invited)),
		"others": map[string]string{"agency lead": demo.Tomos.Account, "manager": demo.Manager.Account, "champion": demo.Imre.Account, "data protection officer": demo.DPO.Account},
		"also":   map[string][]string{"manager": {"/coordinate/coverage", "/coordinate/approvals/" + held.Id}, "agency lead": {"/coordinate/people/" + invited.Id}},
		"token":  s.Token(demo.School), "papers": []string{"/api/letters/" + letter.Id + "/html", "/api/cases/" + demo.CaseID(1) + "/chronology/html"},
	}, func(ask string) map[string]any { return map[string]any{"problem": "nobody does " + ask + " here"} })

	looked := strings.Builder{}
	for _, s := range steps {
		looked.WriteString(strings.Join(s.Paths, "\n") + "\n")
	}
	pages := pagesOf(t, s.App)
	if len(pages) < 15 {
		t.Errorf("the router has only the pages %v", pages)
	}
	for _, p := range pages {
		if !regexp.MustCompile(`(?m)^` + anyID.ReplaceAllString(p, `[^/\n]+`) + `$`).MatchString(looked.String()) {
			t.Errorf("%s is a page that no link leads to: nobody looked at it", p)
		}
	}
}

var anyID = regexp.MustCompile(`\{[^}]*\}`)

// pagesOf are the addresses of pages: what the pages' room answers to GET, without
// tables to download, pictures and what a page itself fetches.
func pagesOf(t *testing.T, app core.App) (pages []string) {
	t.Helper()
	router := must(apis.NewRouter(app))
	for _, open := range rooms(&ops.Options{}) {
		if err := open(&core.ServeEvent{App: app, Router: router}); err != nil {
			t.Fatal(err)
		}
	}
	routed := map[string]bool{}
	listRoutes(reflect.ValueOf(router.RouterGroup), "", routed)
	for route := range routed {
		path, page := strings.CutPrefix(route, "GET /coordinate")
		if page && path != "/agency/crest/{sum}" && !strings.Contains(path, "...") && !strings.HasSuffix(path, ".csv") && path != "/awake" {
			pages = append(pages, "/coordinate"+path)
		}
	}
	return pages
}

// proposeEndingHere leaves something for the manager to approve.
func proposeEndingHere(t *testing.T, s *demotest.Server) {
	t.Helper()
	e := &ending{Server: s, t: t, pathway: demo.ID("pathway", 200)}
	at := time.Now().Add(-time.Minute)
	raise := func(who demo.Person, kind string, data map[string]any) (id string) {
		id = e.made(who, "pathway_events", map[string]any{"case": demo.CaseID(2), "pathway": e.pathway, "kind": kind,
			"occurred_at": at.UTC().Format("2006-01-02 15:04:05.000Z"), "data": data})
		at = at.Add(time.Second)
		return id
	}
	risk := raise(demo.Practitioner, "immediate_risk.raised", map[string]any{"what": "The gas was on and unlit; the house was aired and the company came."})
	raise(demo.Manager, "immediate_risk.resolved", map[string]any{"how": "The children are at their grandmother's; the fire was made safe.", "spoken_to": "Rosa Marlowe", "risk": risk}) // and read by nobody yet
	raise(demo.Practitioner, "child.seen", map[string]any{"children": []string{demo.ID("child", 200)}})
	raise(demo.Practitioner, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	second := must(s.App.FindFirstRecordByFilter("letter_templates", "key = 'L2_missed' && language = 'en' && variant = 'standard' && status = 'published'"))
	e.made(demo.Practitioner, "letters", map[string]any{"case": demo.CaseID(2), "pathway": e.pathway, "recipient": demo.ID("adult", 200), "template": second.Id,
		"date": time.Now().UTC().Format(time.DateOnly), "merge": map[string]any{}}) // which another approves
}

// underCustody proposes that a piece of evidence is disposed of, and holds it.
func underCustody(t *testing.T, s *demotest.Server) {
	t.Helper()
	piece := must(s.App.FindFirstRecordByFilter("evidence", "status = 'sealed'"))
	for _, row := range []struct {
		by     demo.Person
		noun   string
		values map[string]any
	}{
		{demo.Manager, "evidence_disposals", map[string]any{"reason": "The time of retention has ended.", "basis": "Schedule 4.2"}},
		{demo.DPO, "evidence_holds", map[string]any{"reason": "The family court has asked for everything of June.", "authority": "Family court"}},
	} {
		r := core.NewRecord(must(s.App.FindCollectionByNameOrId(row.noun)))
		r.Load(row.values)
		r.Load(map[string]any{"case": piece.GetString("case"), "evidence": piece.Id})
		by := must(s.App.FindRecordById("users", row.by.ID))
		if err := kernel.Within(s.App, kernel.Actor{User: by, Door: "rest"}, func(tx core.App) error { return tx.Save(r) }); err != nil {
			t.Fatal(err)
		}
	}
}
