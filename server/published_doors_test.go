package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"
	"golang.org/x/oauth2"

	"holdfast/collections"
	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/openid/openidtest"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// wire asks each of the contract's doors for something that it gives.
type wire struct {
	*demotest.Server
	t        *testing.T
	provider *openidtest.Provider
	n        int
}

// ask fails unless it is answered as it should be.
func (w *wire) ask(status int, method, path, token string, body any, header ...string) demotest.Answer {
	w.t.Helper()
	a := w.Do(method, path, token, body, header...)
	if a.Status != status {
		w.t.Errorf("%s %s: %d %.400s, want %d", method, path, a.Status, a.Body, status)
	}
	return a
}

// text is a member of an answer.
func (w *wire) text(a demotest.Answer, name string) string {
	w.t.Helper()
	var members map[string]any
	a.JSON(w.t, &members)
	s, _ := members[name].(string)
	return s
}

func (w *wire) mutation(op, collection, id string, set map[string]any) contract.Mutation {
	w.n++
	m := contract.Mutation{ID: fmt.Sprintf("01jd%022d", w.n), Collection: collection, Record: id, Op: op, RecordedAt: time.Now().Format(time.RFC3339), Set: map[string]json.RawMessage{}}
	for name, value := range set {
		m.Set[name] = must(json.Marshal(value))
	}
	return m
}

// signsIn takes every way in: a password, a mailed code as the second step, a code of an
// authenticator app, an organisation's own account, and a new password.
func (w *wire) signsIn() {
	w.ask(200, "GET", "/api/collections/users/auth-methods", "", nil)
	in := w.ask(200, "POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": demo.School.Email(), "password": demo.Password})
	w.ask(200, "POST", "/api/collections/users/auth-refresh", w.text(in, "token"), nil)
	w.ask(400, "POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": demo.School.Email(), "password": "another"})

	mailed := make(chan string, 1)
	w.App.OnMailerRecordOTPSend().BindFunc(func(e *core.MailerRecordEvent) error { mailed <- e.Meta["password"].(string); return nil })
	w.within(demo.Outsider, func(tx core.App, u *core.Record) error { return signin.SetMailedCode(tx, u, true, time.Now()) })
	mfa := w.text(w.ask(401, "POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": demo.Outsider.Email(), "password": demo.Password}), "mfaId")
	w.ask(200, "POST", "/api/sign-in/factors", "", contract.FactorsRequest{MFA: mfa})
	code := w.text(w.ask(200, "POST", "/api/collections/users/request-otp", "", map[string]string{"email": demo.Outsider.Email()}), "otpId")
	select {
	case word := <-mailed:
		w.ask(200, "POST", "/api/collections/users/auth-with-otp?mfaId="+mfa, "", map[string]string{"otpId": code, "password": word})
	case <-time.After(time.Minute):
		w.t.Error("no code was mailed")
	}

	var secret string
	then := time.Now().Add(-time.Minute)
	w.within(demo.DPO, func(tx core.App, u *core.Record) error {
		e, err := factor.BeginTOTP(tx, u, "x", then)
		if err == nil {
			secret = e.Secret
			_, err = signin.AddTOTP(tx, u, e.ID, must(totp.GenerateCode(secret, then)), "", then)
		}
		return err
	})
	mfa = w.text(w.ask(401, "POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": demo.DPO.Email(), "password": demo.Password}), "mfaId")
	w.ask(401, "POST", "/api/sign-in/factor", "", contract.FactorRequest{MFA: mfa, Code: "000000"})
	w.ask(200, "POST", "/api/sign-in/factor", "", contract.FactorRequest{MFA: mfa, Code: must(totp.GenerateCode(secret, time.Now()))})

	w.provider.Knows("priya", demo.Practitioner.Email(), true)
	var where contract.OrganisationAnswer
	w.ask(200, "GET", "/api/sign-in/organisation", "", nil).JSON(w.t, &where)
	app := oauth2.Config{ClientID: where.ClientID, RedirectURL: openidtest.App, Scopes: where.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: where.Issuer + "/auth", TokenURL: where.Issuer + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams}}
	verifier := oauth2.GenerateVerifier()
	back := w.provider.SignIn(w.t, app.AuthCodeURL("s", oauth2.SetAuthURLParam("nonce", where.Nonce), oauth2.S256ChallengeOption(verifier)), "priya")
	given := must(app.Exchange(w.t.Context(), back.Query().Get("code"), oauth2.VerifierOption(verifier)))
	raw, _ := given.Extra("id_token").(string)
	w.ask(200, "POST", "/api/sign-in/organisation", "", contract.OrganisationRequest{IDToken: raw, Nonce: where.Nonce})

	w.ask(204, "POST", "/api/collections/users/request-password-reset", "", map[string]string{"email": demo.Outsider.Email()})
	outsider := must(w.App.FindRecordById("users", demo.Outsider.ID))
	w.ask(204, "POST", "/api/collections/users/confirm-password-reset", "", map[string]string{
		"token": must(outsider.NewPasswordResetToken()), "password": "quarry teapot lantern", "passwordConfirm": "quarry teapot lantern",
	})
}

