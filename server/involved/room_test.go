package involved_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/involved"
)

// house is Fellmoor in which the school opened a family of its own, with a child whom
// Early Help knows as Jonah Marlowe.
type house struct {
	*demotest.Server
	t             *testing.T
	family, child string
}

func open(t *testing.T, values map[string]any) *house {
	h := &house{Server: demotest.Serve(t, demotest.App(t), involved.Open), t: t}
	h.family = h.adds(demo.School, "cases", map[string]any{"family_name": "M.", "lead_agency": demo.School.Agency, "status": "open"})
	h.child = h.adds(demo.School, "people", with(map[string]any{"case": h.family, "kind": "child"}, values))
	return h
}

func with(a, b map[string]any) map[string]any {
	for k, v := range b {
		a[k] = v
	}
	return a
}

func (h *house) adds(p demo.Person, noun string, values map[string]any) string {
	h.t.Helper()
	user, err := h.App.FindRecordById("users", p.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := h.App.FindCollectionByNameOrId(noun)
	if err != nil {
		h.t.Fatal(err)
	}
	r := core.NewRecord(c)
	for k, v := range values {
		r.Set(k, v)
	}
	if err := kernel.Within(h.App, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error { return tx.Save(r) }); err != nil {
		h.t.Fatalf("%s %v: %v", noun, values, err)
	}
	return r.Id
}

func (h *house) asks(p demo.Person, caseID, child string) demotest.Answer {
	h.t.Helper()
	return h.Do("POST", "/api/cases/"+caseID+"/children/"+child+"/involvement", h.Token(p), nil)
}

func (h *house) learns(p demo.Person, caseID, child string) string {
	h.t.Helper()
	a := h.asks(p, caseID, child)
	var out contract.InvolvementAnswer
	a.JSON(h.t, &out)
	if a.Status != 200 {
		h.t.Fatal(a.Status, string(a.Body))
	}
	return out.Words
}

const (
	nobody = "No other agency here has recorded working with this child."
	ring   = "Another agency knows this child: ring Fellmoor Early Help on 01632 960 100."
)

// Another agency that knows the child is named, to ring: by a number or by name and day of
// birth, however they are written; and nothing of what it knows.
func TestAnotherAgencyKnowsThisChild(t *testing.T) {
	for name, c := range map[string]struct {
		values map[string]any
		number string
		want   string
	}{
		"name and birth":      {map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-02"}, "", ring},
		"in another order":    {map[string]any{"name": "MARLOWE,  Jonàh", "date_of_birth": "2021-11-02"}, "", ring},
		"another birth":       {map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-03"}, "", nobody},
		"a first name alone":  {map[string]any{"name": "Jonah", "date_of_birth": "2021-11-02"}, "", nobody},
		"a name alone":        {map[string]any{"name": "Jonah Marlowe"}, "", nobody},
		"a number alone":      {map[string]any{"name": "J."}, "943 476 5919", ring},
		"somebody's own name": {map[string]any{"name": "Else Entirely", "date_of_birth": "2012-01-01"}, "", nobody},
	} {
		h := open(t, c.values)
		h.adds(demo.Practitioner, "person_identifiers", map[string]any{"case": demo.CaseID(1), "person": demo.ID("child", 101), "type": "nhs_number", "value": "9434765919"})
		if c.number != "" {
			h.adds(demo.School, "person_identifiers", map[string]any{"case": h.family, "person": h.child, "type": "nhs_number", "value": c.number})
		}
		leaveFM1(t, h)
		if got := h.learns(demo.School, h.family, h.child); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// leaveFM1 takes the school off FM-0001, which it would see itself.
func leaveFM1(t *testing.T, h *house) {
	t.Helper()
	if _, err := h.App.NonconcurrentDB().NewQuery(`UPDATE case_members SET active = FALSE WHERE "case" = {:c} AND "user" = {:u}`).
		Bind(dbx.Params{"c": demo.CaseID(1), "u": demo.School.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
}

// Only who is on a case asks, about a child of it; nobody learns of a restricted family,
// nor of one from within one; both families' records say that it was asked.
func TestOnlyWhoIsOnACaseAsks(t *testing.T) {
	h := open(t, map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-02"})
	leaveFM1(t, h)
	missing := h.asks(demo.School, "nosuchcase00000", h.child)
	for name, a := range map[string]demotest.Answer{
		"an outsider":             h.asks(demo.Outsider, h.family, h.child),
		"a coordinator":           h.asks(demo.Coordinator, h.family, h.child),
		"another family's child":  h.asks(demo.School, h.family, demo.ID("child", 101)),
		"a child of no family":    h.asks(demo.School, h.family, "nobody000000000"),
		"the other family itself": h.asks(demo.School, demo.CaseID(1), demo.ID("child", 101)),
	} {
		if a.Status != 404 || string(a.Body) != string(missing.Body) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := h.Do("POST", "/api/cases/"+h.family+"/children/"+h.child+"/involvement", "", nil); a.Status != 401 {
		t.Errorf("a guest: %d", a.Status)
	}
	lines := func(verb, caseID string) (n int) {
		if err := h.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE collection = 'involvement' AND verb = {:v} AND "case" = {:c} AND actor = {:a}`).
			Bind(dbx.Params{"v": verb, "c": caseID, "a": demo.School.ID}).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := lines("ask", h.family); n != 0 {
		t.Errorf("%d questions are on record that nobody could ask", n)
	}
	if h.learns(demo.School, h.family, h.child) != ring || lines("ask", h.family) != 1 || lines("tell", demo.CaseID(1)) != 1 {
		t.Errorf("asked %d, told of %d", lines("ask", h.family), lines("tell", demo.CaseID(1)))
	}
	for _, restricted := range []string{demo.CaseID(1), h.family} {
		h.set("cases", restricted, "restricted", true)
		if got := h.learns(demo.School, h.family, h.child); got != nobody {
			t.Errorf("with %s restricted: %q", restricted, got)
		}
		h.set("cases", restricted, "restricted", false)
	}
	h.set("cases", demo.CaseID(1), "status", "closed")
	if got := h.learns(demo.School, h.family, h.child); got != nobody {
		t.Errorf("of a closed family: %q", got)
	}
}

func (h *house) set(noun, id, field string, value any) {
	h.t.Helper()
	if _, err := h.App.NonconcurrentDB().Update(noun, dbx.Params{field: value}, dbx.HashExp{"id": id}).Execute(); err != nil {
		h.t.Fatal(err)
	}
}

// A prober is stopped after a caseload, also by a new sign-in or a server started anew,
// and others are not.
func TestNobodyListsChildrenByAsking(t *testing.T) {
	h := open(t, map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-02"})
	for i := range 12 {
		a := h.asks(demo.School, h.family, h.child)
		if i < 10 && a.Status != 200 {
			t.Fatalf("question %d: %d %s", i+1, a.Status, a.Body)
		}
		if i >= 10 && (a.Status != 429 || a.Code() != string(contract.AskedOften) || a.Header.Get("Retry-After") == "") {
			t.Errorf("question %d: %d %s", i+1, a.Status, a.Body)
		}
	}
	if a := h.asks(demo.Practitioner, demo.CaseID(1), demo.ID("child", 101)); a.Status != 200 {
		t.Errorf("somebody else: %d", a.Status)
	}
}

// Who has the database alone can look nobody up: it holds no name of the index, and the
// key is elsewhere.
func TestTheIndexHoldsNoNames(t *testing.T) {
	h := open(t, map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-02"})
	var marks []string
	if err := h.App.ConcurrentDB().NewQuery(`SELECT hex(mark) FROM involvement`).Column(&marks); err != nil || len(marks) < 10 {
		t.Fatal(len(marks), err)
	}
	for _, m := range marks {
		if len(m) != 64 {
			t.Errorf("%q is no hash", m)
		}
	}
	var again []string
	other := open(t, map[string]any{"name": "Jonah Marlowe", "date_of_birth": "2021-11-02"})
	if _, err := other.App.NonconcurrentDB().NewQuery(`DELETE FROM involvement_key`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := other.App.NonconcurrentDB().NewQuery(`DELETE FROM involvement`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := family.MarkEverybody(other.App); err != nil { // as after the key was replaced
		t.Fatal(err)
	}
	if err := other.App.ConcurrentDB().NewQuery(`SELECT hex(mark) FROM involvement`).Column(&again); err != nil || len(again) != len(marks) {
		t.Errorf("made anew it has %d marks, and had %d: %v", len(again), len(marks), err)
	}
}
