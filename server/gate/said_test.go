package gate_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// raw are words of PocketBase's or of a key, which tell a worker nothing.
var raw = regexp.MustCompile(`(?i:cannot be blank|must be unique|must be (a valid|at least|no more|less|greater)|character\(s\)|select (at least|no more)|failed to find|invalid value|relation records|primary key|does not hold what it must)|[a-z]_[a-z]|[{}\[\]]|\b[a-z]+[A-Z][a-z]+\b`)

// refusalOf is what an answer says of fields, alone or in a batch.
type refusalOf struct {
	Message string                     `json:"message"`
	Data    map[string]json.RawMessage `json:"data"`
}

// plainly fails unless an answer names each field that it is about, in words, and says what
// is wrong in a sentence of the house's, in both of its forms.
func plainly(t *testing.T, what string, a demotest.Answer) (fields int) {
	t.Helper()
	var said refusalOf
	if err := json.Unmarshal(a.Body, &said); err != nil {
		t.Fatalf("%s: %s", what, a.Body)
	}
	var problems map[string]contract.FieldProblem
	if err := json.Unmarshal(said.Data["errors"], &problems); err != nil || len(problems) == 0 {
		return 0
	}
	if raw.MatchString(said.Message) {
		t.Errorf("%s is answered %q", what, said.Message)
	}
	for name, p := range problems {
		label := contract.FieldName(name)
		if raw.MatchString(p.Message) || !strings.HasSuffix(p.Message, ".") {
			t.Errorf("%s: %s says %q", what, name, p.Message)
		}
		if len(problems) < 4 && !strings.Contains(said.Message, label+": ") {
			t.Errorf("%s: %q does not name %s", what, said.Message, label)
		}
		var theirs struct{ Code, Message string }
		if kept, ok := said.Data[name]; ok && (json.Unmarshal(kept, &theirs) != nil || theirs.Message != p.Message || theirs.Code != p.Code) {
			t.Errorf("%s: PocketBase's form of %s is %s, ours says %q", what, name, kept, p.Message)
		}
	}
	return len(problems)
}

// Whatever collection a worker writes to, with nothing in it or with what no field takes:
// each refusal names its fields in words and says what each must hold.
func TestEveryRefusalOfAStockDoorIsInPlainWords(t *testing.T) {
	s := house(t)
	tried := 0
	for _, n := range collections.All() {
		for _, p := range []demo.Person{demo.Practitioner, demo.Manager, demo.Coordinator} {
			path := collectionsAt + n.Name + "/records"
			wrong := map[string]any{"case": demo.CaseID(1)}
			for _, f := range n.Fields {
				if n.Owns(f.GetName()) {
					continue
				}
				switch f.(type) {
				case *core.TextField:
					wrong[f.GetName()] = strings.Repeat("long ", 9000)
				case *core.NumberField:
					wrong[f.GetName()] = -1e9
				case *core.RelationField:
					if f.GetName() != "case" {
						wrong[f.GetName()] = "nosuchrecord000"
					}
				case *core.SelectField:
					wrong[f.GetName()] = "nothing of the kind"
				case *core.EmailField:
					wrong[f.GetName()] = "no address"
				}
			}
			for what, body := range map[string]map[string]any{"with nothing in it": {}, "in a case alone": {"case": demo.CaseID(1)}, "with what goes nowhere": wrong} {
				tried += plainly(t, n.Name+" "+what+" by "+p.Name, s.Do("POST", path, s.Token(p), body))
			}
		}
	}
	if tried < 150 {
		t.Errorf("only %d fields were refused", tried)
	}
}

// What is there already is said so, by whatever door, and which field.
func TestWhatIsThereAlreadyIsSaidInPlainWords(t *testing.T) {
	s := house(t)
	note := map[string]any{"id": "saidinplainword", "case": demo.CaseID(1), "body": "First words.", "source": "document"}
	token := s.Token(demo.Practitioner)
	if a := s.Do("POST", collectionsAt+"notes/records", token, note); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	again := s.Do("POST", collectionsAt+"notes/records", token, note)
	if again.Status != 400 || plainly(t, "a note again", again) == 0 {
		t.Errorf("a note again: %d %s", again.Status, again.Body)
	}
	inside := inBatch(s, token, map[string]any{"method": "POST", "url": collectionsAt + "notes/records", "body": map[string]any{"case": demo.CaseID(1), "source": "gossip"}})
	if inside.Status != 400 || plainly(t, "in a batch", inside) == 0 {
		t.Errorf("in a batch: %d %s", inside.Status, inside.Body)
	}
}

