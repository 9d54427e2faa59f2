package coordinate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestWhoReachesWhat asks every page and action as every role and compares what
// they are answered with the table in testdata, which a person reviews.
func TestWhoReachesWhat(t *testing.T) {
	d := phones(t)
	d.letterbox()
	visitors := []struct {
		name  string
		as    demo.Person
		roles []string
	}{
		{"coordinator", demo.Coordinator, []string{"coordinator"}},
		{"agency_lead", demo.Practitioner, []string{"agency_lead"}},
		{"manager", demo.Manager, []string{"practitioner", "manager"}},
		{"practitioner", demo.Outsider, []string{"practitioner"}},
		{"champion", demo.Bronagh, []string{"practitioner", "champion"}},
		{"analyst", demo.DPO, []string{"analyst"}},
		{"dpo", demo.DPO, []string{"dpo"}},
		{"no role", demo.DPO, nil},
		{"nobody", demo.Person{}, nil},
	}
	own := d.offer(demo.Colleague, nil)                            // of the lead's agency, managed by the manager
	other := d.offer(demo.School, nil)                             // of another agency, managed by nobody here
	d.raise(d.as(demo.Coordinator), d.offer(demo.Bronagh, nil).Id) // of a third agency
	d.gather()
	phone, others := d.handset(demo.Colleague).Device, d.handset(demo.School).Device
	conflict := d.disagree("The school's words.", "The practitioner's words.") // on a case of the lead, the manager and the school
	refused := d.push(demo.Practitioner, "create", "notes", "doorsnote000001", 0, map[string]any{"case": demo.CaseID(1), "body": "Words.", "source": "telepathy"}).Refusal
	for _, r := range []*core.Record{own, other} {
		d.listed(r) // both in the directory, for its page to show
	}
	asked := []struct{ say, method, path string }{
		{"what needs me today", "GET", "/coordinate"},
		{"registrations", "GET", "/coordinate/registrations?status=all"},
		{"registrations as CSV", "GET", "/coordinate/registrations.csv?status=all"},
		{"a registration of one's own", "GET", "/coordinate/registrations/" + own.Id},
		{"a registration of others", "GET", "/coordinate/registrations/" + other.Id},
		{"a registration there is not", "GET", "/coordinate/registrations/none00000000000"},
		{"ask one's own people's manager", "POST", "/coordinate/registrations/" + own.Id + "/ask_manager"},
		{"decline one's own people's", "POST", "/coordinate/registrations/" + own.Id + "/decline"},
		{"withdraw one's own people's", "POST", "/coordinate/registrations/" + own.Id + "/withdraw"},
		{"ask others' manager", "POST", "/coordinate/registrations/" + other.Id + "/ask_manager"},
		{"champions", "GET", "/coordinate/champions"},
		{"coverage", "GET", "/coordinate/coverage"},
		{"coverage as CSV", "GET", "/coordinate/coverage.csv"},
		{"approvals", "GET", "/coordinate/approvals"},
		{"approve what does not wait", "POST", "/coordinate/approvals/none00000000000/approve"},
		{"a letter that does not wait", "GET", "/coordinate/approvals/none00000000000"},
		{"immediate risks", "GET", "/coordinate/risks"},
		{"read a risk that is another's", "POST", "/coordinate/risks/none00000000000"},
		{"conflicts", "GET", "/coordinate/conflicts"},
		{"settle a conflict by nothing", "POST", "/coordinate/conflicts/" + conflict},
		{"settle what there is not", "POST", "/coordinate/conflicts/none00000000000"},
		{"refused work", "GET", "/coordinate/refusals"},
		{"send one's people's work again", "POST", "/coordinate/refusals/" + refused + "/resend"},
		{"who did what", "GET", "/coordinate/audit"},
		{"who did what as CSV", "GET", "/coordinate/audit.csv"},
		{"emergency access", "GET", "/coordinate/emergency-access"},
		{"disposals", "GET", "/coordinate/disposals"},
		{"decide a disposal there is not", "POST", "/coordinate/disposals/none00000000000/approve"},
		{"legal holds", "GET", "/coordinate/holds"},
		{"lift a hold there is not", "POST", "/coordinate/holds/none00000000000/lift"},
		{"phones", "GET", "/coordinate/devices"},
		{"phones as CSV", "GET", "/coordinate/devices.csv"},
		{"people as CSV", "GET", "/coordinate/people.csv"},
		{"a phone of one's people", "GET", "/coordinate/devices/" + phone},
		{"a phone of others", "GET", "/coordinate/devices/" + others},
		{"ask to wipe one's people's", "GET", "/coordinate/devices/" + phone + "/wipe"},
		{"wipe one's people's phone", "POST", "/coordinate/devices/" + phone + "/wipe"},
		{"wipe a phone of others", "POST", "/coordinate/devices/" + others + "/wipe"},
		{"people of one's agency", "GET", "/coordinate/people"},
		{"an account of one's agency", "GET", "/coordinate/people/" + demo.Colleague.ID},
		{"an account of another agency", "GET", "/coordinate/people/" + demo.School.ID},
		{"change one of one's agency", "POST", "/coordinate/people/" + demo.Colleague.ID},
		{"change one of another agency", "POST", "/coordinate/people/" + demo.School.ID},
		{"the form of an invitation", "GET", "/coordinate/people/new"},
		{"invite by nothing", "POST", "/coordinate/people/new"},
		{"send again what was not sent", "POST", "/coordinate/people/" + demo.Colleague.ID + "/invitation"},
		{"send another agency's again", "POST", "/coordinate/people/" + demo.School.ID + "/invitation"},
		{"withdraw what was not sent", "POST", "/coordinate/people/" + demo.Colleague.ID + "/withdraw"},
		{"one's agency", "GET", "/coordinate/agency"},
		{"change one's agency", "POST", "/coordinate/agency"},
		{"choose its crest by nothing", "POST", "/coordinate/agency/crest"},
		{"a crest there is not", "GET", "/coordinate/agency/crest/none"},
		{"coverage of a past day", "GET", "/coordinate/coverage?date=2026-05-01&by=sector"},
		{"events", "GET", "/coordinate/events"},
		{"events as CSV", "GET", "/coordinate/events.csv"},
		{"the form of a new event", "GET", "/coordinate/events/new"},
		{"make an event", "POST", "/coordinate/events"},
		{"an event with attendance", "GET", "/coordinate/events/" + demo.ID("event", 1)},
		{"the form of an event", "GET", "/coordinate/events/" + demo.ID("event", 1) + "/change"},
		{"change an event", "POST", "/coordinate/events/" + demo.ID("event", 1)},
		{"record attendance", "POST", "/coordinate/events/" + demo.ID("event", 1) + "/attendance"},
		{"attendance as CSV", "GET", "/coordinate/events/" + demo.ID("event", 1) + "/attendance.csv"},
		{"an event there is not", "GET", "/coordinate/events/none00000000000"},
		{"good practice", "GET", "/coordinate/good-practice"},
		{"an item to read", "GET", "/coordinate/good-practice/" + demo.ID("practice", 1)},
		{"a shared item", "GET", "/coordinate/good-practice/" + demo.ID("practice", 2)},
		{"a draft", "GET", "/coordinate/good-practice/" + demo.ID("practice", 3)},
		{"share an item", "POST", "/coordinate/good-practice/" + demo.ID("practice", 1) + "/share"},
		{"champions as CSV", "GET", "/coordinate/champions.csv"},
		{"good practice as CSV", "GET", "/coordinate/good-practice.csv"},
		{"what was passed on", "GET", "/coordinate/cascade"},
		{"what was passed on as CSV", "GET", "/coordinate/cascade.csv"},
		{"the form of what was passed on", "GET", "/coordinate/cascade/new"},
		{"record what was passed on", "POST", "/coordinate/cascade"},
		{"an entry of one's own people", "GET", "/coordinate/cascade/" + demo.ID("cascade", 1)},
		{"the form of an entry of others", "GET", "/coordinate/cascade/" + demo.ID("cascade", 1) + "/change"},
		{"correct an entry of others", "POST", "/coordinate/cascade/" + demo.ID("cascade", 1)},
		{"surgery sessions", "GET", "/coordinate/surgeries"},
		{"surgery sessions as CSV", "GET", "/coordinate/surgeries.csv"},
		{"the form of a surgery session", "GET", "/coordinate/surgeries/new"},
		{"record a surgery session", "POST", "/coordinate/surgeries"},
		{"a session of one's own people", "GET", "/coordinate/surgeries/" + demo.ID("surgery", 1)},
		{"the form of a session of others", "GET", "/coordinate/surgeries/" + demo.ID("surgery", 1) + "/change"},
		{"correct a session of others", "POST", "/coordinate/surgeries/" + demo.ID("surgery", 1)},
		{"how the scheme runs", "GET", "/coordinate/scheme"},
		{"the form of how it runs", "GET", "/coordinate/scheme/change"},
		{"decide how it runs", "POST", "/coordinate/scheme"},
		{"targets set by hand", "GET", "/coordinate/scheme/targets"},
		{"the form of a target", "GET", "/coordinate/scheme/targets/new"},
		{"set a target", "POST", "/coordinate/scheme/targets"},
		{"a demo's mail", "GET", "/coordinate/mail"},
		{"one's own account", "GET", "/coordinate/account"},
		{"a code for one's own account", "POST", "/coordinate/account/code/ask"},
		{"turn the code on by nothing", "POST", "/coordinate/account/code"},
		{"turn the code off by nothing", "POST", "/coordinate/account/code/off"},
		{"one's own second factor", "GET", "/coordinate/account/factors"},
		{"the form to add an app", "GET", "/coordinate/account/factors/totp"},
		{"add an app by nothing", "POST", "/coordinate/account/factors/totp"},
		{"confirm an app by nothing", "POST", "/coordinate/account/factors/totp/confirm"},
		{"end one's sign-ins by nothing", "POST", "/coordinate/account/sign-ins"},
		{"end sign-ins of one's agency", "POST", "/coordinate/people/" + demo.Colleague.ID + "/sign-ins"},
		{"end sign-ins of another agency", "POST", "/coordinate/people/" + demo.School.ID + "/sign-ins"},
		{"ask to reset a second factor", "GET", "/coordinate/people/" + demo.Colleague.ID + "/second-factor"},
		{"reset one of one's agency", "POST", "/coordinate/people/" + demo.Colleague.ID + "/second-factor"},
		{"reset one of another agency", "POST", "/coordinate/people/" + demo.School.ID + "/second-factor"},
		{"staying signed in", "GET", "/coordinate/awake"},
		{"a page there is not", "GET", "/coordinate/none"},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Generated by go test ./server/coordinate -run TestWhoReachesWhat -update; review every change.\n")
	fmt.Fprintf(&b, "own: the visitor sees the registration of their agency or of a person they manage; all: also those of others.\n")
	fmt.Fprintf(&b, "409: the action is the visitor's; this form was out of date, so that nothing changed.\n\n%-34s", "")
	for _, v := range visitors {
		fmt.Fprintf(&b, "%-14s", v.name)
	}
	for _, q := range asked {
		fmt.Fprintf(&b, "\n%-34s", q.say)
		for _, v := range visitors {
			browser := d.browser()
			if v.as.ID != "" {
				d.give(v.as, map[string]any{"roles": v.roles})
				browser = d.as(v.as)
			}
			var a answer
			if q.method == "GET" {
				a = browser.get(q.path)
			} else {
				form := browser.get("/coordinate").fields()
				form.Set("reason", "A reason.")
				form.Set("rev", "0")
				a = browser.post(q.path, form)
			}
			said := fmt.Sprint(a.status)
			if a.status == 200 {
				said += sightOf(a)
			} else if strings.Contains(strings.ReplaceAll(a.text(), demo.Colleague.Name+"'s phone", ""), demo.Colleague.Name) || strings.Contains(a.text(), demo.School.Name) {
				t.Errorf("%s as %s: answered %d, and names somebody", q.say, v.name, a.status)
			}
			fmt.Fprintf(&b, "%-14s", said)
		}
	}
	got := trimLines(b.String()) + "\n"
	file := filepath.Join("testdata", "doors.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Fatalf("the table has changed (%v); if it should, run with -update and review it:\n%s", err, got)
	}
	for _, r := range []string{own.Id, other.Id} {
		if s := d.stored(r).GetString("status"); s != "submitted" {
			t.Errorf("a form out of date left %s %s", r, s)
		}
	}
}

// sightOf says whose registrations or agencies a page names.
func sightOf(a answer) string {
	text := a.text()
	others := strings.Contains(text, demo.School.Name) || strings.Contains(text, "Harbour School")
	own := strings.Contains(text, demo.Colleague.Name) || strings.Contains(text, "Fellmoor Early Help")
	switch {
	case own && others, others:
		return " all"
	case own:
		return " own"
	}
	return ""
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
