package sync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// keptClock is what is kept of a mutation's time and its phone's clock.
type keptClock struct {
	RecordedAt string `db:"recorded_at"`
	Skew       *int64 `db:"skew"`
}

func clockOf(t *testing.T, s *demotest.Server, m contract.Mutation) (k keptClock) {
	t.Helper()
	err := s.App.ConcurrentDB().NewQuery(`SELECT recorded_at, skew FROM sync_verdicts WHERE id = {:m}`).Bind(dbx.Params{"m": m.ID}).One(&k)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// T13: a time that nobody can read stops neither its mutation nor those behind it. It
// is kept as the text that it was, and counts as no time where a time is shown.
func TestAnUnreadableTimeBlocksNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	texts := []string{
		"", "now", "+010000-01-01T00:00:00.000Z", "2026-01-01T23:59:60Z", "2026-01-01t10:00:00z", "2026-11-20", "١٢:٠٠", "'; DROP TABLE notes; --", "\x00\x07",
		strings.Repeat("é", 64), "2026-11-20T10:00:00.000Z",
	}
	var all []contract.Mutation
	for i, text := range texts {
		good := attempt("clockattempt"+string(rune('a'+i))+"01", 1)
		bad := mutation("create", "notes", "clockrefused"+string(rune('a'+i))+"01", 0, set("case", demo.CaseID(1), "body", "", "source", "document"))
		good.RecordedAt, bad.RecordedAt = text, text
		all = append(all, good, bad)
	}
	for i, r := range p.push(all...) {
		want(t, r, []string{contract.Applied, contract.Refused}[i%2])
		if got := clockOf(t, s, all[i]).RecordedAt; got != all[i].RecordedAt {
			t.Errorf("kept %q of %q", got, all[i].RecordedAt)
		}
		if i%2 == 0 {
			continue
		}
		shown := map[string]string{"2026-01-01t10:00:00z": "2026-01-01 10:00:00.000Z", "2026-11-20T10:00:00.000Z": "2026-11-20 10:00:00.000Z"}[all[i].RecordedAt]
		kept, err := s.App.FindRecordById("sync_refusals", r.Refusal)
		if err != nil {
			t.Fatal(err)
		}
		if got := kept.GetString("recorded_at"); got != shown {
			t.Errorf("%q is shown as %q", all[i].RecordedAt, got)
		}
	}
	for raw, kept := range map[string]string{
		`"` + strings.Repeat("x", 65) + `"`: strings.Repeat("x", 64),
		`1764400000`:                        "1764400000",
		`["2026"]`:                          `["2026"]`,
		`null`:                              "",
	} {
		m := attempt("clock"+ulid()[16:], 1)
		answer := p.hand(fmt.Sprintf(`{"sent_at": %s, "mutations": [%s]}`, raw, strings.Replace(encode(m), `"`+m.RecordedAt+`"`, raw, 1)))
		want(t, answer.Results[0], contract.Applied)
		if got := clockOf(t, s, m).RecordedAt; got != kept {
			t.Errorf("of %s %q is kept", raw, got)
		}
	}
}

// A phone that is three hours behind is told so, and whoever reads what it recorded
// can see it. Sent again by a clock set right, it is still what it was.
func TestAWrongClockIsMeasuredAndShown(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	other.pull(0)
	status := func() (a contract.StatusAnswer) {
		s.Do("GET", "/api/sync/status", p.token, nil).JSON(t, &a)
		return a
	}
	push := func(p *phone, sent string, ms ...contract.Mutation) (a contract.PushAnswer) {
		r := s.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: ms, SentAt: sent})
		if r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		r.JSON(t, &a)
		return a
	}
	near := func(what string, got *int64, want time.Duration) {
		t.Helper()
		if got == nil {
			t.Errorf("%s: nothing was measured", what)
		} else if d := time.Duration(*got)*time.Second - want; d < -time.Second || d > 5*time.Minute { // the machine may be slow
			t.Errorf("%s: %d seconds, want %v", what, *got, want)
		}
	}
	if got := status().ClockSkew; got != nil {
		t.Errorf("before it sent anything: %d", *got)
	}
	id := demo.CaseID(1)
	base := p.rev("cases", id)
	want(t, push(other, "", mutation("update", "cases", id, base, set("summary", "The school's words."))).Results[0], contract.Applied)

	applied := attempt("skewedattempt01", 1)
	refused := mutation("create", "notes", "skewednote00001", 0, set("case", id, "body", "", "source", "document"))
	conflict := mutation("update", "cases", id, base, set("summary", "Other words."))
	behind := time.Now().Add(-3 * time.Hour).UTC().Format(time.RFC3339)
	a := push(p, behind, applied, refused, conflict)
	near("the answer", a.ClockSkew, 3*time.Hour)
	near("the status", status().ClockSkew, 3*time.Hour)
	for _, m := range []contract.Mutation{applied, refused, conflict} {
		near(m.Op, clockOf(t, s, m).Skew, 3*time.Hour)
	}
	for noun, record := range map[string]string{"sync_refusals": a.Results[1].Refusal, "sync_conflicts": a.Results[2].Conflict} {
		r, err := s.App.FindRecordById(noun, record)
		if err != nil {
			t.Fatal(err)
		}
		skew := int64(r.GetInt("clock_skew"))
		near(noun, &skew, 3*time.Hour)
	}
	next := attempt("skewedattempt02", 1)
	ahead := push(p, time.Now().Add(time.Hour).UTC().Format(time.RFC3339), applied, next)
	near("ahead", ahead.ClockSkew, -time.Hour)
	near("the status", status().ClockSkew, -time.Hour)
	near("the first verdict", clockOf(t, s, applied).Skew, 3*time.Hour)
	near("the next verdict", clockOf(t, s, next).Skew, -time.Hour)

	for _, sent := range []string{"", "soon"} { // a phone of before, and one that knows no time
		m := attempt("skewedattempt1"+string(rune('a'+len(sent))), 1)
		if a := push(p, sent, m); a.ClockSkew != nil || clockOf(t, s, m).Skew != nil {
			t.Errorf("sent at %q: %v", sent, a.ClockSkew)
		}
		near("the status stays", status().ClockSkew, -time.Hour)
	}
}

// A held mutation's time and skew are those of the push that brought it, though it is
// applied with a later one.
func TestAHeldMutationKeepsItsClock(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	child := mutation("create", "notes", "heldclocknote01", 0, set("case", "heldclockcase01", "body", "x", "source", "document"))
	child.RecordedAt = "a while ago"
	a := s.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: []contract.Mutation{child}, SentAt: "1970-01-01T00:00:00Z"})
	var answer contract.PushAnswer
	a.JSON(t, &answer)
	want(t, answer.Results[0], contract.Held)
	parent := mutation("create", "cases", "heldclockcase01", 0, set("reference", "CLK-000001", "family_name", "Clock", "lead_agency", demo.Practitioner.Agency, "status", "open"))
	want(t, p.push(parent)[0], contract.Applied)
	want(t, p.push(child)[0], contract.Applied)
	if k := clockOf(t, s, child); k.RecordedAt != "a while ago" || k.Skew == nil || *k.Skew < 1e9 {
		t.Errorf("%+v", k)
	}
}