func (w *wire) within(p demo.Person, do func(core.App, *core.Record) error) {
	w.t.Helper()
	u := must(w.App.FindRecordById("users", p.ID))
	if err := kernel.Within(w.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) error { return do(tx, u) }); err != nil {
		w.t.Fatal(err)
	}
}

// casework pushes a record of each noun that has lists, all of them filled: what no record
// of the demo has in it is still held to what is published of it.
func (w *wire) casework() {
	token := w.Token(demo.Practitioner)
	push := contract.PushRequest{SentAt: time.Now().Format(time.RFC3339)}
	add := func(noun string, values map[string]any) {
		push.Mutations = append(push.Mutations, w.mutation("create", noun, fmt.Sprintf("wire%011d", len(push.Mutations)), values))
	}
	for _, c := range casework {
		values, lists := filled(c.values, nil), 0
		for _, f := range collections.ByName(c.noun).Synced() {
			if list, ok := f.(*core.RelationField); ok && list.IsMultiple() {
				values[f.GetName()] = []string{demo.ID("child", 100), demo.ID("child", 101)}
				lists++
			}
		}
		if lists > 0 {
			add(c.noun, values)
		}
	}
	add("relationships", map[string]any{"case": demo.CaseID(1), "person": demo.ID("adult", 100), "other": demo.ID("child", 101), "kind": "mother",
		"parental_responsibility": "yes", "between": []string{collections.ByName("relationships").Collection().Fields.GetByName("between").(*core.SelectField).Values[0]}})
	var answer contract.PushAnswer
	w.ask(200, "POST", "/api/sync/push", token, push).JSON(w.t, &answer)
	for i, r := range answer.Results {
		if r.Verdict != contract.Applied {
			w.t.Errorf("%s: %+v", push.Mutations[i].Collection, r)
		}
	}
}

// mistakes are what leaves a conflict and a refusal, and what a person does about them.
func (w *wire) mistakes() {
	mine, other := w.Token(demo.Practitioner), w.Token(demo.School)
	var page contract.PullAnswer
	w.ask(200, "POST", "/api/sync/pull", mine, contract.PullRequest{Limit: 5000}).JSON(w.t, &page)
	var base int64
	for _, c := range page.Changes {
		if c.Collection == "cases" && c.ID == demo.CaseID(1) {
			base = c.Rev
		}
	}
	summary := func(text string) contract.Mutation {
		m := w.mutation("update", "cases", demo.CaseID(1), map[string]any{"summary": text})
		m.Base = base
		return m
	}
	w.ask(200, "POST", "/api/sync/push", mine, contract.PushRequest{Mutations: []contract.Mutation{
		summary("Seen on Monday."),
		w.mutation("create", "notes", "wirenote0000001", map[string]any{"case": demo.CaseID(1), "body": "", "source": "document"}),
		w.mutation("create", "notes", "wirenote0000002", map[string]any{"case": "newcase00000009", "body": "x", "source": "document"}),
	}})
	w.ask(200, "POST", "/api/sync/push", other, contract.PushRequest{Mutations: []contract.Mutation{summary("Late on Monday.")}})
	first := func(path string) string {
		var list struct{ Items []struct{ ID, Status string } }
		w.ask(200, "GET", path, mine, nil).JSON(w.t, &list)
		for _, item := range list.Items {
			if item.Status == "open" {
				return item.ID
			}
		}
		w.t.Fatalf("%s lists nothing open", path)
		return ""
	}
	w.ask(200, "POST", "/api/sync/conflicts/"+first("/api/sync/conflicts"), mine, contract.SettleRequest{Choice: "theirs"})
	w.ask(200, "POST", "/api/sync/refusals/"+first("/api/sync/refusals"), mine, contract.ResendRequest{Action: "resend", Set: map[string]json.RawMessage{"body": []byte(`"Words."`)}})
	w.ask(200, "POST", "/api/sync/digest", mine, contract.DigestRequest{Position: page.Position})
	w.ask(200, "POST", "/api/sync/replayed", mine, contract.ReplayedRequest{})
	w.ask(200, "POST", "/api/sync/pull", mine, contract.PullRequest{Position: &page.Position, Repair: []string{"case:" + demo.CaseID(1)}})
	w.ask(200, "POST", "/api/sync/pull", mine, contract.PullRequest{Position: &page.Position}, "Accept", "application/x-ndjson")
	forged := "forged"
	w.ask(400, "POST", "/api/sync/pull", mine, contract.PullRequest{Position: &forged})
}

