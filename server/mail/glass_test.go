package mail

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// That an operator opened the families' files is told at once, to the person they named
// and to every data protection officer, in the operator's own words as text.
func TestWhoIsToldOfABrokenGlassIsToldAtOnce(t *testing.T) {
	app := demotest.App(t)
	if _, err := app.NonconcurrentDB().Delete("outbox", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	colleague, err := app.FindRecordById("users", demo.Colleague.ID)
	if err != nil {
		t.Fatal(err)
	}
	colleague.Set("roles", []string{"practitioner", "safeguarding_lead"})
	if err := app.Save(kernel.AsServer(colleague)); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	demotest.Serve(t, app, Room{Folder: folder}.Open)

	breakGlass(t, app, demo.Colleague)
	var mails []string
	for end := time.Now().Add(50 * time.Second); len(mails) < 2 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if mails, err = filepath.Glob(filepath.Join(folder, "*.eml")); err != nil {
			t.Fatal(err)
		}
	}
	all := ""
	for _, m := range mails {
		raw, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		all += string(raw)
	}
	for _, says := range []string{demo.Colleague.Email(), demo.DPO.Email(), "A court asks for the file by noon.", "operator@fellmoor.example", "They named " + demo.Colleague.Name} {
		if !strings.Contains(all, says) {
			t.Errorf("%d mails do not say %q:\n%s", len(mails), says, all)
		}
	}
	if len(mails) != 2 {
		t.Errorf("%d mails", len(mails))
	}
}

func breakGlass(t *testing.T, app core.App, told demo.Person) (opening string) {
	t.Helper()
	operators, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	operator := core.NewRecord(operators)
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := app.Save(operator); err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(app, kernel.Actor{User: operator, Door: "dashboard"}, func(tx core.App) error {
		r, err := glass.BreakGlass(tx, operator, "A court asks for the file\nby noon. <b>Now.</b>", told.Email())
		if err == nil {
			opening = r.Id
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return opening
}

// The glass breaks where no mail leaves: that nobody could be told is on record once, the
// mail is tried every minute for as long as it takes, and is told when it can be, before
// all other mail and without the application's address.
func TestWhoCouldNotBeToldOfABrokenGlassIsToldAsSoonAsMailLeaves(t *testing.T) {
	o := openOffice(t)
	o.at = time.Now().Add(time.Second)
	opening := breakGlass(t, o.app, demo.DPO)
	put(t, o.app, "factor_added")
	o.app.Settings().Meta.AppURL = "http://localhost:8090"
	if err := o.app.Save(o.app.Settings()); err != nil {
		t.Fatal(err)
	}
	onRecord := func(verb string) (n int64) {
		t.Helper()
		n, err := o.app.CountRecords("audit_log", dbx.HashExp{"verb": verb, "collection": "glass_openings", "record": opening})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	heard := func() [2]int {
		t.Helper()
		told, waiting, err := glass.GlassHeard(o.app, opening)
		if err != nil {
			t.Fatal(err)
		}
		return [2]int{told, waiting}
	}
	o.sack.err = errors.New("no route to the mail server")
	for range 30 { // longer than other mail is tried
		if err := o.deliver(); !errors.Is(err, errNowhere) {
			t.Fatal(err)
		}
		o.at = o.at.Add(time.Minute)
	}
	if n := len(o.sack.mails); n != 30 || heard() != [2]int{0, 1} || onRecord("not_told") != 1 || onRecord("told") != 0 {
		t.Errorf("tried %d times, %v heard, %d and %d lines on record", n, heard(), onRecord("not_told"), onRecord("told"))
	}
	// the server stops while it sends
	if _, err := o.app.NonconcurrentDB().NewQuery(`UPDATE outbox SET status = 'sending', claimed_at = {:t} WHERE kind = 'glass'`).Bind(dbx.Params{"t": stamp(o.at).String()}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := o.unsure(o.at); err != nil {
		t.Fatal(err)
	}
	o.sack.err = nil
	for range 2 {
		if err := o.deliver(); !errors.Is(err, errNowhere) {
			t.Fatal(err)
		}
		o.at = o.at.Add(time.Minute)
	}
	if n := len(o.sack.mails); n != 31 || heard() != [2]int{1, 0} || onRecord("told") != 1 {
		t.Errorf("sent %d times, %v heard, %d lines on record", n, heard(), onRecord("told"))
	}
}

// put lays a mail of another kind into the outbox.
func put(t *testing.T, app core.App, kind string) {
	t.Helper()
	err := app.RunInTransaction(func(tx core.App) error {
		return tell.Post(tx, tell.Mail{Reason: kind + "/x", Kind: kind, Collection: "users", Record: demo.School.ID, To: demo.School.Email()})
	})
	if err != nil {
		t.Fatal(err)
	}
}
