package sync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func TestADisputeHoldsThePathwayOpenAndStopsNoOtherClock(t *testing.T) {
	s := fellmoor(t)
	p, school, manager := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School), newPhone(t, s, demo.Manager)
	pathway := p.opens()
	due := func() string {
		rows, err := s.App.FindRecordsByFilter("pathway_steps", "pathway = '"+pathway+"' && code != 'settle-disagreement'", "code", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows {
			out = append(out, r.GetString("code")+" "+r.GetString("due_on")+" "+r.GetString("status"))
		}
		return strings.Join(out, "\n")
	}
	before := due()
	id := school.adds("disputes", "case", demo.CaseID(1), "about", "Whether this is child in need", "subject", "threshold",
		"position", "The school thinks it is.", "opened_at", "2025-06-05 10:00:00.000Z", "with_agency", demo.Agencies[0].ID)
	if after := due(); after != before || before == "" {
		t.Errorf("other clocks changed:\n%s\n%s", before, after)
	}
	d := stored(t, s.App, "disputes", id)
	if d.GetInt("stage") != 1 || d.GetString("limits") != "[2,5,2]" || d.GetString("stage_due_on") != "2025-06-09" {
		t.Errorf("stage %d of %s, due %s", d.GetInt("stage"), d.GetString("limits"), d.GetString("stage_due_on"))
	}
	step := func(what string, day int, text string) string {
		return school.adds("dispute_steps", "case", demo.CaseID(1), "dispute", id, "step", what, "occurred_at", fmt.Sprintf("2025-06-%02d 10:00:00.000Z", day), "text", text)
	}
	p.adds("dispute_steps", "case", demo.CaseID(1), "dispute", id, "step", "position", "occurred_at", "2025-06-06 10:00:00.000Z", "text", "We think it is not.")
	step("stage_up", 9, "No plan was agreed.")
	if d = stored(t, s.App, "disputes", id); d.GetInt("stage") != 2 || d.GetString("stage_due_on") != "2025-06-16" {
		t.Errorf("stage %d, due %s", d.GetInt("stage"), d.GetString("stage_due_on"))
	}
	p.does(pathway, "closure.proposed", 10, map[string]any{"reason": "needs_met", "basis": "assessment"})
	approve := func(day int) string {
		return manager.does(pathway, "closure.approved", day, map[string]any{"override_reason": "All have spoken, and nobody objects."}).GetString("reasons")
	}
	if got := approve(11); !strings.Contains(got, "a dispute is open") {
		t.Errorf("closing over a dispute: %s", got)
	}
	step("resolved", 12, "Child in need from Monday.")
	if got := approve(12); !strings.Contains(got, "a dispute is open") {
		t.Errorf("closing on the word of one side: %s", got)
	}
	p.adds("dispute_steps", "case", demo.CaseID(1), "dispute", id, "step", "resolved", "occurred_at", "2025-06-12 11:00:00.000Z", "text", "Child in need from Monday.")
	if got := approve(13); strings.Contains(got, "a dispute is open") {
		t.Errorf("closing after it was settled: %s", got)
	}
	if got := arisen(t, s.App, pathway); got != "dispute.opened accepted, dispute.stage_up accepted, dispute.resolved accepted, dispute.resolved accepted" {
		t.Errorf("on the pathway: %s", got)
	}
	r := school.push(mutation("create", "dispute_steps", fresh(), 0, set("case", demo.CaseID(1), "dispute", id, "step", "stage_up", "occurred_at", "2025-06-13 10:00:00.000Z", "text", "Again.")))[0]
	if r.Errors["step"].Code != "resolved" {
		t.Errorf("a stage up of what is settled: %+v", r)
	}
}

func TestADisputeFromBeforeThePathwayIsOnItToo(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.adds("disputes", "case", demo.CaseID(1), "about", "Who leads", "subject", "roles", "opened_at", "2025-05-30 10:00:00.000Z")
	if pathway := stored(t, s.App, "pathways", p.opens()); !pathway.GetBool("disputed") {
		t.Error("the pathway knows of no dispute")
	}
}

