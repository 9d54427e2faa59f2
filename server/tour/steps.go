package tour

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

var first = demo.CaseID(1)

// ready undoes the last step of an earlier tour: the manager puts the practitioner
// back on FM-0001.
func (w *walk) ready() error {
	var err error
	if w.manager, err = w.phone(demo.Manager); err != nil {
		return err
	}
	id, err := w.membership()
	if err != nil || id != "" {
		return err
	}
	_, _, err = w.manager.call("POST", "/api/collections/case_members/records",
		map[string]any{"case": first, "user": demo.Practitioner.ID, "role": "lead"}, nil)
	return err
}

// membership is the practitioner's active membership of FM-0001, if there is one.
func (w *walk) membership() (string, error) {
	var list struct{ Items []struct{ ID string } }
	_, _, err := w.manager.call("GET", "/api/collections/case_members/records?filter="+
		"case%3D'"+first+"'%26%26user%3D'"+demo.Practitioner.ID+"'%26%26active%3Dtrue", nil, &list)
	if err != nil || len(list.Items) == 0 {
		return "", err
	}
	return list.Items[0].ID, nil
}

func (w *walk) signIn() (err error) {
	if w.practitioner, err = w.phone(demo.Practitioner); err != nil {
		return err
	}
	if w.school, err = w.phone(demo.School); err != nil {
		return err
	}
	puts, _, size, err := w.practitioner.pull()
	if err != nil {
		return err
	}
	w.say("%s signed in; first pull: %d records, %d KiB", demo.Practitioner.Name, puts, size>>10)
	cases := w.practitioner.of("cases", "")
	slices.SortFunc(cases, func(a, b map[string]any) int {
		return cmp.Compare(fmt.Sprint(a["reference"]), fmt.Sprint(b["reference"]))
	})
	for i, c := range cases {
		if i == 8 && len(cases) > 9 {
			w.say("  and %d more", len(cases)-i)
			break
		}
		w.say("  %s  %-12s %s", c["reference"], c["family_name"], c["status"])
	}
	if _, ok := w.practitioner.rows["cases/"+first]; !ok {
		return errors.New("FM-0001 is not on the phone of the one who leads it")
	}
	_, _, _, err = w.school.pull()
	return err
}

