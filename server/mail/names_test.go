package mail

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/risk"
	"holdfast/server/demo"
)

// A month of Fellmoor is mailed: every digest, and a risk whose words name the child until
// nobody answers it. No mail, nor short message, nor what its row, a notice or a request
// holds, names a family, a child or an adult of theirs, a case or a reference, whoever it
// goes to.
func TestNothingThatIsSentNamesAFamily(t *testing.T) {
	o := openOffice(t)
	o.at = time.Now()
	policy := core.NewRecord(must(o.app.FindCachedCollectionByNameOrId("risk_policies")))
	policy.Load(map[string]any{"duty": []string{demo.DPO.ID}, "again_after": 15, "times": 4, "text": true, "reason": "By text too."})
	if err := o.app.Save(kernel.AsServer(policy)); err != nil {
		t.Fatal(err)
	}
	var other string
	if err := o.app.ConcurrentDB().NewQuery(`SELECT m."case" FROM case_members m JOIN cases c ON c.id = m."case" WHERE m."user" = {:u} AND m.active AND c.status = 'open' AND c.id != {:c} ORDER BY c.id LIMIT 1`).
		Bind(dbx.Params{"u": demo.Colleague.ID, "c": demo.CaseID(1)}).Row(&other); err != nil {
		t.Fatal(err)
	}
	if _, err := o.app.NonconcurrentDB().Update("cases", dbx.Params{"restricted": true}, dbx.HashExp{"id": other}).Execute(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id string
		by demo.Person
	}{{demo.CaseID(1), demo.School}, {other, demo.Colleague}} { // the second is restricted
		user := must(o.app.FindRecordById("users", c.by.ID))
		template := must(o.app.FindFirstRecordByFilter("pathway_templates", "key = 'no-access-to-child' && status = 'published'"))
		err := kernel.Within(o.app, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error {
			p := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("pathways")))
			p.Load(map[string]any{"case": c.id, "template": template.Id, "opened_at": types.NowDateTime().Add(-time.Hour), "trigger": "refused_entry"})
			if err := tx.Save(p); err != nil {
				return err
			}
			for day := range 30 { // which they said that they would do
				r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("actions")))
				r.Load(map[string]any{"case": c.id, "what": "See Jonah Marlowe alone", "owner": c.by.Name, "owner_user": c.by.ID, "due_on": time.Now().AddDate(0, 0, day).Format(time.DateOnly)})
				if err := tx.Save(r); err != nil {
					return err
				}
			}
			r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("pathway_events")))
			r.Load(map[string]any{"case": c.id, "pathway": p.Id, "kind": "immediate_risk.raised", "occurred_at": types.NowDateTime(), "data": map[string]any{"what": "Jonah Marlowe and Ivo Mowbray are alone."}})
			return tx.Save(r)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 6 {
		o.at = o.at.Add(20 * time.Minute)
		if err := risk.TellAgain(o.app, o.at); err != nil {
			t.Fatal(err)
		}
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	for range 30 {
		o.at = o.at.AddDate(0, 0, 1)
		morning := time.Date(o.at.Year(), o.at.Month(), o.at.Day(), 12, 0, 0, 0, time.UTC)
		o.at = morning
		if err := engagement.ReadPathways(o.app, morning); err != nil {
			t.Fatal(err)
		}
		if err := asked.MailWaits(o.app, morning); err != nil {
			t.Fatal(err)
		}
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	var secret []string
	for _, q := range []string{`SELECT name FROM people`, `SELECT family_name FROM cases`, `SELECT reference FROM cases`, `SELECT id FROM cases`} {
		var found []string
		if err := o.app.ConcurrentDB().NewQuery(q).Column(&found); err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f != "" {
				secret = append(secret, regexp.QuoteMeta(f))
			}
		}
	}
	named := regexp.MustCompile(`(?i)\b(` + strings.Join(secret, "|") + `|Jonah|alone)\b`)
	digests, risks := 0, 0
	for _, m := range o.sack.mails {
		if s := named.FindString(m.Subject + "\n" + m.Text + "\n" + m.HTML); s != "" {
			t.Errorf("to %s: %q in\n%s\n%s", m.To[0].Address, s, m.Subject, m.Text)
		}
		if strings.Contains(m.Text, "at most once a day") {
			digests++
		} else {
			risks++
		}
	}
	if digests < 20 || risks < 6 {
		t.Errorf("%d digests and %d of risks were sent: this would prove little", digests, risks)
	}
	ids := regexp.MustCompile(`"(case|id|record|asked_in)":"[^"]*"`) // which say nothing to who may not read them
	for _, noun := range []string{"notices", "requests", "outbox"} {
		rows := must(o.app.FindAllRecords(noun))
		for _, r := range rows {
			text := ids.ReplaceAllString(string(must(json.Marshal(r.PublicExport()))), "")
			if s := named.FindString(text); s != "" {
				t.Errorf("%s holds %q: %s", noun, s, text)
			}
		}
		if len(rows) == 0 {
			t.Errorf("no %s", noun)
		}
	}
}
