package sync

import (
	"strings"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// The scheme in a place with no signal: what a champion recorded there arrives, each as
// their own; the directory of those who consented and what the area decided are on
// every phone, also of one who has nothing to do with the scheme.
func TestTheSchemeIsCarriedWithNoSignal(t *testing.T) {
	s := fellmoor(t)
	champion, stranger := newPhone(t, s, demo.School), newPhone(t, s, demo.Colleague)
	champion.pull(200)
	stranger.pull(200)

	// Coming, written down before the meeting; that they came, after it.
	seat := champion.adds("network_attendance", "event", demo.ID("event", 4), "user", demo.School.ID, "answer", "coming")
	champion.pull(200)
	if r := champion.push(mutation("update", "network_attendance", seat, champion.rev("network_attendance", seat), set("answer", "attended")))[0]; r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	if r := stored(t, s.App, "network_attendance", seat); r.GetString("answer")+r.GetString("name")+r.GetString("agency") != "attended"+demo.School.Name+demo.School.Agency {
		t.Errorf("%v", r.PublicExport())
	}
	if r := stored(t, s.App, "cascade_log", champion.adds("cascade_log", "on", "2026-11-19", "audience", "Year 3", "people", 4, "topic", "Small things", "resource", demo.ID("resource", 2))); r.GetString("user") != demo.School.ID || r.GetInt("resource_version") != 1 {
		t.Errorf("%v", r.PublicExport())
	}
	champion.adds("surgery_sessions", "on", "2026-11-19", "minutes", 20, "questions", []string{"thresholds"}, "note", "In general.")
	champion.adds("good_practice", "title", "Walking home", "body", "We walk the long way round.", "status", "submitted")

	for say, c := range map[string]struct {
		by   *phone
		m    contract.Mutation
		code string
	}{
		"attendance of somebody else":     {champion, mutation("create", "network_attendance", fresh(), 0, set("event", demo.ID("event", 4), "user", demo.Colleague.ID, "answer", "attended")), ""},
		"a session that could identify":   {champion, mutation("create", "surgery_sessions", fresh(), 0, set("on", "2026-11-19", "note", "About FM-0001.")), "identifies"},
		"a log of one who is no champion": {stranger, mutation("create", "cascade_log", fresh(), 0, set("on", "2026-11-19", "audience", "Team", "people", 3, "topic", "Small things")), "no_champion"},
		"a decision about the scheme": {champion, mutation("create", "champion_policies", fresh(), 0, set("from", "2050-01-01", "valid_months", 12, "remind_days", []int{30}, "link_days", 14,
			"staff_per_champion", 25, "lead_from", 3)), ""},
	} {
		r := c.by.push(c.m)[0]
		found := c.code == ""
		for _, e := range r.Errors {
			found = found || e.Code == c.code
		}
		if r.Verdict != contract.Refused || !found {
			t.Errorf("%s: %+v", say, r)
		}
	}

	listed := func() bool {
		for key, h := range stranger.rows {
			if strings.HasPrefix(key, "champions/") && strings.Contains(h.record, demo.School.ID) {
				return h.scope == "all"
			}
		}
		return false
	}
	if !listed() {
		t.Fatal("the directory is not on every phone")
	}
	registration := demo.ID("registration", 1)
	if r := champion.push(mutation("update", "champion_registrations", registration, champion.rev("champion_registrations", registration), set("directory_consent", false)))[0]; r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	decided := time.Now().AddDate(0, 0, 9).Format(time.DateOnly)
	if a := s.Do("POST", "/api/collections/champion_policies/records", s.Token(demo.Coordinator), map[string]any{"from": decided, "valid_months": 12, "remind_days": []int{21}, "link_days": 7,
		"staff_per_champion": 25, "lead_from": 3}); a.Status != 200 {
		t.Fatal(a.Status, string(a.Body))
	}
	stranger.pull(200)
	if listed() {
		t.Error("one who withdrew consent is still on a phone")
	}
	onPhone := false
	for key, h := range stranger.rows {
		onPhone = onPhone || strings.HasPrefix(key, "champion_policies/") && strings.Contains(h.record, decided)
	}
	if !onPhone {
		t.Error("what the area decided is not on every phone")
	}
	stranger.inSync()
}
