package sync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// vectors reads one file of the contract's vectors, exactly as a client's author
// would: an unknown member is a mistake in the file.
func vectors(t *testing.T, name string, to any) {
	t.Helper()
	raw, err := os.ReadFile("../../mobile-contract/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestVectorsOfMerge(t *testing.T) {
	var file struct {
		About   []string
		Vectors []struct {
			Name   string
			Fields []struct {
				Field, Policy string
				Now, New, Was json.RawMessage
				Foreign       bool
			}
			Groups [][]string
			Then   struct {
				Apply     map[string]json.RawMessage
				Conflicts []string
			}
		}
	}
	vectors(t, "merge.json", &file)
	if len(file.Vectors) < 50 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		var edits []edit
		for _, f := range v.Fields {
			e := edit{Field: f.Field, Now: oneForm(t, f.Now), New: oneForm(t, f.New), Foreign: f.Foreign, Policy: collections.Policy(f.Policy)}
			if f.Was != nil {
				was := oneForm(t, f.Was)
				e.Was = &was
			}
			edits = append(edits, e)
		}
		got := mergeFields(edits, v.Groups)
		want := map[string]string{}
		for field, value := range v.Then.Apply {
			want[field] = oneForm(t, value)
		}
		if fmt.Sprint(got.Apply) != fmt.Sprint(want) || fmt.Sprint(got.Conflicts) != fmt.Sprint(v.Then.Conflicts) {
			t.Errorf("%s:\n got %v, conflicts %v\nwant %v, conflicts %v", v.Name, got.Apply, got.Conflicts, want, v.Then.Conflicts)
		}
	}
}

// compact is a value in the one form that the engine compares.
func oneForm(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestVectorsOfDigest(t *testing.T) {
	var file struct {
		About []string
		Mix   []struct {
			Rev int64
			Mix string
		}
		Tallies []struct {
			Revs   []int64
			Digest contract.Digest
		}
	}
	vectors(t, "digest.json", &file)
	if len(file.Mix) < 10 || len(file.Tallies) < 10 {
		t.Fatal("vectors are missing")
	}
	for _, v := range file.Mix {
		if got := fmt.Sprintf("%016x", contract.Mix(v.Rev)); got != v.Mix {
			t.Errorf("mix of %d is %s, want %s", v.Rev, got, v.Mix)
		}
	}
	for _, v := range file.Tallies {
		var tally contract.Tally
		for _, rev := range v.Revs {
			tally.Add(rev)
		}
		if got := tally.Digest(); got != v.Digest {
			t.Errorf("digest of %v is %+v, want %+v", v.Revs, got, v.Digest)
		}
	}
}

// A mutation with a valid id is judged, one with an invalid id refused alone; and the
// published schema says the same of each.
func TestVectorsOfIDs(t *testing.T) {
	var file struct {
		About              []string
		Mutations, Records []struct {
			ID, Why string
			Valid   bool
		}
		Made []struct {
			MS              int64
			Chance, ID, Why string
		}
	}
	vectors(t, "ids.json", &file)
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	document := published(t)
	try := func(m contract.Mutation, valid bool, why string) {
		ask := contract.PushRequest{Mutations: []contract.Mutation{m}}
		a := s.Do("POST", "/api/sync/push", p.token, ask)
		var answer contract.PushAnswer
		if a.Status == 200 {
			a.JSON(t, &answer)
		}
		if len(answer.Results) != 1 || (answer.Results[0].Code == string(contract.Malformed)) == valid {
			t.Errorf("%s (%q, %q): %d %.300s", why, m.ID, m.Record, a.Status, a.Body)
		}
		raw, err := json.Marshal(ask)
		if err != nil {
			t.Fatal(err)
		}
		if err := document.check("PushRequest", raw); (err == nil) != valid {
			t.Errorf("%s (%q, %q): the schema says %v", why, m.ID, m.Record, err)
		}
	}
	for _, v := range file.Mutations {
		m := mutation("delete", "notes", "neverseen000000", 0, nil)
		m.ID = v.ID
		try(m, v.Valid, v.Why)
	}
	for _, v := range file.Records {
		try(mutation("delete", "notes", v.ID, 0, nil), v.Valid, v.Why)
	}
	for _, v := range file.Made {
		try(mutation("delete", "notes", v.ID, 0, nil), true, v.Why)
		if got := contract.RecordID(time.UnixMilli(v.MS), v.Chance); got != v.ID {
			t.Errorf("%s: %s, want %s", v.Why, got, v.ID)
		}
	}
}

func TestVectorsOfPush(t *testing.T) { playAll(t, "push.json", 25) }

func TestVectorsOfPull(t *testing.T) { playAll(t, "pull.json", 15) }

func TestVectorsOfHistory(t *testing.T) { playAll(t, "history.json", 6) }
