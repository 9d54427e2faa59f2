package sync

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// anyJSON is some JSON value: with every kind of number, text that no phone can read by its
// escapes, and lists and objects in one another.
func anyJSON(r *rand.Rand, deep int) string {
	switch n := r.IntN(12); {
	case n == 0:
		return "null"
	case n == 1:
		return fmt.Sprint(r.IntN(2) == 0)
	case n < 5:
		return []string{"0", "-0.0", "8123.0", "8.123e3", "1e400", "-7", "9007199254740993", "1e-9"}[r.IntN(8)]
	case n < 9 || deep == 0:
		pieces := []string{"a", "Words", "é", "😀", `\"`, `\\`, `\n`, `\u00e9`, `\ud800`, `\u0000`, "<b>", "#", " ", "01jd", "'; --"}
		var text strings.Builder
		for range r.IntN(30) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		return `"` + text.String() + `"`
	case n == 9:
		return strings.Repeat("[", 70) + strings.Repeat("]", 70)
	}
	list := make([]string, r.IntN(4))
	for i := range list {
		list[i] = anyJSON(r, deep-1)
	}
	if r.IntN(2) == 0 {
		return "[" + strings.Join(list, ",") + "]"
	}
	for i := range list {
		list[i] = fmt.Sprintf(`"m%d":%s`, i, list[i])
	}
	return "{" + strings.Join(list, ", ") + "}"
}

