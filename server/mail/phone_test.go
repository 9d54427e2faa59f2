package mail

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// phone registers one for a person, by no door.
func (o *office) phone(who demo.Person, set map[string]any) string {
	o.t.Helper()
	c, err := o.app.FindCollectionByNameOrId("devices")
	if err != nil {
		o.t.Fatal(err)
	}
	d := core.NewRecord(c)
	d.Load(map[string]any{"user": who.ID, "name": "Pixel", "status": "active"})
	d.Load(set)
	if err := o.app.Save(kernel.AsServer(d)); err != nil {
		o.t.Fatal(err)
	}
	return d.Id
}

// sent are the texts that went out since the last call, by who got them.
func (o *office) sent() map[string]string {
	o.t.Helper()
	o.at = time.Now().Add(time.Minute)
	if err := o.deliver(); err != nil {
		o.t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range o.sack.mails {
		if m.Headers["Sensitivity"] != "Private" {
			o.t.Errorf("%q is for everybody to read", m.Subject)
		}
		got[m.To[0].Address] += m.Subject + "\n" + m.Text
	}
	o.sack.mails = nil
	return got
}

// A phone's owner and who answers for them read of it in plain words; whoever has no
// manager has their agency's lead.
func TestANewPhoneIsToldInPlainWords(t *testing.T) {
	o := openOffice(t)
	id := o.phone(demo.Practitioner, nil)
	got := o.sent()
	for to, words := range map[string][]string{
		demo.Practitioner.Email(): {"A phone was registered in your name", "Pixel", "It does not prove itself", "Change your password at once"},
		demo.Manager.Email():      {"One of your people registered a phone", demo.Practitioner.Name, "Pixel", "It does not prove itself"},
	} {
		for _, w := range words {
			if !strings.Contains(got[to], w) {
				t.Errorf("%s does not read %q:\n%s", to, w, got[to])
			}
		}
	}
	if len(got) != 2 {
		t.Errorf("told: %v", got)
	}
	for range 2 { // what is seen again is no news
		if err := kernel.Within(o.app, kernel.Actor{Door: "sync"}, func(tx core.App) error { return account.CopiedPhone(tx, id) }); err != nil {
			t.Fatal(err)
		}
	}
	got = o.sent()
	if !strings.Contains(got[demo.Practitioner.Email()], "a copy of it was seen") || !strings.Contains(got[demo.Manager.Email()], demo.Practitioner.Name) || len(got) != 2 {
		t.Errorf("of a copy: %v", got)
	}
	lead := demo.Colleague // of the agency
	u, err := o.app.FindRecordById("users", lead.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("roles", []string{"practitioner", "agency_lead"})
	p, err := o.app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	p.Set("manager", "")
	for _, r := range []*core.Record{u, p} {
		if err := o.app.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
	}
	evil := "Pixel\r\nBcc: all@evil.example\r\n\r\n<b>"
	o.phone(demo.Practitioner, map[string]any{"name": evil, "proves": true, "public_key": "{}"})
	got = o.sent()
	if strings.Contains(got[lead.Email()], "prove itself") || !strings.Contains(got[lead.Email()], "Pixel Bcc: all@evil.example <b>") || got[demo.Manager.Email()] != "" {
		t.Errorf("without a manager: %v", got)
	}
}
