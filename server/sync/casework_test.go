package sync

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

var numbered int

// fresh is a record id that nobody has yet.
func fresh() string { numbered++; return fmt.Sprintf("casework%07d", numbered) }

// adds pushes a create that must be applied, and answers its id.
func (p *phone) adds(noun string, pairs ...any) string {
	p.t.Helper()
	id := fresh()
	r := p.push(mutation("create", noun, id, 0, set(pairs...)))[0]
	if r.Verdict != contract.Applied {
		p.t.Fatalf("%s adds to %s: %q %s %s %v", p.who.Account, noun, r.Verdict, r.Code, r.Message, r.Errors)
	}
	return id
}

// old lets FM-0001 be a case of 2025, when these stories are set.
func old(t testing.TB, app core.App) {
	t.Helper()
	if _, err := app.NonconcurrentDB().NewQuery("UPDATE cases SET opened_on = '2025-01-01' WHERE id = {:id}").Bind(dbx.Params{"id": demo.CaseID(1)}).Execute(); err != nil {
		t.Fatal(err)
	}
}

// opens starts the engagement pathway on FM-0001.
func (p *phone) opens() string {
	p.t.Helper()
	old(p.t, p.s.App)
	return p.adds("pathways", "case", demo.CaseID(1), "template", earlyHelp(p.t, p.s.App), "opened_at", "2025-06-02 09:00:00.000Z", "trigger", "missed_contact")
}

// earlyHelp is the published template of a pathway.
func earlyHelp(t testing.TB, app core.App) string {
	t.Helper()
	r, err := app.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
	if err != nil {
		t.Fatal(err)
	}
	return r.Id
}

// does sends an event of the pathway by itself.
func (p *phone) does(pathway, kind string, day int, data map[string]any) *core.Record {
	p.t.Helper()
	id := p.adds("pathway_events", "case", demo.CaseID(1), "pathway", pathway, "kind", kind,
		"occurred_at", fmt.Sprintf("2025-06-%02d 10:00:00.000Z", day), "data", data)
	return stored(p.t, p.s.App, "pathway_events", id)
}

// doesAgo sends an event of so many days ago.
func (p *phone) doesAgo(pathway, kind string, days int, data map[string]any) *core.Record {
	p.t.Helper()
	id := p.adds("pathway_events", "case", demo.CaseID(1), "pathway", pathway, "kind", kind,
		"occurred_at", time.Now().UTC().AddDate(0, 0, -days).Format("2006-01-02 15:04:05.000Z"), "data", data)
	return stored(p.t, p.s.App, "pathway_events", id)
}

func stored(t testing.TB, app core.App, noun, id string) *core.Record {
	t.Helper()
	r, err := app.FindRecordById(noun, id)
	if err != nil {
		t.Fatalf("%s/%s: %v", noun, id, err)
	}
	return r
}

// arisen are the events of a pathway that other records gave rise to: kind and verdict.
func arisen(t testing.TB, app core.App, pathway string) string {
	t.Helper()
	rows, err := app.FindRecordsByFilter("pathway_events", "pathway = {:p} && arises_from != ''", "occurred_at,created,id", 0, 0, dbx.Params{"p": pathway})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.GetString("kind")+" "+strings.TrimSuffix(r.GetString("verdict"), "_late"))
	}
	return strings.Join(out, ", ")
}

// meeting calls one of FM-0001 and says who came; it answers the meeting's id.
func (p *phone) meets(quorum int, came ...string) string {
	p.t.Helper()
	m := p.adds("meetings", "case", demo.CaseID(1), "agenda", "engagement", "status", "scheduled", "quorum", quorum,
		"called_at", "2025-06-03 09:00:00.000Z", "scheduled_for", "2025-06-10 13:00:00.000Z", "chair", "Moira Ash")
	for _, agency := range came {
		p.adds("meeting_invitations", "case", demo.CaseID(1), "meeting", m, "agency", agency, "name", "Somebody", "attendance", "attended")
	}
	p.adds("meeting_invitations", "case", demo.CaseID(1), "meeting", m, "name", "The surgery", "attendance", "sent_report", "report", "Two appointments were not kept.")
	return m
}