// evidence is one photo, by every door of the byte lane.
func (w *wire) evidence() {
	token := w.Token(demo.Manager)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		w.t.Fatal(err)
	}
	announce := func(id string) {
		sum := sha256.Sum256(picture.Bytes())
		w.ask(200, "POST", "/api/sync/push", token, contract.PushRequest{Mutations: []contract.Mutation{w.mutation("create", "evidence", id, map[string]any{
			"case": demo.CaseID(1), "title": "The kitchen", "kind": "home_conditions", "sha256": hex.EncodeToString(sum[:]), "size": picture.Len(),
			"captured_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z"),
		})}})
	}
	tus := func(status int, method, path, kind string, body []byte, header ...string) demotest.Answer {
		return w.ask(status, method, path, token, bytes.NewReader(body), append([]string{"Tus-Resumable", "1.0.0", "Content-Type", kind}, header...)...)
	}
	begin := func(id string) string {
		announce(id)
		return tus(201, "POST", "/api/uploads", "", nil, "Upload-Length", strconv.Itoa(picture.Len()), "Upload-Metadata", "evidence "+base64.StdEncoding.EncodeToString([]byte(id))).Header.Get("Location")
	}
	const bytesType = "application/offset+octet-stream"
	w.ask(204, "OPTIONS", "/api/uploads", "", nil)
	tus(204, "DELETE", begin("wireevidence001"), "", nil)
	at := begin("wireevidence002")
	tus(204, "PATCH", at, bytesType, picture.Bytes()[:100], "Upload-Offset", "0")
	tus(409, "PATCH", at, bytesType, picture.Bytes()[:100], "Upload-Offset", "0")
	tus(200, "HEAD", at, "", nil)
	tus(204, "POST", at, bytesType, picture.Bytes()[100:], "Upload-Offset", "100", "X-HTTP-Method-Override", "PATCH")
	tus(200, "HEAD", at, "", nil)

	const path = "/api/evidence/wireevidence002"
	w.ask(200, "GET", path+"/receipt", token, nil)
	tag := w.ask(200, "GET", path+"/original", token, nil).Header.Get("ETag")
	w.ask(206, "GET", path+"/original", token, nil, "Range", "bytes=0-9")
	w.ask(416, "GET", path+"/original", token, nil, "Range", "bytes=9000000-")
	w.ask(304, "GET", path+"/original", token, nil, "If-None-Match", tag)
	w.ask(200, "GET", path+"/preview", token, nil)
	w.ask(200, "GET", path+"/copies/"+must(w.App.FindFirstRecordByData("evidence_copies", "evidence", "wireevidence002")).Id, token, nil)
	w.ask(200, "POST", path+"/links", token, contract.LinkRequest{Of: "original"})
	w.ask(404, "GET", "/api/evidence/nosuchrecord000/original", token, nil)
	w.ask(200, "POST", "/api/evidence/bundles", token, contract.BundleRequest{Case: demo.CaseID(1), Reason: "For the review panel"})
	w.ask(200, "GET", "/api/keys", "", nil)
}

