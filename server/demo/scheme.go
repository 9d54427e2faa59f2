package demo

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
)

// The scheme's people beside the cast: nobody plays them in a test, so they sign in
// with the same password and are printed nowhere.
var (
	Tomos   = Person{ID("user", 21), "tomos", "Tomos Pryce", Agencies[1].ID, "Teaching assistant", []string{"practitioner"}, ""}
	Aneta   = Person{ID("user", 22), "aneta", "Aneta Wójcik", Agencies[1].ID, "School nurse", []string{"practitioner"}, ""}
	Imre    = Person{ID("user", 23), "imre", "Imre Vale", Agencies[4].ID, "Social worker", []string{"practitioner"}, ""}
	Bronagh = Person{ID("user", 24), "bronagh", "Bronagh Keel", Agencies[5].ID, "Health visitor", []string{"practitioner"}, ""}
)

// life is one registration of the demo: when it was given, and the days ago on
// which it went on; a step of 0 was not taken.
type life struct {
	who                            Person
	groups                         []string
	locality                       string
	given, asked, agreed, inducted int
	active                         int
	lead                           bool
}

// Harbour School has three champions and a lead; Northgate Housing's waits for the
// manager; Children's Services' is about to lapse; Tarn Valley's has lapsed; Early
// Help and the partnership itself have none.
var lives = []life{
	{School, []string{"3"}, "Harbour", 230, 228, 221, 214, 200, true},
	{Outsider, []string{"2"}, "Northgate", 4, 2, 0, 0, 0, false},
	{Tomos, []string{"2", "3"}, "Harbour", 120, 118, 110, 104, 95, false},
	{Aneta, []string{"3"}, "Harbour", 80, 79, 75, 70, 62, false},
	{Imre, []string{"4"}, "Fellmoor", 390, 388, 380, 370, 353, false},
	{Bronagh, []string{"3", "5"}, "Tarn Valley", 450, 449, 440, 430, 410, false},
}

// saveScheme makes a scheme that has been lived in: registrations at every stage with
// their history, meetings, what was passed on, and what the days brought since.
func saveScheme(tx core.App, today time.Time) error {
	if err := saveAccounts(tx, []Person{Tomos, Aneta, Imre, Bronagh}); err != nil {
		return err
	}
	// Imre has the duty: of a danger that nobody nearer answers for, Children's Services hear.
	if _, err := save(tx, "risk_policies", map[string]any{"duty": []string{Imre.ID}, "again_after": 15, "times": 4, "reason": "The partnership's own, for a start."}); err != nil {
		return err
	}
	for i, l := range lives {
		if err := saveLife(tx, i+1, l, today); err != nil {
			return fmt.Errorf("the registration of %s: %w", l.who.Name, err)
		}
	}
	at, err := types.ParseDateTime(today)
	if err != nil {
		return err
	}
	if err := scheme.TurnScheme(tx, at); err != nil {
		return err
	}
	if err := dropOldMail(tx, today); err != nil {
		return err
	}
	return saveNetwork(tx, today)
}

func saveLife(tx core.App, n int, l life, today time.Time) error {
	at := func(days int) types.DateTime {
		day := today.AddDate(0, 0, -days)
		d, _ := types.ParseDateTime(time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, time.UTC))
		return d
	}
	id := ID("registration", n)
	c, err := tx.FindCachedCollectionByNameOrId("champion_registrations")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"id": id, "job_title": l.who.JobTitle, "work_email": l.who.Email(), "work_phone": "01632 960 200",
		"locality": l.locality, "reason": "I would like my team to notice earlier.", "target_groups": l.groups,
		"manager_name": "Hollis Grant", "manager_email": "office@fellmoor.example", "directory_consent": true,
	})
	r.SetRaw("created", at(l.given))
	if err := kernel.Within(tx, by(tx, l.who), func(tx core.App) error { return tx.Save(kernel.Intent{Step: &kernel.Taken{At: at(l.given)}}.Of(r)) }); err != nil {
		return err
	}
	coordinator := func(act string, days int) error {
		if days == 0 {
			return nil
		}
		return kernel.Within(tx, by(tx, Coordinator), func(tx core.App) error {
			r, err := tx.FindRecordById("champion_registrations", id)
			if err != nil {
				return err
			}
			return scheme.Take(tx, r, kernel.Taken{Act: act, At: at(days)})
		})
	}
	if err := coordinator(champion.Ask, l.asked); err != nil {
		return err
	}
	if l.agreed > 0 {
		r, err := tx.FindRecordById("champion_registrations", id)
		if err != nil {
			return err
		}
		token, err := scheme.NewLink(tx, r, "agreement", at(l.asked))
		if err != nil {
			return err
		}
		if err := scheme.AnswerLink(tx, token, scheme.Answer{Agrees: true, Name: "Hollis Grant", Hours: 6}, at(l.agreed)); err != nil {
			return err
		}
	}
	if err := coordinator(champion.Induct, l.inducted); err != nil {
		return err
	}
	if err := coordinator(champion.Activate, l.active); err != nil || !l.lead {
		return err
	}
	return coordinator(champion.MakeLead, l.active-60)
}