// Domain 7.2: three agreements, three records, and each is only what it is.
func TestThreeAgreementsAreNeverOne(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	pathway := p.opens()
	said := []any{"case", demo.CaseID(1), "person", demo.ID("adult", 100), "children", []string{demo.ID("child", 100)}, "scope", "Help with mornings.",
		"answer", "given", "how", "verbal", "answered_at", "2025-06-05 10:00:00.000Z"}
	sharing := p.adds("sharing_consents", append(said, "with_whom", "The surgery")...)
	p.adds("treatment_consents", append(said, "treatment", "Weighing")...)
	if got := arisen(t, s.App, pathway); got != "" {
		t.Errorf("consent to share or to treatment moved the pathway: %s", got)
	}
	service := p.adds("service_agreements", append(said, "service", "early_help")...)
	took := mutation("update", "service_agreements", service, 0, set("withdrawn_at", "2025-06-12 10:00:00.000Z", "withdrawn_because", "Tess changed her mind."))
	for range 5 {
		want(t, p.push(took)[0], contract.Applied)
	}
	if got := arisen(t, s.App, pathway); got != "consent.given accepted, consent.withdrawn accepted" {
		t.Errorf("on the pathway: %s", got)
	}
	rest := func(method, path string, body map[string]any) string {
		a := s.Do(method, "/api/collections/"+path, s.Token(demo.Practitioner), body)
		return fmt.Sprint(a.Status, string(a.Body))
	}
	for what, c := range map[string]struct {
		change map[string]any
		says   string
	}{
		"withdrawn again":   {map[string]any{"withdrawn_at": "2025-06-13 10:00:00.000Z"}, "withdrawn already"},
		"taken back":        {map[string]any{"withdrawn_at": ""}, "withdrawn already"},
		"its answer turned": {map[string]any{"answer": "refused"}, "fixed"},
		"its scope widened": {map[string]any{"scope": "Everything."}, "fixed"},
	} {
		if got := rest("PATCH", "service_agreements/records/"+service, c.change); !strings.HasPrefix(got, "400") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", what, got)
		}
	}
	decision := func(pairs ...any) map[string]any {
		out := map[string]any{"case": demo.CaseID(1), "what": "Attendance", "with_whom": "The surgery", "decision": "shared", "reason": "To plan weighing.",
			"necessity": "n", "proportionality": "p", "family_told": "yes", "decided_by": "Priya Kendal", "decided_at": "2025-06-06 10:00:00.000Z"}
		for i := 0; i+1 < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	for what, c := range map[string]struct {
		body map[string]any
		says string
	}{
		"by consent, and which":            {decision("basis", "consent"), "Name the consent to share"},
		"by agreement to a service":        {decision("basis", "consent", "consent", service), `"consent":{"code"`},
		"by consent that was not yet":      {decision("basis", "consent", "consent", sharing, "decided_at", "2025-06-04 10:00:00.000Z"), "did not stand"},
		"by law, and a consent beside it":  {decision("basis", "legal_obligation", "consent", sharing), "another basis"},
		"on no basis":                      {decision("basis", "none"), "on what basis"},
		"without a reason":                 {decision("basis", "public_task", "reason", ""), `"reason":{"code"`},
		"not telling, and not saying why":  {decision("basis", "public_task", "family_told", "no"), "not told"},
		"not shared, and no reason either": {decision("basis", "none", "decision", "not_shared", "reason", ""), `"reason":{"code"`},
	} {
		if got := rest("POST", "sharing_decisions/records", c.body); !strings.HasPrefix(got, "400") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", what, got)
		}
	}
	for what, body := range map[string]map[string]any{
		"by consent":        decision("basis", "consent", "consent", sharing),
		"without consent":   decision("basis", "vital_interests"),
		"not shared at all": decision("basis", "none", "decision", "not_shared", "necessity", "", "proportionality", ""),
	} {
		if got := rest("POST", "sharing_decisions/records", body); !strings.HasPrefix(got, "200") {
			t.Errorf("%s: %s", what, got)
		}
	}
	want(t, p.push(mutation("update", "sharing_consents", sharing, 0, set("withdrawn_at", "2025-06-06 09:00:00.000Z")))[0], contract.Applied)
	if got := rest("POST", "sharing_decisions/records", decision("basis", "consent", "consent", sharing)); !strings.Contains(got, "did not stand") {
		t.Errorf("by a consent that was withdrawn: %s", got)
	}
}

