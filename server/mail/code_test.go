package mail

import (
	"errors"
	"io"
	stdmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"

	"holdfast/server/demo"
)

// codeTo has PocketBase mail a code to the coordinator, as it does for its own sign-in.
func (o *office) codeTo() error {
	o.t.Helper()
	o.app.OnMailerRecordOTPSend("users").Bind(o.codeMail())
	u, err := o.app.FindRecordById("users", demo.Coordinator.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	otp := core.NewOTP(o.app)
	otp.SetCollectionRef(u.Collection().Id)
	otp.SetRecordRef(u.Id)
	otp.SetPassword("20461357")
	if err := o.app.Save(otp); err != nil {
		o.t.Fatal(err)
	}
	return mails.SendRecordOTP(o.app, u, otp.Id, "20461357")
}

func TestACodeIsMailedInOurWordsPastTheOutbox(t *testing.T) {
	o := openOffice(t)
	if err := o.codeTo(); err != nil {
		t.Fatal(err)
	}
	if len(o.sack.mails) != 1 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	m := o.sack.mails[0]
	if m.To[0].Address != demo.Coordinator.Email() || !strings.Contains(m.Text, "\n20461357\n") || !strings.Contains(m.HTML, "20461357") ||
		strings.Contains(m.Subject, "20461357") || m.Headers["Sensitivity"] != "Private" || strings.Contains(m.Text+m.HTML, "http") {
		t.Fatalf("%+v", m)
	}
	if n, err := o.app.CountRecords("outbox"); err != nil || n != 0 {
		t.Errorf("%d rows in the outbox, %v", n, err)
	}
	var kept int
	if err := o.app.ConcurrentDB().NewQuery(`SELECT count(*) FROM _otps WHERE password LIKE '%20461357%'`).Row(&kept); err != nil || kept != 0 {
		t.Errorf("the code is in the store: %d, %v", kept, err)
	}
}

func TestACodeThatCannotBeMailedIsAnError(t *testing.T) {
	o := openOffice(t)
	o.sack.err = errors.New("451 try later")
	if err := o.codeTo(); err == nil {
		t.Fatal("it is said to have gone out")
	}
}

// A demo writes it to the folder, marked as its reader's own; a hostile name is text.
func TestADemosCodeLiesInItsFolder(t *testing.T) {
	o := openOffice(t)
	if _, err := o.app.NonconcurrentDB().Update("users", dbx.Params{"name": "Cora\r\nBcc: all@evil.example\r\n\r\n<b>"}, dbx.HashExp{"id": demo.Coordinator.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o.client = folder{dir, o.now}
	if err := o.codeTo(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := stdmail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil || m.Header.Get("Sensitivity") != "Private" || m.Header.Get("Bcc") != "" || len(m.Header) != 8 {
		t.Fatalf("%v %v", m.Header, err)
	}
	body, _ := io.ReadAll(m.Body)
	if !strings.Contains(string(body), "20461357") || strings.Contains(string(body), "<b>") && !strings.Contains(string(body), "Dear Cora Bcc: all@evil.example <b>") {
		t.Fatalf("%s", body)
	}
}
