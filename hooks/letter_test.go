package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// What stands in the way of an approval is refused before it, and lifted as it says.
func TestWhatStandsInTheWayOfAnApproval(t *testing.T) {
	long := strings.Repeat("Notwithstanding circumstances necessitating multidisciplinary consideration of intergenerational vulnerabilities, ", 9) + "we wait."
	dan := map[string]any{"kind": "address", "lines": []string{"3 Tern House", "Harbour"}, "postcode": "FM2 8TH", "safe_post": true, "current": true}
	phone := map[string]any{"kind": "phone", "value": "07700 900 199"}
	for name, c := range map[string]struct {
		kind  string
		more  map[string]any
		begin func(d *desk)
		field string
		code  string
		lift  func(d *desk, letter string)
		give  map[string]any // with the approval that stands
	}{
		"a field without a value": {more: map[string]any{"merge": map[string]any{"next.date": ""}}, field: "merge", code: "unresolved",
			lift: func(d *desk, l string) { d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": facts})) }},
		"an address that is not safe": {begin: func(d *desk) { d.reach(tess, with(home, "safe_post", false)) }, field: "recipient", code: "no_safe_address",
			lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"an address that is not current": {begin: func(d *desk) { d.reach(tess, with(home, "current", false)) }, field: "recipient", code: "no_safe_address",
			lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"an address never confirmed": {begin: func(d *desk) { d.reach(tess, with(home, "confirmed_on", "")) }, field: "recipient", code: "no_safe_address",
			lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"an address confirmed long ago": {begin: func(d *desk) { d.reach(tess, with(home, "confirmed_on", "2020-01-01")) }, field: "recipient", code: "confirmed_long_ago",
			lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"an address confirmed on a day to come": {begin: func(d *desk) { d.reach(tess, with(home, "confirmed_on", "2999-01-01")) }, field: "recipient", code: "not_confirmed",
			lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"an address that the window cannot show": {begin: func(d *desk) {
			lines := []string{}
			for range 8 {
				lines = append(lines, strings.Repeat("Long Lane ", 6))
			}
			d.reach(tess, with(home, "lines", lines))
		}, field: "recipient", code: "window", lift: func(d *desk, _ string) { d.reach(tess, home) }},
		"text that cannot be printed": {more: map[string]any{"merge": map[string]any{"next.kind": "a visit with 😀"}}, field: "merge", code: "unprintable",
			lift: func(d *desk, l string) { d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": facts})) }},
		"a postcode of somebody else": {begin: func(d *desk) { d.adult("Dan Marlowe", dan); d.atHome(tess) },
			more: map[string]any{"merge": map[string]any{"next.place": "the hall near fm28th, by the bridge"}}, field: "merge", code: "whereabouts",
			lift: func(d *desk, l string) { d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": facts})) }},
		"a street of somebody else": {begin: func(d *desk) { d.adult("Dan Marlowe", dan); d.atHome(tess) },
			more: map[string]any{"merge": map[string]any{"support_offered": []string{"a lift from 3, Tern House"}}}, field: "merge", code: "whereabouts",
			lift: func(d *desk, l string) { d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": facts})) }},
		"a telephone number of somebody else": {begin: func(d *desk) { d.adult("Dan Marlowe", phone) },
			more: map[string]any{"merge": map[string]any{"contact.hours": "or ring 07700 900199"}}, field: "merge", code: "whereabouts",
			lift: func(d *desk, l string) { d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": facts})) }},
		"a contact that the service called off": {more: map[string]any{"merge": missedAt("2026-11-18")}, begin: func(d *desk) {
			d.make(demo.Practitioner, "contact_attempts", map[string]any{"case": demo.CaseID(1), "method": "appointment", "outcome": "cancelled_by_service", "occurred_at": "2026-11-18 10:00:00.000Z"})
			d.make(demo.Practitioner, "contact_attempts", map[string]any{"case": demo.CaseID(1), "method": "visit_announced", "outcome": "not_home", "occurred_at": "2026-11-17 10:00:00.000Z", "contact_confirmed": true})
		}, field: "merge", code: "called_off", lift: func(d *desk, l string) {
			d.ok(d.change(demo.Practitioner, l, map[string]any{"merge": with(facts, "missed", missedAt("2026-11-17")["missed"])}))
		}},
		"a letter that is hard to read": {more: map[string]any{"merge": map[string]any{"next.kind": long}}, field: "override_reason", code: "hard_to_read",
			lift: func(*desk, string) {}, give: map[string]any{"override_reason": "Their solicitor asked for these words."}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if c.begin != nil {
				c.begin(d)
			}
			l := d.draft(demo.Practitioner, "L1_missed", c.more)
			d.refused(d.approve(demo.Practitioner, l.Id), c.field, c.code)
			d.stays(l.Id, "draft")
			if blocks := d.letter(l.Id).GetString("blocks"); !strings.Contains(blocks, `"`+c.code+`"`) {
				t.Errorf("the draft does not show what stands in the way: %s", blocks)
			}
			c.lift(d, l.Id)
			d.ok(d.approve(demo.Practitioner, l.Id, c.give))
			got := d.letter(l.Id)
			if got.GetString("status") != "approved" || got.GetString("approved_by") != demo.Practitioner.ID || got.GetString("pdf_sha256") == "" || got.GetString("renderer") == "" {
				t.Errorf("approved: %v", got.FieldsData())
			}
		})
	}
}

func missedAt(day string) map[string]any {
	return map[string]any{"missed": []map[string]string{{"date": day, "time": "10:00", "kind": "home visit", "place": "your home"}}}
}

func with(m map[string]any, key string, value any) map[string]any {
	out := map[string]any{key: value}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// The grade, the listed words and what stands in the way are on the draft for all to see.
func TestADraftShowsHowItStands(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"next.kind": "a visit after the police came"}})
	if l.GetFloat("grade") <= 0 || l.GetFloat("grade") > 8 || !strings.Contains(l.GetString("hits"), `"police"`) {
		t.Errorf("grade %v, hits %s", l.GetFloat("grade"), l.GetString("hits"))
	}
}

// A listed word goes to a manager, who acknowledges each; who did is kept.
func TestAListedWordIsAcknowledgedByAManager(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{"next.kind": "a visit after the police and the hostel rang"}})
	d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"acknowledged": []string{"police", "hostel"}}), "acknowledged", "with_approval")
	d.refused(d.approve(demo.Manager, l.Id), "acknowledged", "listed_words")
	d.refused(d.approve(demo.Manager, l.Id, map[string]any{"acknowledged": []string{"police"}}), "acknowledged", "listed_words")
	both := map[string]any{"acknowledged": []string{"police", "hostel"}}
	d.refused(d.approve(demo.Practitioner, l.Id, both), "status", "own_letter")
	d.refused(d.approve(demo.School, l.Id, both), "status", "not_approver")
	d.ok(d.approve(demo.Manager, l.Id, both))
	if got := d.letter(l.Id); got.GetString("approved_by") != demo.Manager.ID || !strings.Contains(got.GetString("acknowledged"), "hostel") {
		t.Errorf("%v", got.FieldsData())
	}
}

// The word list is data: a new version of the rules holds from the next save on.
func TestTheWordListIsData(t *testing.T) {
	d := newDesk(t)
	c := must(d.app.FindCollectionByNameOrId("letter_rules"))
	rules := core.NewRecord(c)
	body := map[string]any{"format": "holdfast-letter-rules/1", "address_confirmed_days": 30, "most_grade": 8, "deemed_working_days": map[string]int{"posted": 5}, "words": map[string][]string{"en": {"mornings"}}}
	rules.Load(map[string]any{"version": 2, "status": "draft", "body": body})
	d.ok(d.app.Save(rules))
	if l := d.draft(demo.Practitioner, "L1_missed", nil); strings.Contains(l.GetString("hits"), "mornings") {
		t.Error("a draft of the rules holds already")
	}
	rules = must(d.app.FindRecordById("letter_rules", rules.Id))
	rules.Set("status", "published")
	d.ok(d.app.Save(rules))
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	if !strings.Contains(l.GetString("hits"), "mornings") {
		t.Errorf("the published list finds %s", l.GetString("hits"))
	}
	rules = must(d.app.FindRecordById("letter_rules", rules.Id))
	rules.Set("body", with(body, "words", map[string][]string{"en": {"x"}}))
	if d.app.Save(rules) == nil {
		t.Error("published rules were changed")
	}
	broken := core.NewRecord(c)
	broken.Load(map[string]any{"version": 3, "status": "published", "body": with(body, "words", map[string][]string{"en": {}})})
	if err := d.app.Save(broken); err == nil || !strings.Contains(err.Error(), "words") {
		t.Errorf("an empty word list: %v", err)
	}
}

// Who approves is by the kind of letter; nobody approves their own where it asks for another.
func TestWhoApprovesIsByTheKindOfLetter(t *testing.T) {
	d := newDesk(t)
	d.tried(demo.Practitioner, 6, 9, "appointment", "not_brought")
	d.tried(demo.School, 6, 9, "appointment", "not_brought")
	for _, c := range []struct {
		kind string
		who  demo.Person
		code string // empty: they may
	}{
		{"L0_invite", demo.School, ""},
		{"L1_missed", demo.Practitioner, ""},
		{"L1_missed", demo.School, "not_approver"},
		{"L1_missed", demo.Manager, ""},
		{"L2_missed", demo.Practitioner, "own_letter"},
		{"L2_missed", demo.School, "not_approver"},
		{"L2_missed", demo.Outsider, "not_on_case"},
		{"L2_missed", demo.Manager, ""},
		{"L_final", demo.School, "not_approver"},
		{"L_meeting", demo.School, "not_approver"},
		{"L_meeting", demo.Manager, ""},
		{"L_referral", demo.School, "not_approver"},
		{"L_referral", demo.Manager, ""},
	} {
		l := d.draft(demo.Practitioner, c.kind, nil)
		err := d.approve(c.who, l.Id)
		if c.code == "" {
			d.ok(err)
			continue
		}
		d.refused(err, "status", c.code)
		d.stays(l.Id, "draft")
	}
	// By what somebody is: the lead of the school's service, social care, the lead of the case.
	users := must(d.app.FindRecordById("users", demo.School.ID))
	users.Set("roles", []string{"practitioner", "agency_lead"})
	d.ok(d.app.Save(kernel.AsServer(users)))
	d.ok(d.approve(demo.School, d.draft(demo.Practitioner, "L_wnb", nil).Id))
	d.refused(d.approve(demo.School, d.draft(demo.Practitioner, "L_meeting", nil).Id), "status", "not_approver")
	d.ok(d.approve(demo.Practitioner, d.draft(demo.School, "L_meeting", nil).Id))
	d.refused(d.approve(demo.Practitioner, d.draft(demo.School, "L2_missed", nil).Id), "status", "not_approver")
}

// Whoever wrote any of it is an author, also a manager who put a word right.
func TestAnApproverHasWrittenNoneOfIt(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L2_missed", nil)
	put := map[string]any{"merge": with(facts, "next.time", "11:00")}
	d.refused(d.approve(demo.Manager, l.Id, put), "status", "own_letter")
	d.ok(d.change(demo.Manager, l.Id, put))
	d.refused(d.approve(demo.Manager, l.Id), "status", "own_letter")
	if got := d.timeline(l.Id); got != "drafted drafted" {
		t.Error(got)
	}
}

// What somebody else read is not what is approved.
func TestAnApprovalIsOfWhatWasRead(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L2_missed", nil)
	seen := map[string]any{"seen_content_hash": l.GetString("content_hash"), "seen_template_hash": l.GetString("template_hash")}
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"merge": with(facts, "next.time", "11:30")}))
	d.refused(d.approve(demo.Manager, l.Id, seen), "seen_content_hash", "changed_since")
	d.stays(l.Id, "draft")
	now := d.letter(l.Id)
	seen["seen_content_hash"] = now.GetString("content_hash")
	d.refused(d.approve(demo.Manager, l.Id, with(seen, "seen_template_hash", "another")), "seen_template_hash", "changed_since")
	d.ok(d.approve(demo.Manager, l.Id, seen))
}

// A letter of a draft wording is never approved, one of a replaced wording no more.
func TestOnlyPublishedWordingIsApproved(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	template := must(d.app.FindRecordById("letter_templates", l.GetString("template")))
	template.Set("status", "superseded")
	d.ok(d.app.Save(template))
	d.refused(d.approve(demo.Practitioner, l.Id), "template", "newer_version")
	template.Set("status", "withdrawn")
	d.ok(d.app.Save(template))
	d.refused(d.approve(demo.Practitioner, l.Id), "template", "not_published")
	welsh := must(d.app.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'cy'"))
	w := d.draft(demo.Practitioner, "L1_missed", map[string]any{"template": welsh.Id})
	d.refused(d.approve(demo.Practitioner, w.Id), "template", "not_published")
}

// An approved letter keeps what it says; only the house moves it on.
func TestAnApprovedLetterStaysAsItWasApproved(t *testing.T) {
	d := newDesk(t)
	l := d.draft(demo.Practitioner, "L1_missed", nil)
	d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"status": "issued"}), "status", "not_approved")
	d.ok(d.approve(demo.Practitioner, l.Id))
	for field, value := range map[string]any{
		"merge": with(facts, "next.time", "11:30"), "date": "2026-12-24", "delivery": "by_hand", "override_reason": "later", "seen_content_hash": "x",
	} {
		d.refused(d.change(demo.Practitioner, l.Id, map[string]any{field: value}), field, "approved")
	}
	d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"status": "draft"}), "status", "approved")
	for _, s := range []string{"issued", "returned"} {
		d.refused(d.change(demo.Practitioner, l.Id, map[string]any{"status": s}), "status", "by_event")
	}
	d.ok(d.change(demo.Practitioner, l.Id, map[string]any{"status": "withdrawn"}))
	d.refused(d.event(demo.Practitioner, l.Id, "posted"), "kind", "withdrawn")
	if got := d.timeline(l.Id); got != "drafted approved withdrawn" {
		t.Error(got)
	}
}
