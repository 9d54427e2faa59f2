package scheme

import (
	"cmp"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
)

// freeText are the fields of the scheme's records in which a person writes freely.
// Nothing that could lead to a child may stand in them.
var freeText = map[string][]string{
	"network_events":     {"title", "place", "description"},
	"network_attendance": {"note"},
	"cascade_log":        {"audience", "topic", "feedback"},
	"surgery_sessions":   {"note"},
	"good_practice":      {"title", "body", "moderation_note"},
	"coverage_targets":   {"reason"},
	"champion_policies":  {"reason"},
}

// BindNetwork holds what is true of the champions' network: whose a record is, that
// no child is in it, and that nothing is shared which nobody has read.
func BindNetwork(app core.App) {
	on := func(noun string, order int, f func(*core.RecordEvent) error) {
		kernel.Creating(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: order, Func: f})
		kernel.Updating(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: order, Func: f})
	}
	for noun, fields := range freeText {
		on(noun, kernel.OrderDomain-1, noChild(fields))
	}
	for _, noun := range []string{"cascade_log", "surgery_sessions"} {
		on(noun, kernel.OrderDomain, aChampions)
	}
	on("network_attendance", kernel.OrderStamp, stampAttendance)
	on("cascade_log", kernel.OrderStamp, stampResource)
	on("good_practice", kernel.OrderDomain, moderate)
	on("network_events", kernel.OrderDomain, func(e *core.RecordEvent) error {
		if !kernel.IsServer(e.Record) && e.Record.GetString("status") == "held" && e.Record.GetDateTime("starts_at").Time().After(kernel.Now().Time().AddDate(0, 0, 1)) {
			return kernel.Wrong("status", "too_early", "An event that lies ahead has not been held.")
		}
		return e.Next()
	})
}

func noChild(fields []string) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		for _, f := range fields {
			if !kernel.Changed(e.Record, f) {
				continue
			}
			if mark, found := champion.Identifies(e.Record.GetString(f)); found {
				return kernel.Wrong(f, "identifies", "This looks like "+string(mark)+". Nothing that could lead to a child may be written here.")
			}
		}
		return e.Next()
	}
}

// aChampions refuses the record of somebody who was never a champion and does not run
// the scheme. One who has lapsed meanwhile may have recorded it before, with no signal.
func aChampions(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) {
		return e.Next()
	}
	if person := kernel.ActorOf(e.App).Person(); person != nil {
		if may, err := MayRecord(e.App, person); err != nil {
			return err
		} else if !may {
			return kernel.Wrong("user", "no_champion", "Only a champion records this.")
		}
	}
	return e.Next()
}

// MayRecord reports whether somebody writes into the cascade log and of surgery
// sessions: who runs the scheme, and who is or was a champion.
func MayRecord(app core.App, person *core.Record) (bool, error) {
	if kernel.Holds(person, collections.Coordinator) {
		return true, nil
	}
	n, err := app.CountRecords("champion_registrations", dbx.NewExp(`"user" = {:u} AND active_since != ''`, dbx.Params{"u": person.Id}))
	return n > 0, err
}

// stampAttendance names the attendee and who recorded it. A champion records for
// themselves; their own word does not make them missed.
func stampAttendance(e *core.RecordEvent) error {
	user, err := e.App.FindRecordById("users", e.Record.GetString("user"))
	if err != nil {
		return kernel.Wrong("user", "missing", "There is no such person.")
	}
	e.Record.Set("name", user.GetString("name"))
	if e.Record.IsNew() {
		e.Record.Set("agency", user.GetString("agency")) // the one they came from then
	}
	if p := kernel.ActorOf(e.App).Person(); p != nil {
		e.Record.Set("recorded_by", p.Id)
	}
	return e.Next()
}

// stampResource keeps which version of a briefing was passed on.
func stampResource(e *core.RecordEvent) error {
	if id := e.Record.GetString("resource"); kernel.Changed(e.Record, "resource") && id != "" {
		if r, err := e.App.FindRecordById("resources", id); err == nil {
			e.Record.Set("resource_version", r.GetInt("version"))
		}
	}
	return e.Next()
}

// moderate holds the life of a good-practice item (hooks/champion, MayTurn).
func moderate(e *core.RecordEvent) error {
	r, person := e.Record, kernel.ActorOf(e.App).Person()
	was, who := "", champion.Author
	if !r.IsNew() {
		was = r.Original().GetString("status")
	}
	if person != nil && person.Id != r.GetString("user") {
		who = ""
		if kernel.Holds(person, collections.Coordinator) {
			who = champion.Coordinator
		}
	}
	if r.IsNew() && r.GetString("status") == "" {
		r.Set("status", "draft")
	}
	rewritten := kernel.Changed(r, "title") || kernel.Changed(r, "body") || kernel.Changed(r, "topics")
	if !r.IsNew() && rewritten && !champion.MayRewrite(was, who) {
		return kernel.Wrong("body", "fixed", "These words can only be changed by who wrote them, while it is a draft.")
	}
	if is := r.GetString("status"); is != was {
		ok, reason := champion.MayTurn(was, is, who)
		if !ok {
			return kernel.Wrong("status", "transition", "A good-practice item that is "+cmp.Or(spelt(was), "new")+" cannot become "+spelt(is)+" this way.")
		}
		if reason && strings.TrimSpace(r.GetString("moderation_note")) == "" {
			return kernel.Wrong("moderation_note", "required", "Say why.")
		}
		if who == champion.Coordinator {
			r.Set("moderated_by", person.Id)
			r.Set("moderated_at", kernel.Now())
		}
	}
	if a, err := e.App.FindRecordById("agencies", r.GetString("agency")); err == nil {
		r.Set("agency_name", a.GetString("name"))
	}
	return e.Next()
}