// reads is what is read and written beside the sync: a chronology, letters, records by
// PocketBase's own doors, and the lane of wake-ups.
func (w *wire) reads() {
	token := w.Token(demo.Practitioner)
	w.ask(200, "POST", "/api/cases/"+demo.CaseID(1)+"/children/"+demo.ID("child", 100)+"/involvement", token, nil)
	for _, what := range []string{"", "/patterns", "/csv", "/html", "/voice?child=" + demo.ID("child", 100), "/voice/html?child=" + demo.ID("child", 100)} {
		w.ask(200, "GET", "/api/cases/"+demo.CaseID(1)+"/chronology"+what, token, nil)
	}
	w.ask(200, "PATCH", "/api/sync/devices", token, map[string]string{"app_version": "2"})
	w.ask(200, "POST", "/api/sync/devices/stream", token, nil)
	w.ask(200, "GET", "/write-checkpoint2.json?client_id=one", token, nil)
	w.ask(200, "POST", "/sync/checkpoint-request", token, map[string]any{"client_id": "one"})
	open := must(http.NewRequest("POST", w.URL+"/sync/stream", strings.NewReader(`{"buckets":[]}`)))
	open.Header.Set("Authorization", "Bearer "+token)
	open.Header.Set("Content-Type", "application/json")
	stream := must(http.DefaultClient.Do(open))
	if first, err := bufio.NewReader(stream.Body).ReadString('\n'); err != nil || !strings.Contains(first, "checkpoint") {
		w.t.Errorf("the stream begins with %q, %v", first, err)
	}
	_ = stream.Body.Close()
	w.ask(200, "POST", "/api/sync/estimate", token, contract.EstimateRequest{Window: 12})
	served := w.ask(200, "GET", "/api/sync/contract", token, nil).Header.Get("ETag")
	w.ask(304, "GET", "/api/sync/contract", token, nil, "If-None-Match", served)
	tag := w.ask(200, "GET", "/api/cases/"+demo.CaseID(1)+"/chronology", token, nil).Header.Get("ETag")
	w.ask(304, "GET", "/api/cases/"+demo.CaseID(1)+"/chronology", token, nil, "If-None-Match", tag)
	w.ask(200, "POST", "/api/sync/push", token, contract.PushRequest{Mutations: []contract.Mutation{w.mutation("create", "letters", "wireletter00001", map[string]any{
		"case": demo.CaseID(1), "recipient": demo.ID("adult", 100),
		"template": must(w.App.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'en' && variant = 'standard'")).Id,
	})}})
	w.ask(200, "GET", "/api/letters/wireletter00001/html", token, nil)
	w.ask(409, "GET", "/api/letters/wireletter00001/pdf", token, nil)

	const cases, notes = "/api/collections/cases/records", "/api/collections/notes/records"
	w.ask(200, "GET", cases+"?perPage=5&sort=-opened_on&filter=status='open'&expand=lead_agency", token, nil)
	w.ask(400, "GET", cases+"?filter=nonsense(", token, nil)
	w.ask(401, "GET", cases, "", nil)
	note := w.text(w.ask(200, "POST", notes, token, map[string]any{"case": demo.CaseID(1), "body": "Seen.", "source": "document"}), "id")
	w.ask(400, "POST", notes, token, map[string]any{"case": demo.CaseID(1), "body": "", "source": "document"})
	tag = w.ask(200, "GET", notes+"/"+note, token, nil).Header.Get("ETag")
	w.ask(200, "PATCH", notes+"/"+note, token, map[string]any{"body": "Seen twice."}, "If-Match", tag)
	w.ask(412, "PATCH", notes+"/"+note, token, map[string]any{"body": "Too late."}, "If-Match", tag)
	w.ask(204, "DELETE", notes+"/"+note, token, nil)
	w.ask(404, "GET", notes+"/"+note, token, nil)
	part := map[string]any{"method": "PATCH", "url": cases + "/" + demo.CaseID(1), "body": map[string]any{"summary": "In a batch."}}
	w.ask(200, "POST", "/api/batch", token, map[string]any{"requests": []any{part}})

	lane := must(http.Get(w.URL + "/api/realtime"))
	defer lane.Body.Close()
	client := ""
	for lines := bufio.NewScanner(lane.Body); client == "" && lines.Scan(); {
		_, client, _ = strings.Cut(lines.Text(), `"clientId":"`)
	}
	client, _, _ = strings.Cut(client, `"`)
	w.ask(204, "POST", "/api/realtime", token, map[string]any{"clientId": client, "subscriptions": []string{"sync", "notes/*"}})
}

// loses is a phone from its registration to its end: renewed, lost, told to wipe itself
// and answering for it; and one whose user signs out.
func (w *wire) loses() {
	lost := w.Phone(demo.Colleague)
	lost.Refresh()
	lost.Do("GET", "/api/sync/status", nil)
	lost.Do("POST", "/api/sync/pull", contract.PullRequest{Limit: 1})
	for _, state := range []string{"locked", "wipe"} {
		d := must(w.App.FindRecordById("devices", lost.Device))
		d.Set("status", state)
		if err := w.App.Save(d); err != nil {
			w.t.Fatal(err)
		}
		lost.Do("POST", "/api/sync/pull", contract.PullRequest{})
	}
	var status contract.StatusAnswer
	lost.Do("GET", "/api/sync/status", nil).JSON(w.t, &status)
	receipt := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"did": lost.Device, "order": status.Device.Order})
	receipt.Header["typ"] = "wiped+jwt"
	w.ask(200, "POST", "/api/sync/devices/wiped", "", contract.WipedRequest{Device: lost.Device, Receipt: must(receipt.SignedString(lost.Key))})

	leaves := w.Phone(demo.Colleague)
	if a := leaves.Do("DELETE", "/api/sync/devices", nil); a.Status != 204 {
		w.t.Errorf("signing out: %d %s", a.Status, a.Body)
	}
	leaves.Do("GET", "/api/sync/status", nil)
}
