package coordinate

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// write saves a new record as a person does from a phone.
func (d *desk) write(p demo.Person, noun string, values map[string]any) *core.Record {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	c, err := d.App.FindCollectionByNameOrId(noun)
	if err != nil {
		d.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(values)
	if err := kernel.Within(d.App, kernel.Actor{User: user, Door: "rest"}, func(tx core.App) error { return tx.Save(r) }); err != nil {
		d.t.Fatal(err)
	}
	return r
}

// drafted is a second letter of the practitioner's on a pathway of the first case, and
// the event that waits for its approval.
func (d *desk) drafted(facts map[string]any) (letter, event string) {
	d.t.Helper()
	tess, err := d.App.FindRecordById("people", demo.ID("adult", 100))
	if err != nil {
		d.t.Fatal(err)
	}
	tess.Set("contact_points", []map[string]any{{"kind": "address", "lines": []string{"14 Quarry Row", "Fellmoor"}, "postcode": "FM1 4QR",
		"safe_post": true, "current": true, "confirmed_on": time.Now().UTC().Format(time.DateOnly)}})
	if err := d.App.Save(tess); err != nil {
		d.t.Fatal(err)
	}
	first := func(noun, filter string) string {
		r, err := d.App.FindFirstRecordByFilter(noun, filter)
		if err != nil {
			d.t.Fatal(err)
		}
		return r.Id
	}
	p := d.write(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "trigger": "missed_contact",
		"opened_at": time.Now().UTC().AddDate(0, 0, -3).Format("2006-01-02 15:04:05.000Z"), "template": first("pathway_templates", "key = 'early-help-engagement'")})
	merge := map[string]any{
		"next.date": "2027-01-25", "next.time": "10:00", "next.place": "your home", "next.kind": "a visit",
		"support_offered": []string{"help with mornings"}, "rights_text": "You can ask for advice.", "attempt_count": "2", "views_how": "Tell us by phone.", "consequence_text": "We will meet and talk about what to do next."}
	for k, v := range facts {
		merge[k] = v
	}
	l := d.write(demo.Practitioner, "letters", map[string]any{"case": demo.CaseID(1), "recipient": tess.Id, "pathway": p.Id, "merge": merge,
		"template": first("letter_templates", "key = 'L2_missed' && language = 'en' && variant = 'standard'")})
	list := d.as(demo.Manager).get("/coordinate/approvals")
	m := regexp.MustCompile(`/coordinate/approvals/([a-z0-9]{15})"`).FindStringSubmatch(list.body)
	if m == nil {
		d.t.Fatalf("no letter waits\n%s", list.body)
	}
	return l.Id, m[1]
}

var letterField = regexp.MustCompile(`<input type="hidden" name="(content|wording)" value="([^"]*)">`)

