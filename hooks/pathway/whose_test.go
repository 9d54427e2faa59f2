package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// accounts are who has one here, as far as anybody is named like them.
var accounts = []pathway.Worker{
	{ID: practitioner.id, Name: "Priya Kendal", Agency: "agency-a"}, {ID: colleague.id, Name: "Callum Reed", Agency: "agency-a"},
	{ID: manager.id, Name: "Mina Holt", Agency: "agency-a"}, {ID: deputy.id, Name: "Dara Finch", Agency: "agency-a"},
	{ID: head.id, Name: "Hugo Dean", Agency: "agency-b"}, {ID: "housing", Name: "Rosa Pike", Agency: "agency-h"},
	{ID: socialWorker.id, Name: "Sorrel Vane", Agency: "agency-s"},
	{ID: "twin", Name: "Ann Lee", Agency: "agency-a"}, {ID: "twin-s", Name: "Ann Lee", Agency: "agency-s"},
}

// whose is a family of early help, with everybody's accounts known, assessed and seen.
func whose(t *testing.T) *story {
	s := tell(t, bundled(t, early)).assessed()
	s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-s", Name: "Children's Services", Kind: "local_authority_csc"})
	s.c.Agencies[0].Name, s.c.Agencies[0].Kind, s.c.Agencies[1].Name, s.c.Agencies[1].Kind = "Early Help", "early_help", "Harbour School", "school"
	s.c.Workers, s.c.Known, s.c.SocialCare = map[string]string{}, accounts, []string{"agency-s", "agency-t"}
	for _, w := range accounts {
		s.c.Workers[w.ID] = w.Name
	}
	return s.on(10, 9).saw()
}

func (s *story) saw() *story {
	s.does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	return s
}

