package hooks_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/hooks/partnership"
	"holdfast/server/demo"
)

var retell = flag.Bool("told", false, "write the table of who is told what anew")

// table is who is told what, when and how often, as a story goes on.
type table struct {
	d      *office
	people []demo.Person
	was    map[string]string // what stood: a line, and what became of it
	text   strings.Builder
	often  map[string]int
}

// stands is everything that anybody was told, asked or mailed by now.
func (s *table) stands() map[string]string {
	out := map[string]string{}
	for _, p := range s.people {
		add := func(id, line, became string) { out[p.Account+"\t"+line+"\t"+id] = became }
		for _, r := range s.d.requests(p) {
			by := ""
			if r.GetString("due_on") != "" {
				by = ", by a day"
			}
			if r.GetString("case") == "" {
				by += ", without the family"
			}
			add(r.Id, "asked   "+r.GetString("kind")+by, strings.TrimSpace(r.GetString("standing")+" "+r.GetString("moot_because")))
		}
		for _, r := range must(s.d.FindRecordsByFilter("notices", "user = {:u} && case = {:c}", "@rowid", 0, 0, dbx.Params{"u": p.ID, "c": demo.CaseID(1)})) {
			what, _, _ := strings.Cut(r.GetString("timer"), "/")
			add(r.Id, "told    "+what+" "+r.GetString("stage"), "told")
		}
		for _, r := range must(s.d.FindRecordsByFilter("outbox", "record = {:u} && (kind = 'digest' || kind = 'asked')", "@rowid", 0, 0, dbx.Params{"u": p.ID})) {
			add(r.Id, "mailed  "+r.GetString("kind"), "mailed")
		}
	}
	return out
}

// then writes what changed for whom since the line before.
func (s *table) then(heading string) {
	fmt.Fprintf(&s.text, "%s\n", heading)
	is := s.stands()
	count := map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(is)) {
		who, rest, _ := strings.Cut(key, "\t")
		line, _, _ := strings.Cut(rest, "\t")
		before, there := s.was[key]
		if there && before == is[key] {
			continue
		}
		sign := "+"
		if there && is[key] != "waiting" {
			sign, line = "-", line+": "+is[key]
		} else {
			s.often[who+"\t"+line]++
		}
		count[fmt.Sprintf("  %s %-14s %s", sign, who, line)]++
	}
	for key := range s.was {
		if _, there := is[key]; !there {
			who, rest, _ := strings.Cut(key, "\t")
			line, _, _ := strings.Cut(rest, "\t")
			count[fmt.Sprintf("  - %-14s %s: taken back", who, line)]++
		}
	}
	if len(count) == 0 {
		s.text.WriteString("  nobody\n")
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		times := ""
		if count[line] > 1 {
			times = fmt.Sprintf(" (%d)", count[line])
		}
		fmt.Fprintf(&s.text, "%s%s\n", line, times)
	}
	s.was = is
}