// answers are the hidden fields of a letter's form.
func (a answer) answers(pairs ...string) url.Values {
	form := a.with(pairs...)
	for _, m := range letterField.FindAllStringSubmatch(a.body, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func TestAManagerReadsALetterAndApprovesWhatWasRead(t *testing.T) {
	d := openDesk(t)
	letter, event := d.drafted(nil)
	b := d.as(demo.Manager)
	wants(t, b.get("/coordinate"), 200, "Approvals waiting for you", "1 to answer")
	page := b.get("/coordinate/approvals/" + event)
	wants(t, page, 200, "14 Quarry Row", "Reading grade", demo.Practitioner.Name, "Approve")
	path := "/coordinate/approvals/" + event
	for _, p := range []demo.Person{demo.Practitioner, demo.School, demo.Outsider, demo.Coordinator} { // its author, and those with no right to it
		d.give(p, map[string]any{"roles": []string{"practitioner", "manager"}})
		o := d.as(p)
		got := o.get(path)
		wants(t, got, 404)
		lacks(t, got, "Quarry Row")
		wants(t, o.post(path+"/approve", o.get("/coordinate").with()), 404)
	}

	// The author changes a word after the page was opened.
	r, err := d.App.FindRecordById("letters", letter)
	if err != nil {
		t.Fatal(err)
	}
	var merge map[string]any
	if err := r.UnmarshalJSONField("merge", &merge); err != nil {
		t.Fatal(err)
	}
	merge["next.time"] = "18:00"
	r.Set("merge", merge)
	author, err := d.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.Within(d.App, kernel.Actor{User: author, Door: "rest"}, func(tx core.App) error { return tx.Save(r) }); err != nil {
		t.Fatal(err)
	}
	wants(t, b.post(path+"/approve", page.answers()), 422, "The letter has changed since you read it")
	if s := d.field("letters", letter, "status"); s != "draft" {
		t.Fatalf("a letter that was not read is %s", s)
	}
	wants(t, b.post(path+"/approve", page.with()), 422, "Read the letter before you approve it")

	page = b.get(path)
	if a := b.post(path+"/approve", page.answers()); a.status != 303 {
		t.Fatalf("approving: %d\n%s", a.status, a.body)
	}
	if by := d.field("letters", letter, "approved_by"); by != demo.Manager.ID {
		t.Errorf("approved by %q", by)
	}
	lacks(t, b.get("/coordinate/approvals"), event)
	wants(t, b.get(path), 404)
}

func TestListedWordsAreTickedAndALetterGoesBackWithItsReason(t *testing.T) {
	d := openDesk(t)
	letter, event := d.drafted(map[string]any{"next.place": "the police station"})
	b := d.as(demo.Manager)
	path := "/coordinate/approvals/" + event
	page := b.get(path)
	words := regexp.MustCompile(`name="acknowledged" value="([^"]*)"`).FindAllStringSubmatch(page.body, -1)
	if len(words) == 0 {
		t.Fatalf("no listed word in this letter\n%s", page.body)
	}
	wants(t, b.post(path+"/approve", page.answers()), 422, "Look at these listed words")
	wants(t, b.post(path+"/reject", page.answers("reason", "")), 422, "Say why not")
	form := page.answers()
	for _, w := range words {
		form.Add("acknowledged", w[1])
	}
	if a := b.post(path+"/reject", page.answers("reason", "Softer, please.")); a.status != 303 {
		t.Fatalf("sending back: %d\n%s", a.status, a.body)
	}
	if s := d.field("letters", letter, "status"); s != "draft" {
		t.Fatal(s)
	}
	r, err := d.App.FindFirstRecordByFilter("letter_events", "letter = {:l} && kind = 'rejected'", map[string]any{"l": letter})
	if err != nil || r.GetString("note") != "Softer, please." {
		t.Fatalf("the reason is not on the letter: %v", err)
	}
	lacks(t, b.get("/coordinate/approvals"), event)
}

func TestHostileWordsInALetterAreText(t *testing.T) {
	d := openDesk(t)
	letter, event := d.drafted(map[string]any{"next.place": "mark"})
	b := d.as(demo.Manager)
	path := "/coordinate/approvals/" + event
	clean := tags(b.get(path))
	raw := d.field("letters", letter, "merge")
	for _, text := range hostile[:8] {
		d.set("letters", letter, map[string]any{"merge": strings.Replace(raw, `"mark"`, string(quotedJSON(t, text)), 1)})
		a := b.get(path)
		wants(t, a, 200)
		if got := tags(a); got != clean && !strings.Contains(a.text(), "no value yet") {
			t.Errorf("%q changes the page's elements", cut(text))
		}
		lacks(t, answer{body: strings.ToLower(tagText(a))}, "onerror=", "onfocus=", "onload=", "javascript:")
	}
}

// What an approver could not lift is its author's to put right: the letter waits for nobody
// meanwhile. Whoever has it open is told why in place of the button, as things are now and
// not as they were when it was drafted, and can still send it back.
func TestAHeldLetterIsNotOfferedForApproval(t *testing.T) {
	d := openDesk(t)
	letter, event := d.drafted(nil)
	b := d.as(demo.Manager)
	path := "/coordinate/approvals/" + event
	wants(t, b.get("/coordinate/approvals"), 200, path)
	open := b.get(path)
	wants(t, open, 200, path+`/approve"`)

	reach := func(safe bool) {
		t.Helper()
		tess, err := d.App.FindRecordById("people", demo.ID("adult", 100))
		if err != nil {
			t.Fatal(err)
		}
		tess.Set("contact_points", []map[string]any{{"kind": "address", "lines": []string{"14 Quarry Row", "Fellmoor"}, "postcode": "FM1 4QR",
			"safe_post": safe, "current": true, "confirmed_on": time.Now().UTC().Format(time.DateOnly)}})
		if err := d.App.Save(tess); err != nil {
			t.Fatal(err)
		}
	}
	reach(false) // since it was drafted, the address is no longer safe
	list := b.get("/coordinate/approvals")
	lacks(t, list, path, "Marlowe", "Quarry Row") // what is its author's to finish waits for nobody
	lacks(t, b.get("/coordinate"), "1 to answer")
	held := b.get(path)
	wants(t, held, 200, "Why it cannot be approved", "Confirm an address of Tess Marlowe", "cannot be approved until", path+`/reject"`)
	lacks(t, held, path+`/approve"`)
	wants(t, b.post(path+"/approve", open.answers()), 422, "Confirm an address of Tess Marlowe")

	reach(true) // put right, it can be approved
	wants(t, b.get("/coordinate/approvals"), 200, path)
	wants(t, b.get(path), 200, path+`/approve"`)

	// Withdrawn by its author, it waits for nobody.
	r, err := d.App.FindRecordById("letters", letter)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("status", "withdrawn")
	author, err := d.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.Within(d.App, kernel.Actor{User: author, Door: "rest"}, func(tx core.App) error { return tx.Save(r) }); err != nil {
		t.Fatal(err)
	}
	lacks(t, b.get("/coordinate/approvals"), event)
	wants(t, b.get(path), 404)
}

// A reason that the approver gives lifts what is only hard to read: that is no hold.
func TestAHardLetterIsStillOfferedWithItsReason(t *testing.T) {
	d := openDesk(t)
	_, event := d.drafted(map[string]any{"consequence_text": strings.Repeat("Notwithstanding circumstances necessitating multidisciplinary consideration of intergenerational vulnerabilities, ", 9) + "we wait."})
	b := d.as(demo.Manager)
	path := "/coordinate/approvals/" + event
	page := b.get(path)
	wants(t, page, 200, "Put the letter in plainer words", path+`/approve"`)
	wants(t, b.post(path+"/approve", page.answers()), 422, "Put the letter in plainer words")
	if a := b.post(path+"/approve", page.answers("reason", "The solicitor asked for these words.")); a.status != 303 {
		t.Errorf("%d\n%s", a.status, a.body)
	}
}

// proposeEnding leaves an ending for the manager to approve.
func (d *desk) proposeEnding() {
	at := time.Now().Add(-time.Minute)
	for _, e := range []struct {
		kind string
		data map[string]any
	}{{"child.seen", map[string]any{"children": []string{demo.ID("child", 200)}}}, {"closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"}}} {
		d.write(demo.Practitioner, "pathway_events", map[string]any{"case": demo.CaseID(2), "pathway": demo.ID("pathway", 200), "kind": e.kind,
			"occurred_at": at.UTC().Format("2006-01-02 15:04:05.000Z"), "data": e.data})
		at = at.Add(time.Second)
	}
}
