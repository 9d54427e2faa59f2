package scheme

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// remember writes one line of a registration's history, with what held from then on.
func remember(app core.App, r *core.Record, was champion.Status, who champion.Who, t kernel.Taken) (*core.Record, error) {
	c, err := app.FindCachedCollectionByNameOrId("champion_history")
	if err != nil {
		return nil, err
	}
	by, name := kernel.ActorOf(app).Person(), t.By
	line := core.NewRecord(c)
	if by != nil {
		name = by.GetString("name")
		line.Set("by", by.Id)
	}
	kind := string(who)
	if kind == "" {
		kind = kernel.ActorOf(app).Kind()
	}
	line.Load(map[string]any{
		"registration": r.Id, "user": r.GetString("user"), "agency": r.GetString("agency"), "act": t.Act,
		"was": string(was), "status": r.GetString("status"), "lead": r.GetBool("lead"), "locality": r.GetString("locality"),
		"target_groups": r.GetStringSlice("target_groups"), "valid_until": r.GetString("valid_until"),
		"at": t.At, "by_kind": kind, "by_name": name, "reason": t.Reason,
	})
	if err := app.Save(kernel.AsServer(line)); err != nil {
		return nil, fmt.Errorf("the history of registration %s: %w", r.Id, err)
	}
	return line, nil
}

// follow does what an act brings about: links that no longer hold are void, and the
// mail that it causes is written down, for the room that sends to read.
func follow(app core.App, r *core.Record, t kernel.Taken, who champion.Who, line *core.Record) error {
	switch t.Act {
	case champion.Amend, champion.MakeLead, champion.EndLead:
		return nil
	}
	if err := voidLinks(app, r.Id, t.At); err != nil {
		return err
	}
	manager := tell.Mail{To: r.GetString("manager_email"), Name: r.GetString("manager_name")}
	own := tell.Mail{To: r.GetString("work_email"), Name: r.GetString("name")}
	var m tell.Mail
	switch t.Act {
	case champion.Ask:
		m, m.Kind = manager, "agreement"
	case champion.AskRenewal:
		// A champion may have changed the address since: then the coordinator looks
		// at it first, as with a registration.
		known, err := agreedBefore(app, r.Id, manager.To)
		if err != nil {
			return err
		}
		if who != champion.Coordinator && !known {
			return nil
		}
		m, m.Kind = manager, "renewal"
	case champion.Agree, champion.Renew:
		m, m.Kind = own, "agreed"
	case champion.Refuse, champion.Decline, champion.RefuseRenewal:
		m, m.Kind = own, "declined"
	case champion.Lapse:
		m, m.Kind = own, "lapsed"
	default:
		return nil
	}
	m.Reason, m.Collection, m.Record, m.Due = m.Kind+" "+line.Id, "champion_registrations", r.Id, t.At
	return tell.Post(app, m)
}

// inDirectory saves the registration and keeps the directory equal to it: who serves
// and agreed to be shown is in it, nobody else.
func inDirectory(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	r := e.Record
	entry, err := e.App.FindFirstRecordByFilter("champions", "user = {:u} && agency = {:a}", dbx.Params{"u": r.GetString("user"), "a": r.GetString("agency")})
	missing := err != nil
	if !champion.Status(r.GetString("status")).Serves() || !r.GetBool("directory_consent") {
		if missing {
			return nil
		}
		// A registration that is over says nothing about another of the same person.
		if n, err := e.App.CountRecords("champion_registrations", dbx.NewExp(
			`"user" = {:u} AND agency = {:a} AND id != {:id} AND directory_consent AND status IN ('active', 'renewed')`,
			dbx.Params{"u": r.GetString("user"), "a": r.GetString("agency"), "id": r.Id})); err != nil || n > 0 {
			return err
		}
		return e.App.Delete(entry)
	}
	agency, err := e.App.FindRecordById("agencies", r.GetString("agency"))
	if err != nil {
		return kernel.Wrong("agency", "missing", "The registration names no agency that is a partner.")
	}
	if missing {
		c, err := e.App.FindCachedCollectionByNameOrId("champions")
		if err != nil {
			return err
		}
		if entry, err = e.App.FindFirstRecordByData("champions", "user", r.GetString("user")); err != nil {
			entry = core.NewRecord(c)
		}
	}
	entry.Load(map[string]any{
		"user": r.GetString("user"), "agency": agency.Id, "agency_name": agency.GetString("name"), "name": r.GetString("name"),
		"job_title": r.GetString("job_title"), "work_email": r.GetString("work_email"), "work_phone": r.GetString("work_phone"),
		"locality": r.GetString("locality"), "since": r.GetString("active_since"),
	})
	return e.App.Save(kernel.AsServer(entry))
}

// leaveAgency ends the registrations of somebody who leaves: an agreement was given
// for one agency (domain 4.2), and an account that is closed serves nobody.
func leaveAgency(e *core.RecordEvent) error {
	was := e.Record.Original()
	moved := was.GetString("agency") != e.Record.GetString("agency")
	closed := was.GetBool("active") && !e.Record.GetBool("active")
	if err := e.Next(); err != nil || !(moved || closed) {
		return err
	}
	rows, err := e.App.FindRecordsByFilter("champion_registrations",
		"user = {:u} && status != 'withdrawn' && status != 'declined'", "", 0, 0, dbx.Params{"u": e.Record.Id})
	if err != nil {
		return err
	}
	why := "Left the agency."
	if closed {
		why = "The account was closed."
	}
	return kernel.Within(e.App, kernel.Actor{Door: "server"}, func(tx core.App) error {
		for _, r := range rows {
			if err := Take(tx, r, kernel.Taken{Act: champion.Withdraw, Reason: why}); err != nil {
				return fmt.Errorf("the registration of %s: %w", e.Record.Id, err)
			}
		}
		return nil
	})
}