func wasHeld(decision string) map[string]json.RawMessage {
	return set("status", "held", "held_at", "2025-06-10 13:00:00.000Z", "decision", decision, "family_views", "Tess would like help with mornings.")
}

func TestAMeetingHeldIsOnThePathwayOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	pathway := p.opens()
	m := p.meets(0, demo.Agencies[0].ID, demo.Agencies[1].ID)
	p.pull(0)
	hold := mutation("update", "meetings", m, p.rev("meetings", m), wasHeld("Visit together on Friday."))
	for range 5 {
		want(t, p.push(hold)[0], contract.Applied)
	}
	for range 5 { // and by the other door
		if a := s.Do("PATCH", "/api/collections/meetings/records/"+m, s.Token(demo.Manager), map[string]any{"status": "held", "place": "Room 2"}); a.Status != 200 {
			t.Fatal(a.Status, string(a.Body))
		}
	}
	if got := arisen(t, s.App, pathway); got != "meeting.scheduled accepted, meeting.held accepted" {
		t.Errorf("on the pathway: %s", got)
	}
	if got := stored(t, s.App, "pathways", pathway).GetString("state"); got != "maam" {
		t.Errorf("the pathway stands at %s", got)
	}
	row := stored(t, s.App, "meetings", m)
	if row.GetString("author") != demo.Practitioner.ID || row.GetString("agency") != demo.Practitioner.Agency {
		t.Errorf("called by %q of %q", row.GetString("author"), row.GetString("agency"))
	}
	if row.GetInt("attended") != 2 || row.GetInt("needed") != 2 || !row.GetBool("quorate") {
		t.Errorf("attended %d of %d", row.GetInt("attended"), row.GetInt("needed"))
	}
	if a := s.Do("PATCH", "/api/collections/meetings/records/"+m, s.Token(demo.Manager), map[string]any{"decision": "Something else."}); a.Status != 400 {
		t.Errorf("a decision that was recorded was changed: %d", a.Status)
	}
	school, outsider := newPhone(t, s, demo.School), newPhone(t, s, demo.Outsider)
	school.pull(0)
	school.inSync()
	if school.field("meetings", m, "decision") != "Visit together on Friday." {
		t.Error("the school lacks the decision")
	}
	outsider.pull(0)
	if raw, _ := json.Marshal(fmt.Sprint(outsider.rows)); strings.Contains(string(raw), "Visit together") || strings.Contains(string(raw), m) {
		t.Error("an outsider's phone has the meeting")
	}
}

func TestAMeetingThatTooFewCameTo(t *testing.T) {
	s := fellmoor(t)
	p, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	pathway := p.opens()
	m := p.meets(0, demo.Agencies[0].ID)
	if r := p.push(mutation("update", "meetings", m, 0, set("status", "held", "held_at", "2025-06-10 13:00:00.000Z")))[0]; r.Verdict != contract.Refused ||
		r.Errors["decision"].Code != "required" || r.Errors["family_views"].Code != "required" {
		t.Errorf("held with nothing decided: %+v", r)
	}
	want(t, p.push(mutation("update", "meetings", m, 0, wasHeld("Meet again.")))[0], contract.Applied)
	if got := arisen(t, s.App, pathway); got != "meeting.scheduled accepted, meeting.quorum_failed accepted" {
		t.Errorf("on the pathway: %s", got)
	}
	// The school was there; its phone had no signal. Word of it arrives now, twice.
	late := mutation("create", "meeting_invitations", fresh(), 0, set("case", demo.CaseID(1), "meeting", m, "agency", demo.School.Agency,
		"name", "Saskia Dunn", "attendance", "attended", "views", "Ivy was tired again."))
	school.push(late)
	want(t, school.push(late)[0], contract.Applied)
	if got := arisen(t, s.App, pathway); got != "meeting.scheduled accepted, meeting.quorum_failed accepted, meeting.held accepted" {
		t.Errorf("on the pathway after the school's word: %s", got)
	}
}

