package sync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/lettertext"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A letter that was written, approved and posted in a car goes in whole, in one push: its
// reference, all that it says and so its hash were made on the phone, of the records that
// it holds (LETTER.md, M235).
func TestALetterIsWrittenApprovedAndPostedWithoutSignal(t *testing.T) {
	m := newMail(t)
	p := m.practitioner
	p.pull(0)
	row := func(collection, id string) map[string]any {
		t.Helper()
		var record map[string]any
		if err := json.Unmarshal([]byte(p.rows[collection+"/"+id].record), &record); err != nil {
			t.Fatalf("the phone holds no %s %s: %v", collection, id, err)
		}
		return record
	}
	text := func(record map[string]any, field string) string { s, _ := record[field].(string); return s }

	me, family, adult := row("users", demo.Practitioner.ID), row("cases", demo.CaseID(1)), row("people", demo.ID("adult", 100))
	agency := row("agencies", text(me, "agency"))
	var wording map[string]any
	var wordingID string
	for key, r := range p.rows {
		var record map[string]any
		if len(key) > 17 && key[:17] == "letter_templates/" && json.Unmarshal([]byte(r.record), &record) == nil &&
			record["key"] == "L1_missed" && record["language"] == "en" && record["variant"] == "standard" && record["status"] == "published" {
			wording, wordingID = record, key[17:]
		}
	}
	body, _ := json.Marshal(wording["body"])
	pack, err := lettertext.ParsePack(body)
	if err != nil {
		t.Fatal(err)
	}
	template, err := pack.Template()
	if err != nil {
		t.Fatal(err)
	}
	// One message was left with her, nine days before the demo's day.
	at, err := time.Parse("2006-01-02 15:04:05.000Z", text(row("contact_attempts", demo.ID("attempt", 100)), "occurred_at"))
	if err != nil {
		t.Fatal(err)
	}
	const id = "letterofline001"
	date := time.Now().In(time.UTC).Format(time.DateOnly)
	reference := text(family, "reference") + "/" + date[2:4] + date[5:7] + date[8:] + "-" + lettertext.ShortName(id)
	data := lettertext.Data{
		"area.name": lettertext.One(text(agency, "name")), "letter.ref": lettertext.One(reference), "letter.date": lettertext.One(date),
		"recipient.name": lettertext.One(text(adult, "name")), "recipient.salutation_name": lettertext.One(text(adult, "name")),
		"recipient.address_lines": lettertext.Many("14 Quarry Row", "Fellmoor"), "recipient.postcode": lettertext.One("FM1 4QR"),
		"area.address_lines": lettertext.Many(append(strings.Split(text(agency, "address"), "\n"), text(agency, "phone"))...), "area.return_line": lettertext.One(text(agency, "return_address")),
		"signatory.name": lettertext.One(text(me, "name")), "signatory.role": lettertext.One(text(me, "job_title")),
		"contact.name": lettertext.One(text(me, "name")), "contact.phone": lettertext.One(text(agency, "phone")),
		"tried":     lettertext.Many("a phone call on " + at.Format("Monday 2 January 2006")),
		"next.date": lettertext.One("2027-01-25"), "next.time": lettertext.One("10:00"), "next.place": lettertext.One("your home"),
		"next.kind": lettertext.One("a visit"), "support_offered": lettertext.Many("help with mornings"),
	}
	letter, err := lettertext.Merge(template, data)
	if err != nil {
		t.Fatal(err)
	}
	typed := map[string]any{}
	for _, field := range []string{"next.date", "next.time", "next.place", "next.kind", "support_offered"} {
		typed[field] = data[field]
	}
	draft := mutation("create", "letters", id, 0, set("case", demo.CaseID(1), "recipient", demo.ID("adult", 100), "template", wordingID,
		"date", date, "reference", reference, "merge", typed))
	yes := mutation("update", "letters", id, 0, set("status", "approved", "seen_template_hash", wording["hash"], "seen_content_hash", letter.Hash()))
	posted := mutation("create", "letter_events", "letteroffline01", 0, set("case", demo.CaseID(1), "letter", id, "kind", "posted",
		"occurred_at", time.Now().UTC().Format("2006-01-02 15:04:05.000Z"), "postage", "first", "seen_content_hash", letter.Hash()))
	for i, r := range p.push(draft, yes, posted) {
		if r.Verdict != contract.Applied {
			t.Fatalf("mutation %d: %+v\nthe server's letter says %s", i, r, m.letter(id).GetString("merge"))
		}
	}
	if l := m.letter(id); l.GetString("status") != "issued" || l.GetString("reference") != reference || l.GetString("content_hash") != letter.Hash() {
		t.Errorf("%v", l.FieldsData())
	}
}