// closes proposes an ending, has the others answer, and somebody approve it.
func (s *story) closes(reason string, by person) pathway.Verdict {
	s.t.Helper()
	s.on(10, 15).does(practitioner, "closure.proposed", data{"reason": reason, "basis": "handover"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	s.does(socialWorker, "closure.consulted", nil)
	id := s.on(12, 10).does(by, "closure.approved", approval())
	return s.verdictOf(id)
}

func (s *story) verdictOf(id string) pathway.Verdict { return verdict(s.reads(), id) }

const sentence = "Both hold that early help is right, since the children are well."

// Social care is children's social care, and no agency that a referral was sent to: nobody
// refers to their own agency and then takes it on.
func TestOnlySocialCareIsSocialCare(t *testing.T) {
	for to, counts := range map[string]bool{"agency-a": false, "agency-b": false, "agency-h": false, "no such agency": false, "agency-s": true, "agency-t": true, "": true} {
		s := whose(t)
		id := s.does(practitioner, "referral.sent", data{"reason": "hungry", "to_agency": to})
		if v := s.verdictOf(id); counts == (v.Outcome == pathway.Attempted) || !counts && v.Reasons[0].Code != "house" {
			t.Errorf("sent to %q: %+v", to, v)
		}
		took := s.does(practitioner, "referral.accepted", data{"decided_by": "me"})
		if v := s.verdictOf(took); v.Outcome != pathway.Attempted {
			t.Errorf("sent to %q, taken on on their own word: %+v", to, v)
		}
	}
	s := whose(t) // nor is a threshold lifted so
	s.does(practitioner, "threshold.decided", data{"decision": "child_protection", "decided_by": "Mina Holt"})
	s.does(school, "referral.sent", data{"to_agency": "agency-b"})
	id := s.does(school, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
	if v := s.verdictOf(id); v.Outcome != pathway.Attempted {
		t.Errorf("a school that referred to itself: %+v", v)
	}
}

// Who has an account here and is not of social care is not social care's word; nor is anybody
// here the new area's.
func TestNobodyHerePassesForSomebodyThere(t *testing.T) {
	for named, counts := range map[string]bool{
		"Mina Holt": false, "Callum Reed": false, "mina holt, team manager": false, "Ms Holt": false, "M. Holt": false, "Hugo Dean": false, "Rosa Pike": false,
		"Margaret Hall": true, "Ms Hall": true, "Sorrel Vane": true, "Ann Lee": true, "Mina Holtby": true,
	} {
		for _, kind := range []string{"referral.accepted", "referral.nfa"} {
			s := whose(t)
			s.does(practitioner, "referral.sent", data{"to_agency": "agency-s"})
			id := s.does(practitioner, kind, data{"decided_by": named, "reason": "Below."})
			if v := s.verdictOf(id); counts == (v.Outcome == pathway.Attempted) {
				t.Errorf("%s by %q: %+v", kind, named, v)
			}
		}
	}
	for named, counts := range map[string]bool{"Mina Holt": false, "Sorrel Vane": false, "Rosa Pike": false, "Ann Lee": false, "Ruth Ander": true} {
		s := whose(t)
		s.does(practitioner, "family.moved", data{"to": "Saltmere"})
		id := s.does(practitioner, "new_area.accepted", data{"accepted_by": named})
		if v := s.verdictOf(id); counts == (v.Outcome == pathway.Attempted) {
			t.Errorf("taken on by %q: %+v", named, v)
		}
	}
	s := whose(t) // what counted when it came is not undone by an account that came since
	s.does(practitioner, "referral.sent", data{"to_agency": "agency-s"})
	id := s.does(practitioner, "referral.accepted", data{"decided_by": "Rosa Pike"})
	s.last().ReceivedVerdict = pathway.Accepted
	if v := s.verdictOf(id); v.Outcome == pathway.Attempted {
		t.Errorf("undone: %+v", v)
	}
}

// Nobody ends the work on a word of their own, or that names them: not social care's, not the
// new area's, not that a threshold is met no more.
func TestNobodyEndsTheWorkOnTheirOwnWord(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*story)
		reason string
		by     person
		ends   bool
	}{
		{"told, by a flag and a letter", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true, By: []string{practitioner.id}}
			s.does(practitioner, "social_worker.told", data{"told": "x"})
		}, "statutory", manager, false},
		{"told, with the name of a colleague", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true}
			s.does(practitioner, "social_worker.told", data{"told": "all of it", "spoken_to": "Callum Reed"})
		}, "statutory", manager, false},
		{"told, with a name, approved by another", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true, By: []string{practitioner.id}}
			s.does(practitioner, "social_worker.told", data{"told": "all of it", "spoken_to": "Margaret Hall"})
		}, "statutory", manager, true},
		{"told and approved by one", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true}
			s.does(manager, "social_worker.told", data{"told": "all of it", "spoken_to": "Margaret Hall"})
		}, "statutory", manager, false},
		{"flagged and approved by one", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true, By: []string{manager.id}}
			s.does(practitioner, "social_worker.told", data{"told": "all of it", "spoken_to": "Margaret Hall"})
		}, "statutory", manager, false},
		{"told, as social care records", func(s *story) {
			s.c.Section47 = pathway.Flag{Open: true}
			s.does(socialWorker, "social_worker.told", data{"told": "all of it"})
		}, "statutory", manager, true},
		{"a plan that is over on her own word", func(s *story) {
			s.c.CPPlan.Was = []pathway.Span{{From: "2026-06-01", Until: "2026-11-09", By: manager.id}}
		}, "needs_met", manager, false},
		{"a plan that is over on another's word", func(s *story) {
			s.c.CPPlan.Was = []pathway.Span{{From: "2026-06-01", Until: "2026-11-09", By: practitioner.id}}
		}, "needs_met", manager, true},
		{"a plan that was over before this began", func(s *story) {
			s.c.CPPlan.Was = []pathway.Span{{From: "2026-06-01", Until: "2026-07-09", By: manager.id}}
		}, "needs_met", manager, true},
		{"a new area, recorded and approved by one", func(s *story) {
			s.does(practitioner, "family.moved", data{"to": "Saltmere"})
			s.does(manager, "new_area.accepted", data{"accepted_by": "Ruth Ander"})
		}, "moved", manager, false},
		{"a new area, approved by another", func(s *story) {
			s.does(practitioner, "family.moved", data{"to": "Saltmere"})
			s.does(manager, "new_area.accepted", data{"accepted_by": "Ruth Ander"})
		}, "moved", deputy, true},
		{"not met in the name of who approves", func(s *story) {
			s.does(practitioner, "consent.refused", nil)
			s.does(colleague, "threshold.decided", data{"decision": "not_met", "decided_by": "Mina Holt"})
		}, "declined", manager, false},
		{"not met in a manager's name, approved by another", func(s *story) {
			s.does(practitioner, "consent.refused", nil)
			s.does(colleague, "threshold.decided", data{"decision": "not_met", "decided_by": "Mina Holt"})
		}, "declined", deputy, true},
		{"lifted in the name of who approves", lifted(practitioner, "Mina Holt"), "needs_met", manager, false},
		{"lifted in a name, and by her own record", func(s *story) {
			lifted(practitioner, "Mina Holt")(s)
			s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "me"})
		}, "needs_met", manager, true},
		{"lifted and approved by one", lifted(manager, "Margaret Hall"), "needs_met", manager, false},
		{"lifted by one, approved by another", lifted(manager, "Margaret Hall"), "needs_met", deputy, true},
	} {
		s := whose(t)
		c.before(s)
		if v := s.closes(c.reason, c.by); s.reads().Ended != c.ends {
			t.Errorf("%s: %s %+v", c.name, s.reads().State, v)
		}
	}
}