// Guard G8: no pathway closes over a plan, and what was tried under one stays refused.
func TestAProtectionPlanHoldsThePathwayOpen(t *testing.T) {
	s := fellmoor(t)
	p, manager := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	old(t, s.App)
	pathway := p.adds("pathways", "case", demo.CaseID(1), "template", earlyHelp(t, s.App), "opened_at", day(30)+" 09:00:00.000Z", "trigger", "missed_contact")
	flag := func(pairs ...any) contract.Result {
		return p.push(mutation("create", "child_flags", fresh(), 0, set(append([]any{"case", demo.CaseID(1), "child", demo.ID("child", 100), "from", day(29)}, pairs...)...)))[0]
	}
	for code, r := range map[string]contract.Result{
		"category required": flag("kind", "cp_plan"),
		"category no_plan":  flag("kind", "section_47", "category", "NEG"),
		"until too_early":   flag("kind", "child_in_need", "until", day(31)),
		"child not_a_child": flag("kind", "child_in_need", "child", demo.ID("adult", 100)),
	} {
		field, want, _ := strings.Cut(code, " ")
		if r.Errors[field].Code != want {
			t.Errorf("%s: %+v", code, r)
		}
	}
	plan := fresh()
	want(t, p.push(mutation("create", "child_flags", plan, 0, set("case", demo.CaseID(1), "child", demo.ID("child", 100), "kind", "cp_plan", "category", "NEG", "from", day(29))))[0], contract.Applied)
	if r := flag("kind", "cp_plan", "category", "EMO"); r.Errors["from"].Code != "open_already" {
		t.Errorf("a second plan at once: %+v", r)
	}
	if n, err := s.App.CountRecords("pathway_steps"); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	p.doesAgo(pathway, "child.seen", 23, map[string]any{"children": []string{demo.ID("child", 100), demo.ID("child", 101)}})
	p.doesAgo(pathway, "closure.proposed", 22, map[string]any{"reason": "needs_met", "basis": "assessment"})
	newPhone(t, s, demo.School).doesAgo(pathway, "closure.consulted", 22, nil)
	whole := map[string]any{"override_reason": "All have spoken, and nobody objects.", "checklist": map[string]any{"chronology": day(22), "views": day(22), "notified": day(22)}}
	tried := manager.doesAgo(pathway, "closure.approved", 21, whole)
	if got := tried.GetString("reasons"); !strings.Contains(got, "This has to wait while a child protection plan is open.") || strings.Count(got, "code") != 1 {
		t.Errorf("closing over a plan and nothing else: %s", got)
	}
	want(t, p.push(mutation("update", "child_flags", plan, 0, set("until", day(12))))[0], contract.Applied)
	if got := stored(t, s.App, "pathway_events", tried.Id); got.GetString("verdict") != "attempted" {
		t.Error("the plan's end let through what was tried under it")
	}
	if got := stored(t, s.App, "pathways", pathway).GetString("state"); got != "closure_proposed" {
		t.Errorf("the pathway stands at %s", got)
	}
	manager.doesAgo(pathway, "closure.approved", 7, whole)
	if got := stored(t, s.App, "pathways", pathway).GetString("state"); got != "closed_needs_met" {
		t.Errorf("after the plan's end the pathway stands at %s", got)
	}
}

// Guards G6 and G8 ask for children who are of the household by when the server has it, and
// not for one who left before.
func TestAChildCountsFromTheDayItJoined(t *testing.T) {
	s := fellmoor(t)
	p, manager := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
	pathway := p.opens()
	p.does(pathway, "closure.proposed", 10, map[string]any{"reason": "needs_met", "basis": "assessment"})
	approve := func(day int) string {
		return manager.does(pathway, "closure.approved", day, map[string]any{"override_reason": "All have spoken, and nobody objects."}).GetString("reasons")
	}
	if got := approve(11); !strings.Contains(got, "seeing Ivy since") || !strings.Contains(got, "seeing Jonah since") {
		t.Errorf("two children: %s", got)
	}
	want(t, p.push(mutation("update", "people", demo.ID("child", 101), 0, set("joined_on", "2025-07-01")))[0], contract.Applied)
	if got := approve(12); !strings.Contains(got, "seeing Ivy since") || !strings.Contains(got, "Jonah") {
		t.Errorf("one of them came after the day of the approval, and before it was handed in: %s", got)
	}
	want(t, p.push(mutation("update", "people", demo.ID("child", 101), 0, set("left_on", "2025-07-05")))[0], contract.Applied)
	if got := approve(13); !strings.Contains(got, "seeing Ivy since") || strings.Contains(got, "Jonah") {
		t.Errorf("one of them had left: %s", got)
	}
}

// Whoever is not on the case adds nothing to it, learns nothing, and no record of
// one family names a child of another.
func TestCaseworkKeepsToItsCase(t *testing.T) {
	s := fellmoor(t)
	p, outsider := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Outsider)
	foreign := set("case", demo.CaseID(1), "what", "Ring the surgery", "owner", "Priya", "due_on", "2025-06-10", "children", []string{demo.ID("child", 200)})
	if r := p.push(mutation("create", "actions", fresh(), 0, foreign))[0]; r.Verdict != contract.Refused || r.Errors["children"].Code != "other_case" {
		t.Errorf("an action that names another family's child: %+v", r)
	}
	nouns := 0
	for _, n := range collections.All() {
		if n.CaseField != "case" || n.Sync == nil || n.Rules.Create == "" {
			continue
		}
		nouns++
		there := outsider.push(mutation("create", n.Name, fresh(), 0, set("case", demo.CaseID(1))))[0]
		none := outsider.push(mutation("create", n.Name, fresh(), 0, set("case", "nosuchcase00000")))[0]
		if there.Verdict != contract.Held || there.Verdict != none.Verdict || there.Code != none.Code || there.Message != none.Message {
			t.Errorf("%s: %+v for a foreign case, %+v for none", n.Name, there, none)
		}
	}
	if nouns < 20 {
		t.Errorf("only %d nouns", nouns)
	}
	// A child that was recorded a moment ago on another phone of the same person is waited for.
	child := fresh()
	action := mutation("create", "actions", fresh(), 0, set("case", demo.CaseID(1), "what", "Ring", "owner", "Priya", "due_on", "2025-06-10", "children", []string{demo.ID("child", 100), child}))
	want(t, p.push(action)[0], contract.Held)
	want(t, p.push(mutation("create", "people", child, 0, set("case", demo.CaseID(1), "kind", "child", "name", "Newborn")))[0], contract.Applied)
	want(t, p.push(action)[0], contract.Applied)
}
