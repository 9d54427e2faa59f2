package coordinate

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/feed"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/devices"
	"holdfast/server/sync"
)

// phones is Fellmoor with this room and the rooms that phones need.
func phones(t *testing.T) *desk { return openDesk(t, devices.Open, sync.Open) }

var mutations int

// push sends one edit as a person's phone does.
func (d *desk) push(p demo.Person, op, collection, record string, base int64, set map[string]any) contract.Result {
	d.t.Helper()
	mutations++
	m := contract.Mutation{ID: fmt.Sprintf("01kaaaaaaaaaaaaaaaaaaa%04d", mutations), Collection: collection, Record: record, Op: op, Base: base,
		Set: map[string]json.RawMessage{}, RecordedAt: "2026-11-20T10:00:00.000Z"}
	for k, v := range set {
		raw, err := json.Marshal(v)
		if err != nil {
			d.t.Fatal(err)
		}
		m.Set[k] = raw
	}
	a := d.Do("POST", "/api/sync/push", d.phone(p), contract.PushRequest{Mutations: []contract.Mutation{m}})
	if a.Status != 200 {
		d.t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	var answer contract.PushAnswer
	a.JSON(d.t, &answer)
	return answer.Results[0]
}

// phone registers a phone and answers its token.
func (d *desk) phone(p demo.Person) string {
	d.t.Helper()
	a := d.Do("POST", "/api/sync/devices", d.SignIn(p), contract.DeviceRequest{Name: p.Name + "'s phone", Platform: "android", AppVersion: "1.4.2"})
	if a.Status != 200 {
		d.t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	var answer contract.DeviceAnswer
	a.JSON(d.t, &answer)
	return answer.AccessToken
}

// disagree has the school and the practitioner write one field of the first case.
func (d *desk) disagree(theirs, ours string) string {
	d.t.Helper()
	base, err := feed.Rev(d.App.ConcurrentDB(), "cases", demo.CaseID(1))
	if err != nil {
		d.t.Fatal(err)
	}
	if r := d.push(demo.School, "update", "cases", demo.CaseID(1), base, map[string]any{"summary": theirs}); r.Verdict != contract.Applied {
		d.t.Fatalf("%+v", r)
	}
	r := d.push(demo.Practitioner, "update", "cases", demo.CaseID(1), base, map[string]any{"summary": ours})
	if r.Verdict != contract.Conflict {
		d.t.Fatalf("%+v", r)
	}
	return r.Conflict
}

func (d *desk) field(collection, id, name string) string {
	d.t.Helper()
	r, err := d.App.FindRecordById(collection, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.GetString(name)
}

// with is a form's hidden fields and what somebody typed into it.
func (a answer) with(pairs ...string) url.Values {
	form := a.fields()
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestWhoeverIsOnTheCaseSettlesAConflict(t *testing.T) {
	for choice, want := range map[string]string{"ours": "The practitioner's words.", "theirs": "The school's words.", "other": "Both, in one sentence."} {
		t.Run(choice, func(t *testing.T) {
			d := phones(t)
			id := d.disagree("The school's words.", "The practitioner's words.")
			b := d.as(demo.Manager)
			wants(t, b.get("/coordinate"), 200, "Conflicts to settle", "1 to settle")
			shown := b.get("/coordinate/conflicts")
			wants(t, shown, 200, "The school's words.", "The practitioner's words.", demo.School.Name, demo.Practitioner.Name, "Harbour School", "Friday 20 November 2026, 10am")

			for _, other := range []demo.Person{demo.Outsider, demo.Coordinator, demo.DPO} {
				o := d.as(other)
				seen := o.get("/coordinate/conflicts")
				wants(t, seen, 200, "Nothing is waiting for you.")
				lacks(t, seen, "words.", demo.School.Name, id)
				lacks(t, o.get("/coordinate"), "1 to settle")
				wants(t, o.post("/coordinate/conflicts/"+id, o.get("/coordinate").with("choice", "ours")), 404, "nothing here for you to settle")
			}
			if s := d.field("sync_conflicts", id, "status"); s != "open" {
				t.Fatalf("somebody without the right settled it: %s", s)
			}

			form := shown.with("choice", choice)
			if choice == "other" {
				form.Set("f-summary", want)
			}
			if a := b.post("/coordinate/conflicts/"+id, form); a.status != 303 {
				t.Fatalf("settling answered %d\n%s", a.status, a.body)
			}
			if got := d.field("cases", demo.CaseID(1), "summary"); got != want {
				t.Errorf("the case says %q", got)
			}
			if by := d.field("sync_conflicts", id, "settled_by"); by != demo.Manager.ID {
				t.Errorf("settled by %s", by)
			}
			wants(t, b.get("/coordinate/conflicts?done=1"), 200, "It is settled.", "Nothing is waiting for you.")
			if a := b.post("/coordinate/conflicts/"+id, form); a.status != 303 { // the same once more: its answer was lost
				t.Errorf("sent twice it answered %d\n%s", a.status, a.body)
			}
			form.Set("decision", "")
			wants(t, b.post("/coordinate/conflicts/"+id, form), 409, "This was settled before you", demo.Manager.Name)
		})
	}
}

func TestAChoiceThatIsNoneChangesNothing(t *testing.T) {
	d := phones(t)
	id := d.disagree("The school's words.", "The practitioner's words.")
	b := d.as(demo.School)
	page := b.get("/coordinate/conflicts")
	for _, form := range []url.Values{page.with(), page.with("choice", "both"), page.with("choice", "other", "f-status", "closed"), page.with("choice", "other", "f-summary", strings.Repeat("x", 20_001))} {
		if a := b.post("/coordinate/conflicts/"+id, form); a.status != 400 && a.status != 422 {
			t.Fatalf("%v answered %d\n%s", form, a.status, a.body)
		}
	}
	if s := d.field("cases", demo.CaseID(1), "summary"); s != "The school's words." {
		t.Fatal(s)
	}
	if s := d.field("sync_conflicts", id, "status"); s != "open" {
		t.Fatal(s)
	}
}

func TestAnAuthorCorrectsWhatWasRefused(t *testing.T) {
	d := phones(t)
	r := d.push(demo.Practitioner, "create", "notes", "correctednote01", 0, map[string]any{"case": demo.CaseID(1), "body": "Seen at the window.", "source": "telepathy", "shared": true})
	if r.Verdict != contract.Refused {
		t.Fatalf("%+v", r)
	}
	path := "/coordinate/refusals/" + r.Refusal
	b := d.as(demo.Practitioner)
	wants(t, b.get("/coordinate"), 200, "Work that could not be saved", "1 to put right")
	page := b.get("/coordinate/refusals")
	wants(t, page, 200, "Seen at the window.", "telepathy", "Withdraw it")
	lacks(t, page, demo.CaseID(1))
	for _, p := range []demo.Person{demo.School, demo.Colleague, demo.Coordinator} {
		o := d.as(p)
		lacks(t, o.get("/coordinate/refusals"), "Seen at the window.", r.Refusal)
		wants(t, o.post(path+"/resend", o.get("/coordinate").with("f-source", "seen_by_worker")), 404)
		wants(t, o.post(path+"/withdraw", o.get("/coordinate").with()), 404)
	}
	wants(t, b.post(path+"/resend", page.with("f-source", "guesswork")), 422, "There is a problem", "Seen at the window.")
	if a := b.post(path+"/resend", page.with("f-source", "seen_by_worker", "f-body", "Seen at the window.", "f-shared", "Yes")); a.status != 303 {
		t.Fatalf("corrected: %d\n%s", a.status, a.body)
	}
	if got := d.field("notes", "correctednote01", "source"); got != "seen_by_worker" {
		t.Error(got)
	}
	wants(t, b.post(path+"/resend", page.with("f-source", "seen_by_worker")), 404)
}

// What an app sent wrongly cannot be sent again: what was said in it is shown, in words, to
// its author and their manager, and nothing to press that would not work.
func TestWhatAnAppSentWronglyIsShownInWords(t *testing.T) {
	d := phones(t)
	d.push(demo.Practitioner, "create", "notes", "UPPERCASENOTE01", 0, map[string]any{"case": demo.CaseID(1), "body": "Seen at the <b>window</b>.", "source": "document"})
	d.push(demo.Practitioner, "alter", "moods", "othernote000001", 0, map[string]any{"words": "Something was said."})
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		page := d.as(who).get("/coordinate/refusals")
		wants(t, page, 200, "A new note", "Seen at the <b>window</b>.", "A new piece of work", "Something was said.", "Record it anew", "in the form of an edit")
		lacks(t, page, "/resend", `{"`)
	}
	own := d.as(demo.Practitioner)
	r := d.push(demo.Practitioner, "create", "notes", "UPPERCASENOTE02", 0, map[string]any{"case": demo.CaseID(1)})
	if a := own.post("/coordinate/refusals/"+r.Refusal+"/withdraw", own.get("/coordinate/refusals").with()); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
}

func TestAManagerSendsAgainButOnlyTheAuthorWithdraws(t *testing.T) {
	d := phones(t)
	bad := map[string]any{"case": demo.CaseID(1), "body": "Seen at the window.", "source": "telepathy"}
	r := d.push(demo.Practitioner, "create", "notes", "correctednote02", 0, bad)
	b := d.as(demo.Manager)
	page := b.get("/coordinate/refusals")
	wants(t, page, 200, demo.Practitioner.Name, "Only its author can withdraw it")
	wants(t, b.post("/coordinate/refusals/"+r.Refusal+"/withdraw", page.with()), 422, "Only its author withdraws it")
	if s := d.field("sync_refusals", r.Refusal, "status"); s != "open" {
		t.Fatal(s)
	}
	own := d.as(demo.Practitioner)
	if a := own.post("/coordinate/refusals/"+r.Refusal+"/withdraw", own.get("/coordinate/refusals").with()); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if s := d.field("sync_refusals", r.Refusal, "status"); s != "withdrawn" {
		t.Error(s)
	}

	r = d.push(demo.Practitioner, "create", "notes", "correctednote03", 0, bad)
	if a := b.post("/coordinate/refusals/"+r.Refusal+"/resend", page.with("f-source", "seen_by_worker")); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	if got := d.field("notes", "correctednote03", "author"); got != demo.Manager.ID {
		t.Errorf("what a manager sent again is by %s", got)
	}
}

// A risk that waits for its pathway is in sight of those who were told of it: what was
// said, that it waits, and nothing to press that would not work.
func TestAnImmediateRiskThatWaitsIsInSight(t *testing.T) {
	d := phones(t)
	r := d.push(demo.School, "create", "pathway_events", "pagewaitsrisk01", 0, map[string]any{"case": demo.CaseID(1), "pathway": "nosuchpathway01",
		"kind": "immediate_risk.raised", "data": map[string]any{"what": "Ivy slept outside."}})
	if r.Verdict != contract.Held {
		t.Fatalf("%+v", r)
	}
	for _, p := range []demo.Person{demo.Manager, demo.Practitioner, demo.School} {
		b := d.as(p)
		wants(t, b.get("/coordinate"), 200, "Work that could not be saved", "1 to put right")
		page := b.get("/coordinate/refusals")
		wants(t, page, 200, demo.School.Name, "immediate danger", "were told as it came", "Ivy slept outside.", "still on another phone")
		lacks(t, page, "/resend", "/withdraw", "good faith")
	}
	b := d.as(demo.Manager)
	wants(t, b.get("/coordinate"), 200, "Immediate risks that you were told of")
	page := b.get("/coordinate/risks")
	wants(t, page, 200, "FM-0001", demo.School.Name, "Ivy slept outside.", "not on the record yet", "Ring before you write")
	told, err := d.App.FindFirstRecordByFilter("notices", "user = {:u} && timer ~ 'pagewaitsrisk01'", dbx.Params{"u": demo.Manager.ID})
	if err != nil {
		t.Fatal(err)
	}
	notice := told.Id
	if own := d.as(demo.Practitioner); own.post("/coordinate/risks/"+notice, own.get("/coordinate/risks").with()).status != 404 {
		t.Error("somebody else read it for the manager")
	}
	if a := b.post("/coordinate/risks/"+notice, page.with()); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	lacks(t, b.get("/coordinate/risks"), "Ivy slept outside.")
	wants(t, d.as(demo.Practitioner).get("/coordinate/risks"), 200, "Ivy slept outside.")
	wants(t, b.post("/coordinate/risks/"+notice, page.with()), 404)
	for _, p := range []demo.Person{demo.School, demo.Outsider, demo.Coordinator} { // the author is not told
		lacks(t, d.as(p).get("/coordinate"), "Immediate risks that you")
		wants(t, d.as(p).get("/coordinate/risks"), 200, "nothing that you have not read")
	}
	for _, p := range []demo.Person{demo.Outsider, demo.Coordinator} {
		lacks(t, d.as(p).get("/coordinate/refusals"), "Ivy slept outside.")
	}
	waiting := d.push(demo.School, "create", "notes", "pagewaitsnote01", 0, map[string]any{"case": "nosuchcase00000", "body": "Rang twice.", "source": "document"})
	if waiting.Verdict != contract.Held {
		t.Fatalf("%+v", waiting)
	}
	lacks(t, d.as(demo.School).get("/coordinate/refusals"), "Rang twice.") // nothing to do, and nobody in danger
}

func TestHostileWordsInConflictsAndRefusalsAreText(t *testing.T) {
	d := phones(t)
	conflict, b := d.disagree("mark", "mark 2"), d.as(demo.Manager)
	r := d.push(demo.Practitioner, "create", "notes", "hostilenote0001", 0, map[string]any{"case": demo.CaseID(1), "body": "mark", "source": "mark"})
	clean := map[string]string{}
	for _, p := range []string{"/coordinate/conflicts", "/coordinate/refusals"} {
		clean[p] = tags(b.get(p))
	}
	for _, text := range hostile {
		raw, err := json.Marshal(map[string]string{"summary": text})
		if err != nil {
			t.Fatal(err)
		}
		content, err := json.Marshal(contract.Mutation{Collection: "notes", Op: "create", Set: map[string]json.RawMessage{"body": quotedJSON(t, text), "source": quotedJSON(t, text)}})
		if err != nil {
			t.Fatal(err)
		}
		d.set("sync_conflicts", conflict, map[string]any{"ours": string(raw), "theirs": string(raw)})
		d.set("sync_refusals", r.Refusal, map[string]any{"content": string(content)})
		d.set("users", demo.Practitioner.ID, map[string]any{"name": text})
		for p, want := range clean {
			a := b.get(p)
			wants(t, a, 200, "mark")
			if tags(a) != want {
				t.Errorf("%s: %q changes the page's elements", p, cut(text))
			}
			lacks(t, answer{body: strings.ToLower(tagText(a))}, "onerror=", "onfocus=", "onload=", "javascript:")
		}
	}
}

func quotedJSON(t *testing.T, s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// set puts values past every check into a row.
func (d *desk) set(table, id string, values map[string]any) {
	d.t.Helper()
	if _, err := d.App.NonconcurrentDB().Update(table, values, dbx.HashExp{"id": id}).Execute(); err != nil {
		d.t.Fatal(err)
	}
}

// Somebody settles on a page that lay open while the work went on: nothing newer is
// written over, the page shows what stands by now, and they choose again.
func TestAPageThatLayOpenWritesOverNothingNewer(t *testing.T) {
	d := phones(t)
	id := d.disagree("The school's words.", "The practitioner's words.")
	b := d.as(demo.Manager)
	form := b.get("/coordinate/conflicts").with("choice", "ours")
	d.set("cases", demo.CaseID(1), map[string]any{"summary": "A week of work."})
	again := b.post("/coordinate/conflicts/"+id, form)
	wants(t, again, 422, "has changed since you saw it", "A week of work.", "The practitioner's words.")
	if got := d.field("cases", demo.CaseID(1), "summary"); got != "A week of work." {
		t.Fatalf("the case says %q", got)
	}
	wants(t, b.post("/coordinate/conflicts/"+id, form), 422, "has changed since you saw it") // sent twice, it is answered again
	if a := b.post("/coordinate/conflicts/"+id, again.with("choice", "ours")); a.status != 303 {
		t.Fatalf("chosen again, it answered %d\n%s", a.status, a.body)
	}
	if got := d.field("cases", demo.CaseID(1), "summary"); got != "The practitioner's words." {
		t.Errorf("the case says %q", got)
	}
}
