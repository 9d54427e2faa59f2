package sync

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// T11: a create over an id that is taken out of the author's sight says that it cannot
// be, and nothing of what is there: alive or deleted, of which case, holding what. The
// same words answer a create that its author has no right to, over an id that is free.
func TestACreateOverAForeignIDSaysOnlyThatItIsRefused(t *testing.T) {
	s := fellmoor(t)
	owner, p := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Outsider)
	owner.pull(0)
	p.pull(0)
	mine := mutation("create", "cases", "outsiderscase01", 0, set("reference", "OUT-000001", "family_name", "Out", "lead_agency", demo.Outsider.Agency, "status", "open"))
	if mayOpen := p.push(mine)[0]; mayOpen.Verdict != contract.Applied {
		t.Fatalf("the guesser needs a case of their own: %+v", mayOpen)
	}
	p.pull(0)
	for id, shared := range map[string]bool{"foreignnote0001": true, "foreignnote0002": false, "foreignnote0003": true} {
		want(t, owner.push(mutation("create", "notes", id, 0, set("case", demo.CaseID(1), "body", "Secret words of "+id, "source", "document", "shared", shared)))[0], contract.Applied)
	}
	remove(t, s.App, "notes", "foreignnote0003")

	guess := func(id, c string) (said, kept, delivered string) {
		m := mutation("create", "notes", id, 0, set("case", c, "body", "x", "source", "document", "shared", true))
		r := p.push(m)[0]
		var refusal map[string]any
		record, err := s.App.FindRecordById("sync_refusals", r.Refusal)
		if err != nil {
			t.Fatalf("%s: %+v %v", id, r, err)
		}
		raw, err := json.Marshal(record.PublicExport())
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &refusal); err != nil {
			t.Fatal(err)
		}
		for _, own := range []string{"id", "mutation", "record", "content", "created", "updated", "recorded_at"} {
			delete(refusal, own)
		}
		var drops []string
		for _, c := range p.pull(0) {
			if c.ID == id {
				drops = append(drops, fmt.Sprint(c.Op, c.Scope, c.Collection, c.Rev, string(c.Record)))
			}
		}
		r.ID, r.Refusal = "", ""
		return fmt.Sprintf("%+v", r), fmt.Sprint(refusal), fmt.Sprint(drops)
	}
	said, kept, delivered := guess("foreignnote0001", "outsiderscase01")
	if !strings.Contains(said, string(contract.NotAllowed)) || strings.Contains(said+kept+delivered, "Secret") || strings.Contains(said+kept+delivered, demo.CaseID(1)) {
		t.Errorf("%s\n%s\n%s", said, kept, delivered)
	}
	for _, other := range []string{"foreignnote0002", "foreignnote0003"} { // another scope of that case, and one deleted
		if a, b, c := guess(other, "outsiderscase01"); a != said || b != kept || c != delivered {
			t.Errorf("%s differs:\n%s\n%s\n%s\n%s\n%s\n%s", other, a, said, b, kept, c, delivered)
		}
	}
	if r, err := s.App.FindRecordById("notes", "foreignnote0001"); err != nil || r.GetString("body") != "Secret words of foreignnote0001" {
		t.Error("the guess changed what it met")
	}
}

// What a worker shows to prove that a record was handed in is checked with the server's
// public key and a library, and nothing else of the server.
func TestAReceiptIsCheckedWithThePublicKeyAlone(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	m := attempt("receiptattempt1", 1)
	a := s.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: []contract.Mutation{m}})
	var answer contract.PushAnswer
	a.JSON(t, &answer)
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	check := func(token string) (jwt.MapClaims, error) {
		c := jwt.MapClaims{}
		parsed, err := jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA"})).ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return keys.Public(), nil })
		if err == nil && parsed.Header["typ"] != signing.Receipt {
			err = fmt.Errorf("a token of type %v", parsed.Header["typ"])
		}
		return c, err
	}
	c, err := check(answer.Receipt)
	if err != nil || c["did"] != p.device || c["sub"] != demo.Practitioner.ID || c["seq"] != float64(answer.DurableSeq) || c["epoch"] == "" || c["iat"] == nil ||
		fmt.Sprint(c["verdicts"]) != fmt.Sprintf("[[%s applied]]", m.ID) {
		t.Errorf("%v %v", c, err)
	}
	parts := strings.Split(answer.Receipt, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), "applied", "refused", 1)))
	if _, err := check(strings.Join(parts, ".")); err == nil {
		t.Error("a receipt with another verdict passes")
	}
}