func TestTheTemplatesQuorumComesFirst(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	bundled, err := s.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(bundled.Collection())
	r.Load(map[string]any{"key": "ours", "title": "Ours", "version": 1, "status": "published", "hash": "of-three",
		"body": strings.Replace(bundled.GetString("body"), "{", `{"quorum": 3, `, 1)})
	if err := s.App.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
	old(t, p.s.App)
	p.adds("pathways", "case", demo.CaseID(1), "template", r.Id, "opened_at", "2025-06-02 09:00:00.000Z")
	m := p.meets(1, demo.Agencies[0].ID, demo.Agencies[1].ID)
	want(t, p.push(mutation("update", "meetings", m, 0, wasHeld("Meet again.")))[0], contract.Applied)
	if row := stored(t, s.App, "meetings", m); row.GetInt("needed") != 3 || row.GetBool("quorate") {
		t.Errorf("%d needed, quorate %v", row.GetInt("needed"), row.GetBool("quorate"))
	}
}

func TestAReferralKeepsEveryStep(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	pathway := p.opens()
	refer := func(target string) string {
		return p.adds("referrals", "case", demo.CaseID(1), "target", target, "to", "The front door", "reasons", "Often late, often hungry.",
			"family_told", true, "people", []string{demo.ID("child", 100), demo.ID("child", 101)})
	}
	step := func(referral, what string, day int, more ...any) contract.Result {
		return p.push(mutation("create", "referral_steps", fresh(), 0, set(append([]any{"case", demo.CaseID(1), "referral", referral, "step", what,
			"occurred_at", fmt.Sprintf("2025-06-%02d 10:00:00.000Z", day)}, more...)...)))[0]
	}
	r := refer("children_social_care")
	if got := step(r, "nfa", 5, "decided_by", "Anna Duff", "reason", "No"); got.Errors["step"].Code != "not_sent" {
		t.Errorf("decided before it was sent: %+v", got)
	}
	want(t, step(r, "sent", 4), contract.Applied)
	if got := step(r, "sent", 4); got.Errors["step"].Code != "sent" {
		t.Errorf("sent twice: %+v", got)
	}
	want(t, step(r, "acknowledged", 5), contract.Applied)
	if got := step(r, "accepted", 6); got.Errors["decided_by"].Code != "required" {
		t.Errorf("decided by nobody: %+v", got)
	}
	want(t, step(r, "nfa", 6, "decided_by", "Anna Duff", "reason", "Below the threshold."), contract.Applied)
	row := stored(t, s.App, "referrals", r)
	if got := fmt.Sprint(row.GetString("status"), row.GetString("sent_on"), row.GetString("acknowledged_on"), row.GetString("decided_on"), row.GetString("decided_by")); got != "nfa2025-06-042025-06-052025-06-06Anna Duff" {
		t.Error(got)
	}
	if got := arisen(t, s.App, pathway); got != "referral.sent accepted, referral.nfa accepted" {
		t.Errorf("on the pathway: %s", got)
	}
	for _, path := range []string{"referrals/records/" + r, "referral_steps/records/" + sampleOf(t, s.App, "referral_steps")} {
		if a := s.Do("PATCH", "/api/collections/"+path, s.Token(demo.Practitioner), map[string]any{"reasons": "Other.", "reason": "Other."}); a.Status < 400 {
			t.Errorf("%s was overwritten: %d", path, a.Status)
		}
	}
	adult := refer("adult_social_care")
	want(t, step(adult, "sent", 7), contract.Applied)
	if got := arisen(t, s.App, pathway); strings.Count(got, "referral.sent") != 1 {
		t.Errorf("a parent's own needs moved the pathway: %s", got)
	}
}

