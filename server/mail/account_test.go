package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// In a demo the operator's own mail is not sent but written where the page shows it, to
// its reader alone.
func TestADemoKeepsPocketBasesOwnMailToo(t *testing.T) {
	o := openOffice(t)
	dir := t.TempDir()
	o.client = folder{dir, o.now}
	o.app.OnMailerSend().Bind(o.accountMail())
	supers, err := o.app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	operator := core.NewRecord(supers)
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("thimble-orchard-9")
	if err := o.app.Save(operator); err != nil {
		t.Fatal(err)
	}
	if err := mails.SendRecordPasswordReset(o.app, operator); err != nil {
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
	head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	words, _, _ := strings.Cut(body, "Content-Type: text/html")
	words = strings.ReplaceAll(words, "=\r\n", "")
	if !strings.Contains(head, "Sensitivity: Private") || !strings.Contains(head, operator.Email()) || !strings.Contains(head, "Message-ID: <account-") ||
		!strings.Contains(words, "\nhttps://holdfast.fellmoor.example//_/#/auth/confirm-password-reset/") || strings.ContainsAny(words, "<{") {
		t.Errorf("%s", raw)
	}
}

// A worker's new password is chosen on a page of ours, whoever asked for the mail by
// which door; no link of theirs leads to the operator's dashboard.
func TestAWorkersNewPasswordIsChosenOnOurPage(t *testing.T) {
	o := openOffice(t)
	o.app.OnMailerRecordPasswordResetSend("users").Bind(o.resetMail())
	u, err := o.app.FindRecordById("users", demo.Coordinator.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := mails.SendRecordPasswordReset(o.app, u); err != nil {
		t.Fatal(err)
	}
	if len(o.sack.mails) != 1 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	m := o.sack.mails[0]
	const page = "https://holdfast.fellmoor.example/coordinate/reset/"
	if m.To[0].Address != demo.Coordinator.Email() || !strings.Contains(m.Text, "\n"+page) || !strings.Contains(m.HTML, `<a href="`+page) ||
		strings.Contains(m.Text+m.HTML, "/_/") || m.Headers["Sensitivity"] != "Private" || !strings.Contains(m.Text, "Dear "+demo.Coordinator.Name) {
		t.Fatalf("%+v", m)
	}
	if template := u.Collection().ResetPasswordTemplate.Body; !strings.Contains(template, "{APP_URL}/coordinate/reset/{TOKEN}") || strings.Contains(template, "/_/") {
		t.Errorf("the operator's own template: %s", template)
	}
}

// An invitation's link is made when it is mailed. One that was withdrawn, used or sent
// again meanwhile does not go out.
func TestAnInvitationIsMailedWithItsLink(t *testing.T) {
	o := openOffice(t)
	u, err := o.app.FindRecordById("users", demo.Colleague.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("active", false)
	if err := o.app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	invite := func(at time.Time) {
		t.Helper()
		if err := kernel.Within(o.app, kernel.Actor{Door: "server"}, func(tx core.App) error { return account.Invite(tx, u, at) }); err != nil {
			t.Fatal(err)
		}
	}
	invite(o.at)
	invite(o.at.Add(time.Second))
	o.at = time.Now().Add(time.Minute)
	if err := o.deliver(); err != nil {
		t.Fatal(err)
	}
	if len(o.sack.mails) != 1 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	token, err := account.InvitationToken(o.app, u)
	if err != nil {
		t.Fatal(err)
	}
	m := o.sack.mails[0]
	if !strings.Contains(m.Text, "\nhttps://holdfast.fellmoor.example/coordinate/invitation/"+token+"\n") || !strings.Contains(m.Text, "Fellmoor Early Help") ||
		m.Headers["Sensitivity"] != "Private" || m.To[0].Address != u.Email() {
		t.Fatalf("%+v", m)
	}
	if n, err := o.app.CountRecords("outbox", dbx.HashExp{"status": "dropped"}); err != nil || n != 1 {
		t.Errorf("%d dropped, %v", n, err)
	}
}

// Whose address was changed reads to what and when, at the one that was theirs.
func TestTheMailAboutAChangedAddress(t *testing.T) {
	o := openOffice(t)
	o.at = time.Now().Add(time.Second)
	u, err := o.app.FindRecordById("users", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.SetEmail("elsewhere@fellmoor.example")
	if err := o.app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	if err := o.deliver(); err != nil || len(o.sack.mails) != 1 {
		t.Fatalf("%d mails, %v", len(o.sack.mails), err)
	}
	m := o.sack.mails[0]
	if m.To[0].Address != demo.School.Email() || !strings.Contains(m.Text, "was changed to elsewhere@fellmoor.example.") || !strings.Contains(m.Text, "somebody may be taking your account") {
		t.Errorf("to %v: %s", m.To, m.Text)
	}
	_, text, err := written("address_changed_of", letter{To: "Ruth", Applicant: "Nia Holt", Address: "x@y.example", When: "1 May 2026, 09:00"})
	if err != nil || !strings.Contains(text, "On 1 May 2026, 09:00 the operator changed the email address with which Nia Holt signs in to Holdfast to x@y.example.") {
		t.Errorf("%s %v", text, err)
	}
}