func (w *walk) offline() error {
	template := ""
	for _, t := range w.practitioner.of("pathway_templates", "") {
		if t["key"] == "early-help-engagement" && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	if template == "" {
		return errors.New("the engagement pathway's template is not on the phone")
	}
	now := time.Now().UTC()
	at := func(ago time.Duration) string { return now.Add(-ago).Format("2006-01-02 15:04:05.000Z") }
	opened := record("pathways", map[string]any{"case": first, "template": template, "opened_at": at(time.Hour), "trigger": "missed_contact"})
	w.pathway = opened.Record
	w.outbox = []mutation{
		record("contact_attempts", map[string]any{"case": first, "method": "phone", "outcome": "no_answer", "occurred_at": at(26 * time.Hour), "note": "Rang twice.", "contact_confirmed": true}),
		record("contact_attempts", map[string]any{"case": first, "method": "visit_announced", "outcome": "not_home", "occurred_at": at(2 * time.Hour), "note": "No answer at the agreed time.", "contact_confirmed": true}),
		record("notes", map[string]any{"case": first, "body": "A neighbour says the children are at their aunt's on Fridays.", "source": "said_by_other", "shared": true, "occurred_at": at(2 * time.Hour)}),
		opened,
	}
	for _, m := range w.outbox {
		w.say("in the outbox: %s %s %s", m.Op, m.Collection, m.ID)
	}
	return nil
}

func (w *walk) online() error {
	began := time.Now()
	a, err := w.practitioner.push(contract.Applied, w.outbox...)
	if err != nil {
		return err
	}
	w.say("pushed %d mutations in %s; every one applied; safe on disk up to %d", len(a.Results), time.Since(began).Round(time.Millisecond), a.DurableSeq)
	again, err := w.practitioner.push(contract.Applied, w.outbox...)
	if err != nil {
		return err
	}
	for i := range again.Results {
		if again.Results[i].Rev != a.Results[i].Rev {
			return errors.New("sent twice, it counted twice")
		}
	}
	w.say("sent again, as after a lost answer: the same verdicts, nothing doubled")
	for _, p := range []*phone{w.practitioner, w.school} {
		puts, _, _, err := p.pull()
		if err != nil {
			return err
		}
		w.say("%s's phone pulled %d records", p.who.Account, puts)
	}
	var steps []map[string]any
	for _, s := range w.school.of("pathway_steps", first) {
		if s["pathway"] == w.pathway {
			steps = append(steps, s)
		}
	}
	if len(steps) == 0 {
		return errors.New("the school's phone has no steps of the pathway")
	}
	slices.SortFunc(steps, func(a, b map[string]any) int { return cmp.Compare(a["position"].(float64), b["position"].(float64)) })
	for _, s := range steps {
		w.say("  %-44s %-9s due %s", s["title"], s["status"], s["due_on"])
	}
	return nil
}

func (w *walk) letter() error {
	template, recipient := "", ""
	for _, t := range w.practitioner.of("letter_templates", "") {
		if t["key"] == "L1_missed" && t["language"] == "en" && t["variant"] == "standard" && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	for _, p := range w.practitioner.of("people", first) {
		if p["kind"] == "adult" {
			recipient = fmt.Sprint(p["id"])
		}
	}
	if err := w.confirmAddress(recipient); err != nil {
		return err
	}
	next := time.Now().AddDate(0, 0, 5).Format(time.DateOnly)
	m := record("letters", map[string]any{"case": first, "pathway": w.pathway, "recipient": recipient, "template": template, "merge": map[string]any{
		"next.date": next, "next.time": "10:00", "next.place": "your home", "next.kind": "a visit",
		"support_offered": []string{"help with mornings", "a lift to the clinic"},
	}})
	if _, err := w.practitioner.push(contract.Applied, m); err != nil {
		return err
	}
	if _, _, _, err := w.practitioner.pull(); err != nil {
		return err
	}
	l := w.practitioner.rows["letters/"+m.Record].record
	if l["content_hash"] == "" {
		return fmt.Errorf("fields of the letter are unresolved: %v", l["problems"])
	}
	w.say("drafted %v to %v; text hash %.12s…", l["reference"], w.practitioner.rows["people/"+recipient].record["name"], l["content_hash"])
	if _, _, err := w.practitioner.call("GET", "/api/letters/"+m.Record+"/pdf", nil, nil); err == nil || !strings.Contains(err.Error(), string(contract.LetterNotReady)) {
		return fmt.Errorf("a draft can be printed, or is not printed for another reason: %v", err)
	}
	w.say("a draft is not printed: refused")
	yes := record("letters", map[string]any{"status": "approved", "seen_template_hash": l["template_hash"], "seen_content_hash": l["content_hash"]})
	yes.Op, yes.Record, yes.Base = "update", m.Record, w.practitioner.rows["letters/"+m.Record].rev
	if _, err := w.practitioner.push(contract.Applied, yes); err != nil {
		return err
	}
	w.say("approved on the phone: the hashes it showed are the server's")
	for _, form := range []string{"html", "pdf"} {
		res, raw, err := w.practitioner.call("GET", "/api/letters/"+m.Record+"/"+form, nil, nil)
		if err != nil {
			return err
		}
		if form == "pdf" && !strings.HasPrefix(string(raw), "%PDF-") || form == "html" && !strings.Contains(string(raw), "Tess Marlowe") {
			return fmt.Errorf("the %s is not the letter", form)
		}
		w.say("%-4s %6d bytes  %s", form, len(raw), res.Header.Get("Content-Type"))
	}
	return nil
}

// confirmAddress notes that the recipient still lives where they did: a letter goes to
// an address that was confirmed not too long ago.
func (w *walk) confirmAddress(recipient string) error {
	at := w.practitioner.rows["people/"+recipient]
	points, _ := at.record["contact_points"].([]any)
	for _, p := range points {
		if point, ok := p.(map[string]any); ok {
			point["confirmed_on"] = time.Now().Format(time.DateOnly)
		}
	}
	m := record("people", map[string]any{"contact_points": points})
	m.Op, m.Record, m.Base = "update", recipient, at.rev
	_, err := w.practitioner.push(contract.Applied, m)
	return err
}

func (w *walk) champion() error {
	var err error
	if w.colleague, err = w.phone(demo.Colleague); err != nil {
		return err
	}
	m := record("champion_registrations", map[string]any{
		"job_title": demo.Colleague.JobTitle, "work_email": demo.Colleague.Email(), "locality": "Fellmoor",
		"reason":       "I already help the team with the home-conditions work and would like to share it.",
		"manager_name": demo.Manager.Name, "manager_email": demo.Manager.Email(), "directory_consent": true,
	})
	a, err := w.colleague.push(contract.Applied, m)
	switch {
	case err == nil:
		w.say("%s registered from the phone", demo.Colleague.Name)
	case len(a.Results) == 1 && (a.Results[0].Verdict == contract.Merged || a.Results[0].Verdict == contract.Conflict):
		w.say("%s is registered already, from an earlier tour: nothing is doubled", demo.Colleague.Name)
	default:
		return err
	}
	return w.coordinatorSees(demo.Colleague.Name)
}

func (w *walk) removed() error {
	id, err := w.membership()
	if err != nil {
		return err
	}
	before := 0
	for _, r := range w.practitioner.rows {
		if strings.HasPrefix(r.scope, "case:"+first) {
			before++
		}
	}
	if _, _, err := w.manager.call("PATCH", "/api/collections/case_members/records/"+id,
		map[string]any{"until": time.Now().UTC().Format("2006-01-02 15:04:05.000Z")}, nil); err != nil {
		return err
	}
	_, drops, size, err := w.practitioner.pull()
	if err != nil {
		return err
	}
	for k, r := range w.practitioner.rows {
		if strings.HasPrefix(r.scope, "case:"+first) {
			return fmt.Errorf("%s is still on the phone", k)
		}
	}
	w.say("%d rows of FM-0001 were on the phone; %d left with one pull of %d bytes", before, drops, size)
	return nil
}