// aBadElement is one of no form of a mutation, by chance.
func aBadElement(r *rand.Rand, n int) string {
	member := []string{"id", "collection", "record", "op", "set", "group", "author", ""}[r.IntN(8)]
	if member == "" {
		for {
			if v := anyJSON(r, 3); v[0] != '{' {
				return fmt.Sprintf("%s%s", strings.Repeat(" ", r.IntN(3)), v)
			}
		}
	}
	good := map[string]string{
		"id": `"` + ulid() + `"`, "collection": `"notes"`, "record": fmt.Sprintf(`"fuzzed%09d"`, n), "op": `"create"`,
		"set": `{"case":"case00000000001","body":"Words.","source":"document"}`, "recorded_at": anyJSON(r, 1), "was": anyJSON(r, 1), "more": anyJSON(r, 3),
	}
	switch good[member] = anyJSON(r, 2); {
	case r.IntN(6) == 0 && member != "group" && member != "author" && member != "set":
		delete(good, member)
	case member == "set" && strings.HasPrefix(good[member], "{"), member != "id" && member != "record" && member != "op" && (good[member] == "null" || good[member][0] == '"'):
		good[member] = "7" // else it may be of the form
	}
	var members []string
	for name, value := range good {
		members = append(members, fmt.Sprintf(`%q:%s`, name, value))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// However an app goes wrong with one mutation, those beside it go in, that one is kept as
// it came, and the same push is answered alike: 200 of chance, 5,000 with HOLDFAST_SOAK.
func TestFuzzedPushesLoseNothing(t *testing.T) {
	pushes, seed := 200, rand.Uint64()
	if os.Getenv("HOLDFAST_SOAK") != "" {
		pushes = 5000
	}
	t.Logf("%d pushes, seed %d", pushes, seed)
	r := rand.New(rand.NewPCG(seed, 1))
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	good, kept := 0, map[string]bool{}
	for n := range pushes {
		at := r.IntN(4)
		bad := aBadElement(r, n)
		var elements []string
		for i := range at + 1 + r.IntN(3) {
			if i == at {
				elements = append(elements, bad)
				continue
			}
			elements = append(elements, encode(attempt(fmt.Sprintf("fuzz%05dgood%02d", n, i), 1)))
			good++
		}
		body := `{"mutations":[` + strings.Join(elements, ",") + `]}`
		first, again := p.hand(body).Results, p.hand(body).Results
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("push %d: %s\nfirst %+v\nagain %+v", n, body, first, again)
		}
		for i, result := range first {
			if i != at {
				want(t, result, contract.Applied)
				continue
			}
			if result.Verdict != contract.Refused || result.Code != string(contract.Malformed) || result.Index == nil || *result.Index != at || result.Message == "" {
				t.Fatalf("push %d: %s\n%+v", n, bad, result)
			}
			var text string
			refusal := must(s.App.FindRecordById("sync_refusals", result.Refusal))
			if err := json.Unmarshal([]byte(refusal.GetString("content")), &text); err != nil || !meansTheSame(text, bad) || refusal.GetString("user") != demo.Practitioner.ID {
				t.Fatalf("push %d: %s is kept as %s (%v)", n, bad, text, err)
			}
			kept[result.Refusal] = true
		}
		if n%400 == 399 { // somebody looks through them: there is room for the next
			p.renew()
			if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_refusals SET status = 'withdrawn', created = '2026-01-01 00:00:00.000Z'`).Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := counted(t, s.App, `SELECT count(*) FROM contact_attempts WHERE id LIKE 'fuzz%'`, nil); n != int64(good) {
		t.Errorf("%d of %d good ones are there", n, good)
	}
	if n := counted(t, s.App, `SELECT count(*) FROM sync_refusals WHERE "user" = {:u}`, dbx.Params{"u": demo.Practitioner.ID}); n != int64(len(kept)) {
		t.Errorf("%d are kept of %d", n, len(kept))
	}
	if n := counted(t, s.App, `SELECT count(*) FROM notes WHERE id LIKE 'fuzzed%'`, nil); n != 0 {
		t.Errorf("%d bad ones were applied", n)
	}
	p.pull(0)
	p.inSync()
}

// meansTheSame: twice the same value without an id is kept once, as it came first.
func meansTheSame(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b) || string(meaningOfRaw(json.RawMessage(a))) == string(meaningOfRaw(json.RawMessage(b)))
}

// What cannot be read is bounded as all that one person has the server keep (M112).
func TestMalformedElementsAreBounded(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	verdicts := map[string]int{}
	for at := range 3 {
		elements := make([]string, 400)
		for i := range elements {
			elements[i] = fmt.Sprintf(`{"n":%d}`, at*400+i)
		}
		for i, r := range p.hand(`{"mutations":[` + strings.Join(elements, ",") + `]}`).Results {
			verdicts[r.Verdict]++
			if *r.Index != i {
				t.Fatalf("%d is said to be at %d", i, *r.Index)
			}
		}
	}
	if fmt.Sprint(verdicts) != fmt.Sprint(map[string]int{contract.Refused: contract.MaxKept, contract.Later: 200}) {
		t.Error(verdicts)
	}
}

// aStrangeMutation is of the form, and says of some collection's fields whatever it may be.
func aStrangeMutation(r *rand.Rand, n int) string {
	nouns := collections.All()
	noun := nouns[r.IntN(len(nouns))]
	record := fmt.Sprintf(`"strange%08d"`, r.IntN(n+1))
	var members []string
	for _, f := range noun.Fields {
		if r.IntN(4) > 0 && (!noun.Owns(f.GetName()) || r.IntN(40) == 0) {
			members = append(members, fmt.Sprintf("%q:%s", f.GetName(), strangeValue(r, f, record)))
		}
	}
	op := []string{"create", "create", "upsert", "update", "delete"}[r.IntN(5)]
	return fmt.Sprintf(`{"id":%q,"collection":%q,"record":%s,"op":%q,"base":%d,"set":{%s},"was":{%s},"group":%s}`,
		ulid(), noun.Name, record, op, r.IntN(400), strings.Join(members, ","), strings.Join(members[:len(members)/2], ","), []string{`""`, `"g"`}[r.IntN(2)])
}

// strangeValue mostly fits its field's type, and seldom what stands behind it.
func strangeValue(r *rand.Rand, f core.Field, record string) string {
	if r.IntN(30) == 0 {
		return anyJSON(r, 3)
	}
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	switch f := f.(type) {
	case *core.RelationField:
		id := one(`"case00000000001"`, `"case00000000002"`, `"`+demo.Practitioner.ID+`"`, record, `"`+strings.Repeat("x", 300)+`"`, `"nosuchrecord000"`, `""`, `"a b"`)
		if f.IsMultiple() {
			return "[" + id + "," + id + "]"
		}
		return id
	case *core.BoolField:
		return one("true", "false")
	case *core.NumberField:
		return one("0", "1", "-1", "1e300", "0.5")
	case *core.SelectField:
		if f.IsMultiple() {
			return encode(f.Values[:r.IntN(len(f.Values))])
		}
		return encode(one(f.Values...))
	case *core.DateField:
		return one(`"2026-11-20 10:00:00.000Z"`, `"9999-01-01"`, `""`, `"x"`)
	case *core.JSONField:
		return one(anyJSON(r, 3), `{}`, `[]`, `"`+strings.Repeat("j", 300_000)+`"`)
	}
	return one(`"2026-11-20"`, `"Words."`, `""`, `"`+strings.Repeat("é", 250)+`"`, `"`+strings.Repeat("w", 21_000)+`"`, `"\u0000"`)
}

// Whatever values a mutation of the form has, it is judged, and those beside it go in.
func TestStrangeValuesStopNobody(t *testing.T) {
	pushes, seed := 60, rand.Uint64()
	if os.Getenv("HOLDFAST_SOAK") != "" {
		pushes = 5000
	}
	t.Logf("%d pushes, seed %d", pushes, seed)
	r := rand.New(rand.NewPCG(seed, 2))
	s := fellmoor(t)
	p := newPhone(t, s, demo.Manager)
	p.pull(0)
	verdicts := map[string]int{}
	for n := range pushes {
		good := attempt(fmt.Sprintf("beside%09d", n), 1)
		body := `{"mutations":[` + aStrangeMutation(r, n) + `,` + encode(good) + `,` + aStrangeMutation(r, n) + `]}`
		if len(body) > contract.MaxPushBytes {
			continue
		}
		a := s.Do("POST", "/api/sync/push", p.token, strings.NewReader(body))
		if a.Status != 200 {
			t.Fatalf("push %d: %s\n%d %s", n, body, a.Status, a.Body)
		}
		var answer contract.PushAnswer
		a.JSON(t, &answer)
		want(t, answer.Results[1], contract.Applied)
		for i, again := range p.hand(body).Results {
			first := answer.Results[i]
			verdicts[first.Verdict+" "+first.Code]++
			if again.Verdict != first.Verdict || again.Code != first.Code || again.Refusal != first.Refusal {
				t.Fatalf("push %d: %s\nfirst %+v\nagain %+v", n, body, first, again)
			}
		}
		if n%200 == 199 {
			p.renew()
			if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_refusals SET status = 'withdrawn', created = '2026-01-01 00:00:00.000Z'`).Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Log(verdicts)
	p.pull(0)
	p.inSync()
}