// dropOldMail marks what was sent long before this demo began; what is still of use
// goes out when the server starts.
func dropOldMail(tx core.App, today time.Time) error {
	rows, err := tx.FindRecordsByFilter("outbox", "status = 'queued' && due_at < {:t}", "", 0, 0,
		dbx.Params{"t": today.AddDate(0, 0, -7).UTC().Format(types.DefaultDateLayout)})
	if err != nil {
		return err
	}
	for _, r := range rows {
		r.Set("status", "dropped")
		r.Set("problem", "From before the demo began.")
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

func saveNetwork(tx core.App, today time.Time) error {
	at := func(days, hour int) time.Time {
		d := today.AddDate(0, 0, -days)
		return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, time.UTC)
	}
	events := []map[string]any{
		{"title": "Autumn network meeting", "kind": "meeting", "starts_at": at(100, 9), "minutes": 90, "place": "Harbour School hall", "capacity": 40, "status": "held",
			"description": "What helped families open the door this summer."},
		{"title": "Workshop: the child's day", "kind": "workshop", "starts_at": at(30, 13), "minutes": 120, "place": "Fellmoor library", "capacity": 16, "status": "held",
			"description": "Practising how to ask what a child's day is like."},
		{"title": "Winter network meeting", "kind": "meeting", "starts_at": at(-12, 9), "minutes": 90, "place": "Tarn Valley clinic", "capacity": 40, "status": "planned",
			"description": "Bring one thing that worked."},
		{"title": "Surgery for schools", "kind": "surgery", "starts_at": at(-5, 15), "minutes": 60, "place": "On the telephone", "status": "planned"},
	}
	for i, e := range events {
		e["id"] = ID("event", i+1)
		if _, err := save(tx, "network_events", e); err != nil {
			return err
		}
	}
	for i, a := range []struct {
		event  int
		who    Person
		answer string
	}{{1, School, "attended"}, {1, Imre, "attended"}, {1, Tomos, "apologies"}, {2, School, "attended"}, {2, Aneta, "attended"}, {2, Imre, "missed"}, {3, School, "coming"}, {3, Aneta, "coming"}} {
		err := kernel.Within(tx, by(tx, Coordinator), func(tx core.App) error {
			_, err := save(tx, "network_attendance", map[string]any{"id": ID("attendance", i+1), "event": ID("event", a.event), "user": a.who.ID, "answer": a.answer})
			return err
		})
		if err != nil {
			return err
		}
	}
	day := func(days int) string { return at(days, 9).Format(time.DateOnly) }
	for i, r := range []struct {
		noun   string
		who    Person
		values map[string]any
	}{
		{"cascade_log", School, map[string]any{"on": day(60), "audience": "Year 5 and 6 teachers", "people": 11, "topic": "Small things, far apart, add up", "resource": ID("resource", 2)}},
		{"cascade_log", Imre, map[string]any{"on": day(25), "audience": "Duty team", "people": 7, "topic": "Asking what stands in the way"}},
		{"surgery_sessions", School, map[string]any{"on": day(21), "minutes": 45, "people": 2, "questions": []string{"thresholds", "recording"}, "advice": []string{"record_more", "talk_to_safeguarding_lead"}, "note": "When lateness is a pattern and how to write it down."}},
		{"good_practice", School, map[string]any{"title": "Toast club before the bell", "body": "We open at eight with toast and no questions. Children tell us about their morning by themselves, and parents stay for a word.", "topics": []string{"voice_of_child", "engagement"}, "status": "shared"}},
		{"good_practice", Aneta, map[string]any{"title": "Texting the day before", "body": "A short friendly text the afternoon before a visit. Ask whether the time still suits. Fewer closed doors since.", "topics": []string{"engagement"}, "status": "submitted"}},
	} {
		values := r.values
		shared := values["status"] == "shared"
		if shared {
			values["status"] = "submitted"
		}
		values["id"] = ID("scheme", i+1)
		if err := kernel.Within(tx, by(tx, r.who), func(tx core.App) error { _, err := save(tx, r.noun, values); return err }); err != nil {
			return err
		}
		if !shared {
			continue
		}
		if err := kernel.Within(tx, by(tx, Coordinator), func(tx core.App) error {
			item, err := tx.FindRecordById(r.noun, ID("scheme", i+1))
			if err != nil {
				return err
			}
			item.Set("status", "shared")
			return tx.Save(kernel.AsServer(item))
		}); err != nil {
			return err
		}
	}
	_, err := save(tx, "champion_policies", map[string]any{"from": "2020-01-01", "valid_months": 12, "remind_days": []int{30, 14, 3},
		"link_days": 14, "staff_per_champion": 25, "lead_from": 3, "missed_meetings": 2, "first_meeting_months": 6, "group_targets": map[string]int{"2": 3, "3": 4, "4": 2, "5": 1}})
	if err != nil {
		return err
	}
	_, err = save(tx, "coverage_targets", map[string]any{"agency": Agencies[5].ID, "from": day(300), "target": 2, "reason": "Covers the whole valley."})
	return err
}
