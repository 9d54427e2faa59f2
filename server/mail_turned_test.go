package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/gate"
	"holdfast/server/mail"
	"holdfast/server/ops"
)

// turning is a house whose operator would have its mail.
type turning struct {
	*demotest.Server
	t        *testing.T
	operator string
	folder   string // where its mail goes; empty: by SMTP
}

func openTurning(t *testing.T, folder string) turning {
	t.Helper()
	app := demotest.App(t)
	ops.Bind(app)
	if _, err := app.NonconcurrentDB().Delete("outbox", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	app.Settings().Meta.AppURL = "https://holdfast.fellmoor.example"
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	s := demotest.Serve(t, app, ops.Options{Together: true}.Open, mail.Room{Folder: folder}.Open, gate.Open)
	c, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail("operator@fellmoor.example")
	r.SetPassword("a-long-password-of-theirs")
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	token, err := r.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	return turning{s, t, token, folder}
}

func (h turning) patch(change map[string]any) demotest.Answer {
	h.t.Helper()
	return h.Do("PATCH", "/api/settings", h.operator, change)
}

func (h turning) smash() {
	h.t.Helper()
	if a := h.Do("POST", "/api/ops/glass", h.operator, map[string]any{"reason": "The mail server moves to another house tonight.", "told": demo.DPO.Email()}); a.Status != http.StatusOK {
		h.t.Fatalf("%d %s", a.Status, a.Body)
	}
}

// mails are those that were written to the folder, with some words in each.
func (h turning) mails(words ...string) (found []string) {
	h.t.Helper()
	names, err := filepath.Glob(filepath.Join(h.folder, "*.eml"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			h.t.Fatal(err)
		}
		all := true
		for _, w := range words {
			all = all && strings.Contains(string(raw), w)
		}
		if all {
			found = append(found, string(raw))
		}
	}
	return found
}

var ownHost = map[string]map[string]any{
	"the mail server":          {"smtp": map[string]any{"enabled": true, "host": "mail.elsewhere.example", "port": 587}},
	"where links lead":         {"meta": map[string]any{"appURL": "https://elsewhere.example"}},
	"from whom it seems to be": {"meta": map[string]any{"senderAddress": "help@elsewhere.example"}},
}

// Whoever has the mail has the links by which people choose new passwords. With the glass
// whole no operator turns it; broken, those who watch over them are told first, by the way
// it went until then, and for a day no such link is sent.
func TestAnOperatorDoesNotReadByTurningTheMail(t *testing.T) {
	h := openTurning(t, t.TempDir())
	for name, change := range ownHost {
		if a := h.patch(change); a.Status != http.StatusForbidden {
			t.Errorf("%s, with the glass whole: %d %s", name, a.Status, a.Body)
		}
	}
	for _, template := range []string{"resetPasswordTemplate", "otp", "confirmEmailChangeTemplate"} {
		if a := h.Do("PATCH", "/api/collections/users", h.operator, map[string]any{template: map[string]any{"subject": "x", "body": "https://elsewhere.example/{TOKEN}", "emailTemplate": map[string]any{"subject": "x", "body": "{OTP}"}}}); a.Status != http.StatusForbidden {
			t.Errorf("the text of a mail, %s: %d %s", template, a.Status, a.Body)
		}
	}
	if a := h.patch(map[string]any{"meta": map[string]any{"appName": "Fellmoor"}}); a.Status != http.StatusOK {
		t.Errorf("the area's own name: %d %s", a.Status, a.Body)
	}
	reset := func() {
		t.Helper()
		if a := h.Do("POST", "/api/collections/users/request-password-reset", "", map[string]any{"email": demo.Practitioner.Email()}); a.Status != http.StatusNoContent {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	h.smash()
	for name, change := range ownHost {
		if a := h.patch(change); a.Status != http.StatusOK {
			t.Errorf("%s, with the glass broken: %d %s", name, a.Status, a.Body)
		}
	}
	if told := h.mails("The operator changes where Holdfast's mail goes", "The mail server moves", demo.DPO.Email()); len(told) != len(ownHost) {
		t.Errorf("the data protection officer was told %d times", len(told))
	} else if strings.Contains(told[0], "elsewhere.example") && strings.Contains(told[1], "elsewhere.example") && strings.Contains(told[2], "elsewhere.example") {
		t.Error("and by the new way each time")
	}
	reset()
	waits := func() []string { return h.mails("To: ", demo.Practitioner.Email(), "A new password has to wait") }
	eventually(t, func() bool { return len(waits()) == 1 })
	if links := h.mails("/coordinate/reset/"); len(links) != 0 {
		t.Errorf("a link was sent: %s", links)
	}
	// After a day, and of somebody whose address stays as it was, it is sent again.
	if _, err := h.App.NonconcurrentDB().NewQuery(`UPDATE outbox SET created = {:t}`).Bind(dbx.Params{"t": time.Now().UTC().Add(-accountrules.ResetsWaitFor).Format("2006-01-02 15:04:05.000Z")}).Execute(); err != nil {
		t.Fatal(err)
	}
	account, err := h.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	if until, err := accountrules.ResetsWait(h.App, account, time.Now()); err != nil || !until.IsZero() {
		t.Errorf("%v %v", until, err)
	}
	if a := h.Do("PATCH", "/api/collections/users/records/"+demo.Colleague.ID, h.operator, map[string]any{"email": "operators.own@elsewhere.example"}); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if account, err = h.App.FindRecordById("users", demo.Colleague.ID); err != nil {
		t.Fatal(err)
	}
	if until, err := accountrules.ResetsWait(h.App, account, time.Now()); err != nil || until.Before(time.Now().Add(23*time.Hour)) {
		t.Errorf("an address that an operator gave somebody gets a new password's link at once: %v %v", until, err)
	}
}

// Where nobody can be told nothing is changed; but a mail server that is gone for good is
// changed all the same, a day after the glass was first broken and nobody could be told.
func TestTheMailTurnsUntoldAfterADayOnly(t *testing.T) {
	h := openTurning(t, "")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	smtp := &h.App.Settings().SMTP
	smtp.Enabled, smtp.Host, smtp.Port = true, "127.0.0.1", closed.Addr().(*net.TCPAddr).Port
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.App.Save(h.App.Settings()); err != nil {
		t.Fatal(err)
	}
	h.smash()
	eventually(t, func() bool {
		n, err := h.App.CountRecords("outbox", dbx.NewExp("kind = 'glass' AND tries > 0 AND status = 'queued'"))
		return err == nil && n > 0
	})
	if a := h.patch(ownHost["the mail server"]); a.Status != http.StatusBadRequest || !strings.Contains(string(a.Body), "untold") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if n, err := h.App.CountRecords("outbox", dbx.NewExp("kind = 'mail_turned' AND status != 'dropped'")); err != nil || n != 0 {
		t.Errorf("%d mails tell of what was not done (%v)", n, err)
	}
	if _, err := h.App.NonconcurrentDB().NewQuery(`UPDATE outbox SET created = {:t} WHERE kind = 'glass'`).Bind(dbx.Params{"t": time.Now().UTC().Add(-accountrules.ResetsWaitFor - time.Minute).Format("2006-01-02 15:04:05.000Z")}).Execute(); err != nil {
		t.Fatal(err)
	}
	if a := h.patch(ownHost["the mail server"]); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if n, err := h.App.CountRecords("audit_log", dbx.NewExp("verb = 'not_told' AND collection = 'glass_openings'")); err != nil || n < 2 {
		t.Errorf("%d lines say that nobody was told (%v)", n, err)
	}
}

// Before anybody signs in, a house is being set up, and its mail with it.
func TestAHouseIsSetUpWithItsMail(t *testing.T) {
	h := openTurning(t, t.TempDir())
	if _, err := h.App.NonconcurrentDB().NewQuery(`UPDATE users SET active = 0`).Execute(); err != nil {
		t.Fatal(err)
	}
	for name, change := range ownHost {
		if a := h.patch(change); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// eventually waits for what is done beside the test.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never is")
		}
	}
}
