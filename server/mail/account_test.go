package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/mails"

	"holdfast/server/demo"
)

// In a demo a new password's link is not sent but written where the page shows it, to
// its reader alone.
func TestADemoKeepsPocketBasesOwnMailToo(t *testing.T) {
	o := openOffice(t)
	dir := t.TempDir()
	o.client = folder{dir, o.now}
	o.app.OnMailerSend().Bind(o.accountMail())
	u, err := o.app.FindRecordById("users", demo.Coordinator.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := mails.SendRecordPasswordReset(o.app, u); err != nil {
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
	if !strings.Contains(head, "Sensitivity: Private") || !strings.Contains(head, demo.Coordinator.Email()) || !strings.Contains(head, "Message-ID: <account-") ||
		!strings.Contains(words, "\nhttps://holdfast.fellmoor.example//_/#/auth/confirm-password-reset/") || strings.ContainsAny(words, "<{") {
		t.Errorf("%s", raw)
	}
}