// lifted is a threshold that was met, and that somebody then records to be met no more.
func lifted(by person, named string) func(*story) {
	return func(s *story) {
		s.does(practitioner, "threshold.decided", data{"decision": "child_protection", "decided_by": "Mina Holt"})
		s.does(by, "threshold.decided", data{"decision": "not_met", "decided_by": named})
	}
}

// Nor does anybody cancel a pathway so; whoever is named says so themselves first.
func TestNobodyCancelsOverAThresholdOnTheirOwnWord(t *testing.T) {
	const why = "The clinic meant the family next door, who bear the same name."
	own := func(s *story) { s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "me"}) }
	takenBack := func(s *story) {
		id := s.does(practitioner, "threshold.decided", data{"decision": "child_protection", "decided_by": "Priya Sharma"})
		s.does(manager, "event.withdrawn", data{"reason": why})
		s.last().Corrects = id
	}
	for _, c := range []struct {
		name   string
		before []func(*story)
		by     person
		ends   bool
	}{
		{"in her name, without her", []func(*story){lifted(practitioner, "Mina Holt")}, manager, false},
		{"in her name, and she says so", []func(*story){lifted(practitioner, "Mina Holt"), own}, manager, true},
		{"in her name, and another manager", []func(*story){lifted(practitioner, "Mina Holt")}, deputy, true},
		{"on her own word", []func(*story){lifted(manager, "Margaret Hall")}, manager, false},
		{"taken back and cancelled by one", []func(*story){takenBack}, manager, false},
		{"taken back by one, cancelled by another", []func(*story){takenBack}, deputy, true},
		{"taken back, and whoever decided says so", []func(*story){takenBack, func(s *story) {
			s.does(practitioner, "threshold.decided", data{"decision": "not_met", "decided_by": "Mina Holt"})
		}}, manager, true},
	} {
		s := whose(t)
		for _, f := range c.before {
			f(s)
		}
		id := s.does(c.by, "pathway.cancelled", data{"reason": why})
		if r := s.reads(); r.Ended != c.ends {
			t.Errorf("%s: %s %+v", c.name, r.State, verdict(r, id))
		}
	}
}

// A disagreement is between two agencies, and over once both say how it was settled, in a
// sentence; or whoever chaired its last meeting does.
func TestADisagreementIsSettledByBothSides(t *testing.T) {
	opens := func(s *story, with string) string {
		return s.does(school, "dispute.opened", data{"about": "Who leads", "subject": "roles", "with_agency": with})
	}
	settle := func(who person, outcome string) func(*story) {
		return func(s *story) { s.does(who, "dispute.resolved", data{"outcome": outcome}) }
	}
	up := func(s *story) {
		for range 3 {
			s.does(school, "dispute.stage_up", nil)
		}
	}
	for _, c := range []struct {
		name, with string
		then       []func(*story)
		over       bool
	}{
		{"the accused alone", "agency-a", []func(*story){settle(manager, sentence)}, false},
		{"who raised it alone", "agency-a", []func(*story){settle(school, sentence)}, false},
		{"one of them twice", "agency-a", []func(*story){settle(manager, sentence), settle(practitioner, sentence)}, false},
		{"both", "agency-a", []func(*story){settle(manager, sentence), settle(school, sentence)}, true},
		{"both, one of them with a letter", "agency-a", []func(*story){settle(manager, "x"), settle(school, sentence)}, false},
		{"with nobody in particular, who raised it alone", "", []func(*story){settle(school, sentence)}, false},
		{"with nobody in particular, and another", "", []func(*story){settle(school, sentence), settle(socialWorker, sentence)}, true},
		{"a side that is not here, one person alone", "agency-h", []func(*story){settle(school, sentence)}, false},
		{"a side that is not here, and a second person", "agency-h", []func(*story){settle(school, sentence), settle(head, sentence)}, true},
		{"whoever chaired the last meeting", "agency-a", []func(*story){up, settle(socialWorker, sentence)}, true},
		{"one side, of the last meeting", "agency-a", []func(*story){up, settle(manager, sentence)}, false},
	} {
		s := whose(t)
		opens(s, c.with)
		for _, f := range c.then {
			f(s)
		}
		if r := s.reads(); r.Disputed == c.over {
			t.Errorf("%s: disputed %v %+v", c.name, r.Disputed, r.Verdicts[len(r.Verdicts)-1])
		}
	}
	s := whose(t)
	if v := s.verdictOf(opens(s, "agency-b")); v.Outcome != pathway.Attempted || v.Reasons[0].Code != "house" {
		t.Errorf("with oneself: %+v", v)
	}
	opens(s, "agency-a")
	id := s.does(manager, "dispute.resolved", data{"outcome": sentence})
	if v := s.verdictOf(id); v.Outcome == pathway.Attempted || len(v.Reasons) != 1 || v.Reasons[0].Text != "It is settled once Harbour School records that too." {
		t.Errorf("the first of the two: %+v", v)
	}
}

