package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// A digest says how much of what waits, in words, and names no family; what is no longer
// so when it is sent is not sent.
func TestADigestNamesNoFamily(t *testing.T) {
	o := openOffice(t)
	o.at = time.Now().Add(time.Second)
	write := func(p demo.Person, noun, id string, values map[string]any) *core.Record {
		t.Helper()
		u, err := o.app.FindRecordById("users", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		var r *core.Record
		err = kernel.Within(o.app, kernel.Actor{User: u, Door: "test"}, func(tx core.App) error {
			c, err := tx.FindCachedCollectionByNameOrId(noun)
			if err != nil {
				return err
			}
			if r = core.NewRecord(c); id != "" {
				if r, err = tx.FindRecordById(noun, id); err != nil {
					return err
				}
			}
			r.Load(values)
			return tx.Save(r)
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	family := demo.CaseID(1) // FM-0001, on which the school is
	due := o.at.AddDate(0, 0, 3)
	var last *core.Record
	for range 2 {
		last = write(demo.Practitioner, "actions", "", map[string]any{"case": family, "what": "Ring Tess Marlowe", "owner": "Saskia", "owner_user": demo.School.ID, "due_on": due.Format(time.DateOnly)})
	}
	write(demo.Practitioner, "disputes", "", map[string]any{"case": family, "about": "Marlowe's threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": types.NowDateTime()})
	morning := time.Date(due.Year(), due.Month(), due.Day(), 12, 0, 0, 0, time.UTC).AddDate(0, 0, -2)
	post := func(at time.Time) {
		t.Helper()
		if err := asked.MailWaits(o.app, at); err != nil {
			t.Fatal(err)
		}
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	post(morning)
	if len(o.sack.mails) != 1 || o.sack.mails[0].To[0].Address != demo.School.Email() {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	m := o.sack.mails[0]
	for _, want := range []string{"- 2 agreed actions to do, by " + due.Format("Monday 2 January"), "- 1 disagreement to answer, by ", "\nhttps://holdfast.fellmoor.example/coordinate\n", "at most once a day"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("it does not say %q:\n%s", want, m.Text)
		}
	}
	for _, secret := range []string{"Marlowe", "Tess", "FM-0001", family, "Ring", "threshold", last.Id} {
		if strings.Contains(m.Subject+m.Text+m.HTML, secret) {
			t.Errorf("it says %q", secret)
		}
	}

	write(demo.School, "actions", last.Id, map[string]any{"due_on": due.AddDate(0, 0, 1).Format(time.DateOnly)}) // which is new
	if err := asked.MailWaits(o.app, morning.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	rows, err := o.app.FindAllRecords("requests")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows { // all of it is done meanwhile
		r.Set("standing", "answered")
		if err := o.app.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.deliver(); err != nil || len(o.sack.mails) != 1 {
		t.Errorf("%d mails, %v", len(o.sack.mails), err)
	}
}