// Who is told what, when and how often, for one family with four agencies around it. A
// table, so that a change of it is seen: go test ./hooks -run WhoIsToldWhat -told
func TestWhoIsToldWhat(t *testing.T) {
	d, family := openPartnershipOn(t, demo.CaseID(1))
	desk := &desk{t, d.App}
	desk.reach(tess, home)
	s := &table{d: d, often: map[string]int{}, was: map[string]string{}, people: []demo.Person{
		demo.Practitioner, demo.Colleague, demo.Manager, demo.School, schoolLead, socialWorker, teamManager, healthVisitor, demo.Outsider, demo.Coordinator, demo.DPO}}
	s.was = s.stands()
	write := func(who demo.Person, noun string, values map[string]any) string {
		t.Helper()
		return d.writes(family, who, noun, "", values).Id
	}
	var children []string
	impact := []any{}
	for _, c := range must(d.FindAllRecords("people", dbx.HashExp{"case": family, "kind": "child"})) {
		children = append(children, c.Id)
		impact = append(impact, map[string]any{"child": c.Id, "impact": "Hungry.", "last_seen_on": later(-1), "seen_by": "Priya", "alone": true})
	}
	act := func(who demo.Person, what string, more map[string]any) {
		t.Helper()
		if _, err := d.acts(who, family, what, more); err != nil {
			t.Fatal(err)
		}
	}
	act(demo.Practitioner, "propose_closing", nil)
	s.then("The practitioner proposes to close the case")
	act(demo.School, "agree", nil)
	act(healthVisitor, "object", map[string]any{"reason": "Ben has lost weight."})
	s.then("The school agrees, health visiting objects")
	d.datedBack(family, 9)
	s.then("Children's services do not answer in time")
	act(demo.Manager, "close", map[string]any{"told": "Both parents, and each agency."})
	s.then("The manager closes the case without them")
	act(socialWorker, "object", map[string]any{"reason": "We are about to assess."})
	s.then("Children's services object then")
	act(demo.Practitioner, "reopen", map[string]any{"reason": "Children's services assess the family."})
	s.then("The practitioner opens the case again")
	act(demo.Manager, "restrict", map[string]any{"review_on": later(6)})
	s.then("The manager restricts it, to look again within the week")
	act(demo.Manager, "lift_restriction", nil)
	s.then("And lifts that")
	p := d.opens(demo.Practitioner, family, time.Minute)
	tells := func(who demo.Person, kind string, data map[string]any, more ...map[string]any) string {
		t.Helper()
		values := map[string]any{"case": family, "pathway": p.Id, "kind": kind, "occurred_at": just(), "data": data}
		for _, m := range more {
			maps.Copy(values, m)
		}
		r := d.does(&who, "pathway_events", "", values)
		if v := r.GetString("verdict"); !strings.HasPrefix(v, "accepted") {
			t.Fatalf("%s: %s %s", kind, v, r.GetString("reasons"))
		}
		return r.Id
	}
	tells(demo.Practitioner, "child.seen", map[string]any{"children": children, "alone": true, "seen_by": "Priya"})
	s.then("The practitioner opens the pathway")
	first := d.step(p, "tell-manager").GetDateTime("due_at").Time()
	d.reads(first.Add(-time.Hour))
	s.then("The day to tell a manager is nearly over")
	for range 3 {
		d.reads(first.Add(time.Hour))
	}
	// What else ran out, of other families and of tries before the opening, depends on the weekday on which this runs.
	for _, r := range must(d.FindAllRecords("notices", dbx.NewExp("timer != 'T1' OR \"case\" != {:c}", dbx.Params{"c": family}))) {
		if err := d.Delete(r); err != nil {
			t.Fatal(err)
		}
	}
	s.then("It is over")
	tells(demo.Practitioner, "barrier.checked", map[string]any{"areas": []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}})
	assessed := tells(demo.Practitioner, "risk_assessment.submitted", map[string]any{"impact": impact})
	s.then("The practitioner submits the assessment")
	tells(demo.Manager, "event.withdrawn", map[string]any{"reason": "Say more of Ben."}, map[string]any{"corrects": assessed})
	s.then("The manager sends it back")
	tells(demo.Practitioner, "risk_assessment.submitted", map[string]any{"impact": impact})
	s.then("The practitioner submits another")
	tells(demo.Manager, "risk_assessment.signed_off", nil)
	s.then("The manager signs it")

	desk.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p.Id})
	s.then("The practitioner writes a letter that needs nobody")
	letter := desk.draft(demo.Practitioner, "L2_missed", map[string]any{"pathway": p.Id})
	s.then("And one that a manager approves")
	desk.ok(desk.event(demo.Manager, letter.Id, "rejected", map[string]any{"note": "An evening, please."}))
	s.then("The manager sends it back")
	desk.ok(desk.change(demo.Practitioner, letter.Id, map[string]any{"merge": with(facts, "next.time", "18:00")}))
	s.then("The practitioner writes it anew")
	desk.ok(desk.approve(demo.Manager, letter.Id))
	s.then("The manager approves it")
	d.mailsAt(clockAt(1, 9))
	s.then("The next morning")

	meeting := write(demo.Practitioner, "meetings", map[string]any{"agenda": "engagement", "status": "scheduled", "scheduled_for": time.Now().AddDate(0, 0, 9)})
	for agency, name := range map[string]string{demo.School.Agency: "Harbour School", healthVisitor.Agency: "Health visiting"} {
		write(demo.Practitioner, "meeting_invitations", map[string]any{"meeting": meeting, "agency": agency, "name": name, "attendance": "invited"})
	}
	s.then("The practitioner calls a meeting with the school and health visiting")
	invited := must(d.FindFirstRecordByFilter("meeting_invitations", "meeting = {:m} && agency = {:a}", dbx.Params{"m": meeting, "a": demo.School.Agency}))
	d.does(&demo.School, "meeting_invitations", invited.Id, map[string]any{"attendance": "apologies"})
	s.then("The school cannot come")
	d.does(&demo.Practitioner, "meetings", meeting, map[string]any{"status": "cancelled", "cancelled_because": "Snow."})
	s.then("It is called off")

	action := write(demo.Practitioner, "actions", map[string]any{"what": "Weigh Ben", "owner": "Hester Lunn", "owner_user": healthVisitor.ID, "due_on": later(0)})
	s.then("The health visitor takes on an action for today")
	acts := func(days int) {
		t.Helper()
		if err := partnership.TellOfActions(d.App, clockAt(days, 10)); err != nil {
			t.Fatal(err)
		}
	}
	acts(1)
	acts(1)
	s.then("Its day is over")
	acts(7)
	s.then("A week later it is still not done")
	d.does(&healthVisitor, "actions", action, map[string]any{"done_on": later(0), "outcome": "Weighed."})
	s.then("She does it")

	dispute := write(demo.Practitioner, "disputes", map[string]any{"about": "The threshold", "subject": "threshold", "with_agency": socialWorker.Agency, "opened_at": just()})
	s.then("The practitioner disagrees with children's services")
	up := func(step string, who demo.Person) {
		t.Helper()
		write(who, "dispute_steps", map[string]any{"dispute": dispute, "step": step, "text": bothHold, "occurred_at": just()})
	}
	d.does(nil, "dispute_steps", "", map[string]any{"case": family, "dispute": dispute, "step": "stage_up", "text": "We think so.", "occurred_at": just()})
	s.then("It goes up a stage")
	up("position", teamManager)
	s.then("Their manager answers")
	up("resolved", demo.Practitioner)
	s.then("The practitioner says how it is settled")
	up("resolved", teamManager)
	s.then("Their manager says so too")

	tells(demo.Practitioner, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	s.then("The practitioner proposes to end the work")
	d.mailsAt(clockAt(2, 9))
	s.then("The next morning")
	tells(demo.School, "closure.consulted", map[string]any{"answer": "Fine."})
	s.then("The school agrees")
	tells(demo.Manager, "closure.rejected", map[string]any{"reason": "Ben was not asked."})
	s.then("The manager turns it down")
	tells(demo.Practitioner, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	s.then("The practitioner proposes it again")
	tells(healthVisitor, "closure.objected", map[string]any{"reason": "Ben has lost weight."})
	tells(socialWorker, "closure.consulted", map[string]any{"answer": "Fine."})
	s.then("Health visiting objects, children's services agree")
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": family, "u": demo.School.ID}))
	d.does(nil, "case_members", m.Id, map[string]any{"until": time.Now().Add(-time.Second)})
	s.then("The school's worker leaves the family")
	d.joins(demo.School, family, "member")
	s.then("And comes back")
	tells(demo.School, "closure.consulted", map[string]any{"answer": "Fine."})
	s.then("The school agrees")
	tells(demo.Manager, "closure.approved", map[string]any{"override_reason": "Ben is weighed by the surgery every week from now on.",
		"checklist": map[string]any{"chronology": later(0), "views": later(0), "notified": later(0)}})
	s.then("The manager ends the work over the objection")

	referral := write(demo.Practitioner, "referrals", map[string]any{"target": "children_social_care", "to": "The front door", "to_agency": socialWorker.Agency, "reasons": "Hungry.", "family_told": true})
	write(demo.Practitioner, "referral_steps", map[string]any{"referral": referral, "step": "sent", "occurred_at": just()})
	s.then("The practitioner refers the family to children's services")
	d.mailsAt(clockAt(2, 10))
	s.then("Within the minute")
	write(demo.Practitioner, "referral_steps", map[string]any{"referral": referral, "step": "accepted", "decided_by": "Sorrel Vane", "occurred_at": just()})
	s.then("They accept it")
	housing := write(demo.Practitioner, "referrals", map[string]any{"target": "adult_social_care", "to": "Housing", "to_agency": demo.School.Agency, "reasons": "Rent.", "family_told": true})
	write(demo.Practitioner, "referral_steps", map[string]any{"referral": housing, "step": "sent", "occurred_at": just()})
	s.then("And refers another matter to the school")
	d.does(&demo.School, "pathway_events", "", map[string]any{"case": family, "pathway": p.Id, "kind": "immediate_risk.raised", "data": map[string]any{"what": "Ada slept outside."}})
	s.then("The school raises an immediate risk")

	s.text.WriteString("\nHow often, in all\n")
	for _, key := range slices.Sorted(maps.Keys(s.often)) {
		who, line, _ := strings.Cut(key, "\t")
		fmt.Fprintf(&s.text, "  %-14s %s: %d\n", who, line, s.often[key])
	}
	const path = "testdata/told.golden"
	if *retell {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s.text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(must(os.ReadFile(path))), s.text.String()); diff != "" {
		t.Errorf("%s (-golden +now); if the change is wanted: go test ./hooks -run WhoIsToldWhat -told\n%s", path, diff)
	}
}

// datedBack has a proposal to close the case be so many days old.
func (d *office) datedBack(family string, days int) {
	d.t.Helper()
	then := types.NowDateTime().Add(-time.Duration(days) * 24 * time.Hour)
	for n, a := range must(d.FindRecordsByFilter("case_acts", "case = {:c}", "@rowid", 0, 0, dbx.Params{"c": family})) {
		at := then.Add(time.Duration(n) * time.Hour)
		if _, err := d.NonconcurrentDB().NewQuery("UPDATE case_acts SET occurred_at = {:at}, created = {:at} WHERE id = {:id}").Bind(dbx.Params{"at": at, "id": a.Id}).Execute(); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := asked.AskAgain(d.App); err != nil {
		d.t.Fatal(err)
	}
}