func sampleOf(t testing.TB, app core.App, noun string) (id string) {
	t.Helper()
	if err := app.ConcurrentDB().Select("id").From(noun).Limit(1).Row(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// An event that a record gives rise to is judged as if it had been sent by itself:
// the same verdict, for the same reasons, as the same person's.
func TestWhatArisesIsJudgedAsIfSentByItself(t *testing.T) {
	child := demo.ID("child", 100)
	for name, c := range map[string]struct {
		kind  string
		data  map[string]any
		noun  func(p *phone, pathway string)
		ended bool
	}{
		"a plan agreed with no child seen": {"plan.agreed", map[string]any{"agreement": "verbal", "witnessed_by": ""}, func(p *phone, pathway string) {
			p.adds("service_agreements", "case", demo.CaseID(1), "pathway", pathway, "person", demo.ID("adult", 100), "children", []string{child},
				"scope", "The plan of June.", "service", "plan", "answer", "given", "how", "verbal", "answered_at", "2025-06-05 10:00:00.000Z")
		}, false},
		"a referral":                             {"referral.sent", map[string]any{"reason": "Often hungry."}, referred, false},
		"a referral on a pathway that has ended": {"referral.sent", map[string]any{"reason": "Often hungry."}, referred, true},
		"a dispute on a pathway that has ended": {"dispute.opened", map[string]any{"about": "The threshold"}, func(p *phone, pathway string) {
			p.adds("disputes", "case", demo.CaseID(1), "pathway", pathway, "about", "The threshold", "subject", "threshold", "opened_at", "2025-06-05 10:00:00.000Z")
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := fellmoor(t)
			p, manager := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
			one, other := p.opens(), p.opens()
			if c.ended {
				for _, pathway := range []string{one, other} { // nobody has seen the children, so two end it
					p.does(pathway, "closure.proposed", 3, map[string]any{"reason": "other", "why": "It was opened on the wrong family."})
					if v := manager.does(pathway, "pathway.cancelled", 4, map[string]any{"reason": "The clinic meant the family next door."}); v.GetString("verdict") == "attempted" {
						t.Fatal(v.GetString("reasons"))
					}
				}
			}
			c.noun(p, one)
			direct := p.does(other, c.kind, 5, c.data)
			indirect, err := s.App.FindFirstRecordByFilter("pathway_events", "pathway = {:p} && kind = {:k}", dbx.Params{"p": one, "k": c.kind})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []string{"verdict", "reasons", "author", "agency", "role", "occurred_at"} {
				if a, b := indirect.GetString(f), direct.GetString(f); a != b {
					t.Errorf("%s is %q, sent by itself %q", f, a, b)
				}
			}
			if c.ended != (direct.GetString("verdict") == "attempted") && c.kind != "plan.agreed" {
				t.Errorf("verdict %q", direct.GetString("verdict"))
			}
		})
	}
}

func referred(p *phone, pathway string) {
	r := p.adds("referrals", "case", demo.CaseID(1), "pathway", pathway, "target", "children_social_care", "to", "The front door",
		"reasons", "Often hungry.", "family_told", true)
	p.adds("referral_steps", "case", demo.CaseID(1), "referral", r, "step", "sent", "occurred_at", "2025-06-05 10:00:00.000Z")
}

// A phone cannot claim that its event arises from something, and so hide it.
func TestOnlyTheServerSaysWhatArises(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	pathway := p.opens()
	r := p.push(mutation("create", "pathway_events", fresh(), 0, set("case", demo.CaseID(1), "pathway", pathway, "kind", "child.seen",
		"occurred_at", "2025-06-05 10:00:00.000Z", "arises_from", "meetings/x/held")))[0]
	if r.Verdict != contract.Refused || r.Code != string(contract.RefusedServerOwned) {
		t.Errorf("%+v", r)
	}
	if a := s.Do("POST", "/api/collections/pathway_events/records", s.Token(demo.Practitioner), map[string]any{"case": demo.CaseID(1), "pathway": pathway,
		"kind": "child.seen", "occurred_at": "2025-06-05 10:00:00.000Z", "arises_from": "meetings/x/held"}); a.Status != 400 {
		t.Errorf("by REST: %d", a.Status)
	}
}
