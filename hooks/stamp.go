package hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
)

// stamps name, for each noun, the fields that say who made a record and for which
// agency: set by the server from who is signed in, whatever a client sends.
var stamps = map[string]struct{ who, agency string }{
	"notes":               {"author", "agency"},
	"contact_attempts":    {"author", "agency"},
	"attempt_withdrawals": {"author", "agency"},
	"pathway_events":      {"author", "agency"},
	"evidence":            {"author", "agency"},
	"letters":             {"author", ""},
	"letter_events":       {"author", "agency"},
	"relationships":       {"author", ""},
	"person_identifiers":  {"author", "agency"}, "person_moves": {"author", "agency"}, "person_joins": {"author", "agency"},
	"places":                 {"author", "agency"},
	"pathways":               {"opened_by", ""},
	"cases":                  {"opened_by", ""},
	"champion_registrations": {"user", "agency"},

	"meetings": {"author", "agency"}, "meeting_invitations": {"author", ""}, "actions": {"author", ""},
	"referrals": {"author", "agency"}, "referral_steps": {"author", "agency"},
	"disputes": {"author", "agency"}, "dispute_steps": {"author", "agency"}, "case_acts": {"author", "agency"},
	"transfers": {"author", "agency"}, "transfer_answers": {"author", "agency"},
	"service_agreements": {"author", "agency"}, "sharing_consents": {"author", "agency"}, "treatment_consents": {"author", "agency"},
	"sharing_decisions": {"author", "agency"}, "transparency_notices": {"author", "agency"},
	"child_flags": {"author", "agency"}, "chronology_entries": {"author", "agency"},
	"cascade_log":      {"user", "agency"},
	"surgery_sessions": {"user", "agency"},
	"good_practice":    {"user", "agency"},
}

func bindStamps(app core.App) {
	for noun := range stamps {
		creating(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: orderStamp, Func: func(e *core.RecordEvent) error {
			if person := ActorOf(e.App).Person(); person != nil {
				Stamp(e.Record, person.Id, person.GetString("agency"))
			}
			return e.Next()
		}})
	}
	first := map[string]string{"champion_registrations": "submitted", "evidence": "announced", "letters": "draft"}
	for noun, status := range first {
		creating(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: orderStamp, Func: func(e *core.RecordEvent) error {
			if !isServer(e.Record) || e.Record.GetString("status") == "" {
				e.Record.Set("status", status)
			}
			return e.Next()
		}})
	}
	creating(app, "champion_registrations").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderStamp, Func: func(e *core.RecordEvent) error {
		if person := ActorOf(e.App).Person(); person != nil {
			e.Record.Set("name", person.GetString("name"))
		}
		return e.Next()
	}})
	creating(app, "pathway_events").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderStamp, Func: func(e *core.RecordEvent) error {
		e.Record.Set("received_at", now())
		if e.Record.GetDateTime("recorded_at").IsZero() {
			e.Record.Set("recorded_at", e.Record.GetDateTime("received_at"))
		}
		if stopsNothing(e.Record) && untrue(textOf(e.Record, "occurred_at"), collections.Happened, now().Time()) != nil {
			at := e.Record.GetDateTime("recorded_at") // a time left out, that is none or is still to come, stops no risk (G12)
			if untrue(at.String(), collections.Happened, now().Time()) != nil {
				at = e.Record.GetDateTime("received_at")
			}
			e.Record.Set("occurred_at", at)
		}
		return e.Next()
	}})
}

// AsMade gives a record that somebody is about to make the values that the house will give
// it and that say what it is of: who made it, for whom, and who is meant by an address.
func AsMade(app core.App, r, person *core.Record) error {
	Stamp(r, person.Id, person.GetString("agency"))
	if r.Collection().Name == "case_members" && r.GetString("user") == "" {
		user, err := addressed(app, r.GetString("work_email"))
		if err != nil || user == nil {
			return err
		}
		r.Set("user", user.Id)
	}
	return nil
}

// Stamp names on a record who made it, and for which agency.
func Stamp(r *core.Record, who, agency string) {
	s := stamps[r.Collection().Name]
	if s.who != "" {
		r.Set(s.who, who)
	}
	if s.agency != "" {
		r.Set(s.agency, agency)
	}
}

// now is the server's clock; a phone's is stored, shown and never trusted.
var now = types.NowDateTime

var london = mustLocation("Europe/London")

func mustLocation(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}
