package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Whatever a client asks first, and wherever it goes wrong, it is told by a code; an
// unknown path, PocketBase's own sign-in and lists no less than sync (M90).
func TestEveryErrorHasItsCode(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	users := "/api/collections/users/"
	for _, c := range []struct {
		method, path, token string
		body                any
		status              int
		code                contract.Code
	}{
		{"POST", users + "auth-with-password", "", map[string]any{"identity": "nobody@example.org", "password": "not the one"}, 400, contract.SignInFailed},
		{"POST", users + "auth-with-password", "", map[string]any{"identity": ""}, 400, contract.RefusedInvalid},
		{"POST", users + "auth-with-otp", "", map[string]any{"otpId": "nosuchotp000000", "password": "12345678"}, 400, contract.SignInFailed},
		{"POST", users + "request-otp", "", map[string]any{"email": "no address"}, 400, contract.RefusedInvalid},
		{"POST", users + "request-password-reset", "", map[string]any{"email": "no address"}, 400, contract.RefusedInvalid},
		{"POST", users + "confirm-password-reset", "", map[string]any{"token": "x", "password": "long enough 12", "passwordConfirm": "another 123456"}, 400, contract.RefusedInvalid},
		{"POST", users + "auth-refresh", token, nil, 0, ""},
		{"POST", users + "no-such-door", token, nil, 404, contract.NotFound},
		{"GET", "/api/no/such/path", "", nil, 404, contract.NotFound},
		{"GET", "/api/sync/nosuch", token, nil, 404, contract.NotFound},
		{"GET", "/api/sync/pull", token, nil, 404, contract.NotFound},
		{"PUT", "/api/uploads/abc", token, nil, 404, contract.NotFound},
		{"GET", "/api/collections/nosuch/records", token, nil, 404, contract.NotFound},
		{"GET", "/api/collections/cases/records/nosuchrecord000", token, nil, 404, contract.NotFound},
		{"GET", "/api/collections/cases/records?filter=nosuch=1", token, nil, 400, contract.Malformed},
		{"GET", "/api/collections/cases/records", "", nil, 401, contract.Unauthorised},
		{"POST", "/api/collections/notes/records", token, map[string]any{"case": demo.CaseID(1), "body": "", "source": "document"}, 400, contract.RefusedInvalid},
		{"POST", "/api/collections/notes/records", token, map[string]any{"case": demo.CaseID(4), "body": "x", "source": "document"}, 400, contract.NotAllowed},
		{"POST", "/api/collections/notes/records", token, strings.NewReader("{"), 400, ""},
		{"POST", "/api/batch", token, map[string]any{"requests": []any{map[string]any{"method": "POST", "url": "/api/collections/notes/records", "body": map[string]any{"body": ""}}}}, 400, contract.NotAllowed},
		{"POST", "/api/realtime", token, map[string]any{"clientId": "nosuch", "subscriptions": []string{"sync"}}, 404, contract.NotFound},
	} {
		a := s.Do(c.method, c.path, c.token, c.body)
		code := contract.Code(a.Code())
		if c.status != 0 && a.Status != c.status || a.Status >= 400 && !contract.Known(code) || c.code != "" && code != c.code {
			t.Errorf("%s %s: %d %q, want %d %q: %.300s", c.method, c.path, a.Status, code, c.status, c.code, a.Body)
		}
	}
	a := s.Do("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), token, map[string]any{"summary": "x"}, "If-Match", `"1"`)
	if a.Status != 412 || a.Code() != string(contract.Stale) {
		t.Errorf("a stale If-Match: %d %s", a.Status, a.Body)
	}
}

// Who asks in Welsh is answered in Welsh, an error and a verdict alike; what is kept is
// as it was said, for who reads it later.
func TestWhoAsksInWelshIsAnsweredInWelsh(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	for header, welsh := range map[string]bool{"cy": true, "cy-GB,en;q=0.5": true, "en-GB,cy;q=0.5": false, "": false, "de": false, "no language at all;;": false} {
		a := s.Do("POST", "/api/sync/pull", token, map[string]any{"position": "forged"}, "Accept-Language", header)
		var said struct{ Message string }
		a.JSON(t, &said)
		p := contract.Of(contract.PositionForged)
		if want := map[bool]string{true: p.Welsh(), false: p.Title}[welsh]; a.Status != 400 || said.Message != want {
			t.Errorf("%q: %s", header, a.Body)
		}
	}
	push := func(header string) (r contract.Result) {
		a := s.Do("POST", "/api/sync/push", token, contract.PushRequest{Mutations: []contract.Mutation{{
			ID: "01jd0000000000000000000cym", Collection: "notes", Record: "notewelsh000001", Op: "create", RecordedAt: "2026-11-20T10:00:00Z",
			Set: map[string]json.RawMessage{"case": json.RawMessage(`"` + demo.CaseID(1) + `"`), "body": json.RawMessage(`""`), "source": json.RawMessage(`"document"`)},
		}}}, "Accept-Language", header)
		var answer contract.PushAnswer
		a.JSON(t, &answer)
		if len(answer.Results) != 1 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return answer.Results[0]
	}
	cy := push("cy")
	field, _ := contract.FieldCodeOf(cy.Errors["body"].Code)
	if cy.Verdict != contract.Refused || cy.Message != contract.Of(contract.RefusedInvalid).Welsh()+" "+field.Welsh || cy.Errors["body"].Message != field.Welsh {
		t.Errorf("%+v", cy)
	}
	if en := push("en"); en.Message != "Body: this must be filled in." || en.Refusal != cy.Refusal || en.Errors["body"].Code != cy.Errors["body"].Code {
		t.Errorf("asked again in English: %+v", en)
	}
	a := s.Do("POST", "/api/collections/notes/records", token, map[string]any{"case": demo.CaseID(1), "body": "", "source": "document"}, "Accept-Language", "cy")
	if !strings.Contains(string(a.Body), `"message":"`+field.Welsh) {
		t.Errorf("by REST: %s", a.Body)
	}
}

// A text that some reader cannot read is told as such, not as a wrong type.
func TestWhatIsNoTextIsToldAsSuch(t *testing.T) {
	s := house(t)
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	for value, code := range map[string]string{`"x\ud800y"`: contract.FieldNotText, `"x\u0000y"`: contract.FieldNotText, deep: contract.FieldTooDeep, `7`: "wrong_type"} {
		a := s.Do("POST", "/api/sync/push", s.Token(demo.Practitioner), strings.NewReader(`{"mutations":[{"id":"01jd0000000000000000000`+
			map[string]string{`7`: "aaa", deep: "bbb", `"x\ud800y"`: "ccc", `"x\u0000y"`: "ddd"}[value]+
			`","collection":"notes","record":"notesurrogate01","op":"create","recorded_at":"","set":{"case":"`+demo.CaseID(1)+`","source":"document","body":`+value+`}}]}`))
		var answer contract.PushAnswer
		a.JSON(t, &answer)
		if len(answer.Results) != 1 || answer.Results[0].Errors["body"].Code != code {
			t.Errorf("%.20s: %s", value, a.Body)
		}
		if c, ok := contract.FieldCodeOf(code); !ok || len(answer.Results) == 1 && answer.Results[0].Errors["body"].Message != c.Title && !slices.Contains([]string{"wrong_type"}, code) {
			t.Errorf("%s is not told in its words: %s", code, a.Body)
		}
	}
}
