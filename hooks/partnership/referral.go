package partnership

import (
	"cmp"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// BindReferrals keeps a referral's history one step after the other, and puts what
// social care does with it on the pathway.
func BindReferrals(app core.App) {
	kernel.Creating(app, "referrals").Bind(kernel.InDomain(makeReferral))
	kernel.Creating(app, "referral_steps").Bind(kernel.InDomain(stepReferral))
}

func makeReferral(e *core.RecordEvent) error {
	// Openness with the family is the rule; why not, where it was not safe (domain 7.2).
	if !e.Record.GetBool("family_told") && e.Record.GetString("not_told_because") == "" {
		return kernel.Wrong("not_told_because", "required", "Say why the family was not told of the referral.")
	}
	if to := e.Record.GetString("to_agency"); to != "" && e.Record.GetString("target") == "children_social_care" {
		if theirs, err := tell.IsSocialCare(e.App, to); err != nil {
			return err
		} else if !theirs {
			return kernel.Wrong("to_agency", "not_social_care", pathway.NotSocialCare)
		}
	}
	e.Record.Set("status", "draft")
	return e.Next()
}

// Answers are the steps by which whoever was asked decides, and what each is on the
// pathway.
var Answers = map[string]string{
	"accepted": "referral.accepted", "assessment": "referral.accepted", "section_47": "referral.accepted", "nfa": "referral.nfa",
}

func stepReferral(e *core.RecordEvent) error {
	s := e.Record
	step := s.GetString("step")
	r, err := e.App.FindRecordById("referrals", s.GetString("referral"))
	if err != nil {
		return kernel.Wrong("referral", "missing", "There is no such referral in this case.")
	}
	sent := r.GetString("sent_on") != ""
	_, decides := Answers[step]
	switch {
	case step == "sent" && sent:
		return kernel.Wrong("step", "sent", "This referral was sent already; make a new one to send another.")
	case step != "sent" && !sent:
		return kernel.Wrong("step", "not_sent", "Record first that the referral was sent.")
	case decides && s.GetString("decided_by") == "":
		return kernel.Wrong("decided_by", "required", "Say who decided.")
	case decides:
		if err := mayTellDecision(e.App, r, s); err != nil {
			return err
		}
	case step == "withdrawn":
		if err := mayWithdrawReferral(e.App, r, s); err != nil {
			return err
		}
	}
	switch {
	case (step == "nfa" || step == "withdrawn") && s.GetString("reason") == "":
		return kernel.Wrong("reason", "required", "Say why.")
	}
	if err := e.Next(); err != nil {
		return err
	}
	if err := standReferral(e.App, r); err != nil {
		return err
	}
	// The pathway's referral is the one to children's social care; a parent's own
	// needs (domain 1.3d) move nothing there.
	if r.GetString("target") != "children_social_care" {
		return nil
	}
	a := engagement.Arising{CaseID: r.GetString("case"), Pathway: r.GetString("pathway"), From: engagement.Turn(s, step), At: s.GetDateTime("occurred_at")}
	switch {
	case step == "sent":
		a.From, a.Kind, a.Data = engagement.Turn(r, "sent"), "referral.sent", map[string]any{"reason": r.GetString("reasons"), "to_agency": r.GetString("to_agency")}
	case decides:
		a.Kind, a.After = Answers[step], engagement.Turn(r, "sent")
		a.Data = map[string]any{"decided_by": s.GetString("decided_by"), "reason": s.GetString("reason"), "outcome": step}
	default:
		return nil
	}
	return engagement.AppendEvent(e.App, a)
}

// standReferral reads from the steps where a referral stands.
func standReferral(tx core.App, r *core.Record) error {
	steps, err := tx.FindRecordsByFilter("referral_steps", "referral = {:r}", "occurred_at,created,id", 0, 0, dbx.Params{"r": r.Id})
	if err != nil {
		return err
	}
	for _, s := range steps {
		day, step := kernel.LocalDay(s.GetDateTime("occurred_at")), s.GetString("step")
		if _, decides := Answers[step]; decides {
			r.Set("decided_on", day)
			r.Set("decided_by", s.GetString("decided_by"))
		}
		switch {
		case step == "sent":
			r.Set("sent_on", day)
		case step == "acknowledged" && r.GetString("acknowledged_on") == "":
			r.Set("acknowledged_on", day)
		}
		r.Set("status", step)
	}
	return kernel.SaveChanged(tx, r)
}

// mayTellDecision: what was decided on a referral is recorded by somebody of the agency that
// decides; or, since they often answer by telephone, by that which referred, with the name of
// who there said so.
func mayTellDecision(app core.App, r, s *core.Record) error {
	person := kernel.ActorOf(app).Person()
	if person == nil {
		return nil
	}
	own, care := person.GetString("agency"), r.GetString("target") == "children_social_care"
	if theirs, err := tell.IsSocialCare(app, own); err != nil {
		return err
	} else if care && theirs || !care && own == r.GetString("to_agency") {
		return nil
	}
	if own != r.GetString("agency") {
		return kernel.Wrong("step", "other_agency", "What was decided on a referral is recorded by those who decided it, or by "+kernel.AgencyName(app, r.GetString("agency"))+", which referred: ask "+cmp.Or(tell.ByNames(app, r.GetString("author")), kernel.AgencyName(app, r.GetString("agency")))+" to record it.")
	}
	if !pathway.Named(s.GetString("decided_by"), person.GetString("name")) {
		return kernel.Wrong("decided_by", "name_needed", pathway.NameFully)
	}
	if !care {
		return nil
	}
	if elsewhere, err := tell.WorksElsewhere(app, s.GetString("decided_by")); err != nil {
		return err
	} else if elsewhere {
		return kernel.Wrong("decided_by", "works_here", pathway.SocialCareNamed)
	}
	return nil
}

// mayWithdrawReferral: a referral is taken back by the agency that made it, or by social care
// that it went to: anybody else who takes it back silences a worry that is not theirs. Where
// nobody of that agency is on the case any more a manager there takes it back, by a sentence.
func mayWithdrawReferral(app core.App, r, s *core.Record) error {
	person, agency := kernel.ActorOf(app).Person(), r.GetString("agency")
	if person == nil || kernel.IsServer(s) || person.GetString("agency") == agency {
		return nil
	}
	if theirs, err := tell.IsSocialCare(app, person.GetString("agency")); err != nil || theirs {
		return err
	}
	here, err := tell.CalledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:c} AND m.active AND u.active AND (u.agency = {:a} OR u.agency IN (`+engagement.OfSocialCare+`)) ORDER BY u.name`, dbx.Params{"c": r.GetString("case"), "a": agency})
	if err != nil {
		return fmt.Errorf("who may take back a referral: %w", err)
	}
	if len(here) > 0 {
		return kernel.Wrong("step", "other_agency", "A referral is taken back by "+kernel.AgencyName(app, agency)+", which made it, or by social care: ask "+tell.OrOf(here)+". If you do not agree with it, raise a disagreement.")
	}
	switch may, err := kernel.May(app, person, kernel.TakeBackOthersReferral, r.GetString("case")); {
	case err != nil:
		return err
	case !may:
		return kernel.Wrong("step", "other_agency", "A referral is taken back by "+kernel.AgencyName(app, agency)+", which made it and has nobody on this case any more; so a manager does: ask "+tell.ManagersHere(app, r.GetString("case"), person.GetString("agency"), person.Id)+".")
	case !pathway.Substance(s.GetString("reason")):
		return kernel.Wrong("reason", "too_short", pathway.TooShort)
	}
	return nil
}