// In Welsh each sentence is the code's own.
func TestARefusalInWelshSaysWhatEachFieldLacks(t *testing.T) {
	s := house(t)
	a := s.Do("POST", collectionsAt+"notes/records", s.Token(demo.Practitioner), map[string]any{"case": demo.CaseID(1)}, "Accept-Language", "cy")
	var said refusalOf
	if err := json.Unmarshal(a.Body, &said); err != nil {
		t.Fatal(err)
	}
	welsh, _ := contract.FieldCodeOf("validation_required")
	if !strings.Contains(said.Message, welsh.Welsh) {
		t.Errorf("%s", a.Body)
	}
}

// What a rule refuses is said in the contract's sentence, whichever verb and alone or in a
// batch: no worker reads that a server failed at something.
func TestWhatOneMayNotDoIsSaidInTheContractsWords(t *testing.T) {
	s := house(t)
	sentence := contract.Of(contract.NotAllowed).Title
	notes := collectionsAt + "notes/records"
	note := map[string]any{"case": demo.CaseID(1), "body": "First words.", "source": "document"}
	own := s.Do("POST", notes, s.Token(demo.Practitioner), with(note, "id", "notallowedwords"))
	if own.Status != 200 {
		t.Fatalf("%d %s", own.Status, own.Body)
	}
	says := func(what string, a demotest.Answer, code contract.Code, sentence string) {
		t.Helper()
		var said refusalOf
		if err := json.Unmarshal(a.Body, &said); err != nil || a.Status < 400 {
			t.Fatalf("%s: %d %s", what, a.Status, a.Body)
		}
		if said.Message != sentence || string(said.Data["code"]) != `"`+string(code)+`"` || strings.Contains(string(a.Body), "Failed to") {
			t.Errorf("%s: %s", what, a.Body)
		}
	}
	outsider, school := s.Token(demo.Outsider), s.Token(demo.School)
	member := collectionsAt + "case_members/records"
	says("a note in another's family", s.Do("POST", notes, outsider, note), contract.NotAllowed, sentence)
	says("a worker brought on by one who may not", s.Do("POST", member, school, map[string]any{"case": demo.CaseID(1), "user": demo.Outsider.ID, "role": "member"}), contract.NotAllowed, sentence)
	gone := contract.Of(contract.NotFound).Title
	says("changed by another", s.Do("PATCH", notes+"/notallowedwords", outsider, map[string]any{"body": "Mine."}), contract.NotFound, gone)
	says("deleted by another", s.Do("DELETE", notes+"/notallowedwords", outsider, nil), contract.NotFound, gone)
	says("nothing to look at", s.Do("GET", notes+"/notallowedwords", outsider, nil), contract.NotFound, gone)
	says("made, in a batch", inBatch(s, outsider, map[string]any{"method": "POST", "url": notes, "body": note}), contract.NotAllowed, sentence)
	says("changed, in a batch", inBatch(s, outsider, map[string]any{"method": "PATCH", "url": notes + "/notallowedwords", "body": map[string]any{"body": "Mine."}}), contract.NotFound, gone)
	says("deleted, in a batch", inBatch(s, outsider, map[string]any{"method": "DELETE", "url": notes + "/notallowedwords"}), contract.NotFound, gone)
	// An id that is out of their sight is no more told of than a family.
	says("made over another's", s.Do("POST", notes, s.Token(demo.Coordinator), with(note, "id", "notallowedwords")), contract.NotAllowed, sentence)
	welsh := s.Do("POST", notes, outsider, note, "Accept-Language", "cy")
	says("in Welsh", welsh, contract.NotAllowed, contract.Of(contract.NotAllowed).Welsh())
}

// with is a body with one member more.
func with(body map[string]any, name string, value any) map[string]any {
	more := maps.Clone(body)
	more[name] = value
	return more
}
