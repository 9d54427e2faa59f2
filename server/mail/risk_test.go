package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	riskrules "holdfast/hooks/risk"
	"holdfast/server/demo"
)

// by saves a record as a person does.
func (o *office) by(p demo.Person, noun string, values map[string]any) (*core.Record, error) {
	o.t.Helper()
	c, err := o.app.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		o.t.Fatal(err)
	}
	u, err := o.app.FindRecordById("users", p.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(values)
	return r, kernel.Within(o.app, kernel.Actor{User: u, Door: "rest"}, func(tx core.App) error { return tx.Save(r) })
}

// raises has the school raise a risk on the first family, and answers the event.
func (o *office) raises() *core.Record {
	o.t.Helper()
	p, err := o.app.FindFirstRecordByFilter("pathways", "case = {:c}", dbx.Params{"c": demo.CaseID(1)})
	if err != nil {
		t, err := o.app.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
		if err != nil {
			o.t.Fatal(err)
		}
		if p, err = o.by(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "template": t.Id, "opened_at": types.NowDateTime(), "trigger": "missed_contact"}); err != nil {
			o.t.Fatal(err)
		}
	}
	r, err := o.by(demo.School, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "immediate_risk.raised", "data": map[string]any{"what": "Ivy slept outside."}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.at = time.Now().Add(time.Second)
	return r
}

// namesNobody holds words to what a locked screen may show: no family, no child, no case.
func (o *office) namesNobody(words ...string) {
	o.t.Helper()
	for _, q := range []string{"SELECT family_name FROM cases", "SELECT reference FROM cases", "SELECT name FROM people", "SELECT id FROM cases"} {
		var all []string
		if err := o.app.ConcurrentDB().NewQuery(q).Column(&all); err != nil || len(all) == 0 {
			o.t.Fatal(len(all), err)
		}
		for _, secret := range append(all, "slept outside") {
			for _, w := range words {
				if strings.Contains(w, secret) {
					o.t.Errorf("%q is said in %q", secret, w)
				}
			}
		}
	}
}

// A risk is mailed at once to those who answer for the case, in words that name no family,
// whatever the application's address; and no more once somebody has answered.
func TestAnImmediateRiskIsMailedAtOnce(t *testing.T) {
	o := openOffice(t)
	risk := o.raises()
	o.app.Settings().Meta.AppURL = "http://localhost:8090"
	if err := o.app.Save(o.app.Settings()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.sack.mails) != 2 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	for _, m := range o.sack.mails {
		o.namesNobody(m.Subject, m.Text, m.HTML)
		for _, says := range []string{demo.School.Name, "Harbour School", "01632 960 100", "999"} {
			if !strings.Contains(m.Text, says) {
				t.Errorf("it does not say %q:\n%s", says, m.Text)
			}
		}
		if m.Headers["Sensitivity"] != "Private" {
			t.Error("anybody may read it")
		}
	}
	if err := riskrules.TellAgain(o.app, time.Now().Add(16*time.Minute)); err != nil {
		t.Fatal(err)
	}
	notice, err := o.app.FindFirstRecordByFilter("notices", "user = {:u} && timer ~ {:r}", dbx.Params{"u": demo.Manager.ID, "r": risk.Id})
	if err != nil {
		t.Fatal(err)
	}
	u, err := o.app.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := riskrules.Acknowledge(o.app, kernel.Actor{User: u, Door: "coordinate"}, notice.Id, false); err != nil || !done {
		t.Fatal(done, err)
	}
	o.at = time.Now().Add(time.Hour)
	if err := o.deliver(); err != nil || len(o.sack.mails) != 2 {
		t.Errorf("answered, and %d more mails, %v", len(o.sack.mails)-2, err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