// A disagreement lifts no threshold: it lets the agencies decide anew, where it was about the
// threshold and the agency that decided it was one of its sides and agreed.
func TestADisagreementAboutSomethingElseLiftsNoThreshold(t *testing.T) {
	for _, c := range []struct {
		name, subject string
		opens         person
		with          string
		settle        []person
		decides       person
		lifts         bool
	}{
		{"between two others", "threshold", school, "agency-s", []person{school, socialWorker}, head, false},
		{"about something else", "roles", school, "agency-a", []person{school, manager}, head, false},
		{"the accused alone", "threshold", school, "agency-a", []person{manager}, head, false},
		{"about it, both", "threshold", school, "agency-a", []person{school, manager}, head, true},
		{"about it, both, and nobody decides anew", "threshold", school, "agency-a", []person{school, manager}, person{}, false},
	} {
		s := whose(t)
		s.does(practitioner, "threshold.decided", data{"decision": "child_protection", "decided_by": "Mina Holt"})
		s.does(c.opens, "dispute.opened", data{"about": "The threshold", "subject": c.subject, "with_agency": c.with})
		for _, who := range c.settle {
			s.does(who, "dispute.resolved", data{"outcome": sentence})
		}
		if c.decides.id != "" {
			s.does(c.decides, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
		}
		id := s.does(deputy, "pathway.cancelled", data{"reason": "The clinic meant the family next door, who bear the same name."})
		if r := s.reads(); r.Ended != c.lifts {
			t.Errorf("%s: %s %+v", c.name, r.State, verdict(r, id))
		}
	}
}

// What an agency has said is its own to take back: whoever wants it otherwise does not, a
// manager or not.
func TestNobodyTakesBackWhatAnotherAgencySaid(t *testing.T) {
	for _, c := range []struct {
		kind string
		d    data
		says person
	}{
		{"closure.objected", data{"reason": "Ada still comes hungry."}, school},
		{"closure.consulted", nil, school},
		{"referral.nfa", data{"decided_by": "me", "reason": "Below."}, socialWorker},
		{"dispute.opened", data{"about": "Who leads", "with_agency": "agency-a"}, school},
	} {
		for who, counts := range map[person]bool{manager: false, head: c.says == school, c.says: true} {
			s := whose(t)
			if c.kind == "referral.nfa" {
				s.does(practitioner, "referral.sent", nil)
			} else {
				s.on(10, 15).does(practitioner, "closure.proposed", data{"reason": "needs_met", "basis": "assessment"})
			}
			of := s.does(c.says, c.kind, c.d)
			id := s.does(who, "event.withdrawn", data{"reason": "It was recorded on the wrong family, who live next door."})
			s.last().Corrects = of
			if v := s.verdictOf(id); counts == (v.Outcome == pathway.Attempted) {
				t.Errorf("%s taken back by %s: %+v", c.kind, who.id, v)
			}
			if s.verdictOf(of).Outcome == pathway.Attempted {
				t.Errorf("%s: %+v", c.kind, s.verdictOf(of))
			}
		}
	}
}
