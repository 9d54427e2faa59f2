package pathway_test

import (
	"slices"
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// Who decided is named in full, and is not whoever writes it down.
func TestANameIsOne(t *testing.T) {
	const own = "Priya Kendal"
	for _, name := range []string{
		"Margaret Hall", "margaret hall", "Margaret Hall, team manager", "Duty manager: Margaret Hall", "Ms Hale", "Dr. Ahmed", "M. Hall", "Siân O'Neill-Price",
		"Nguyễn Văn An", "Ọlá Adébáyọ̀", "محمد علي", "王小明", "Priya Sharma", "Hall Margaret", "An Nguyen", "My Larsson", "Li Na", "In-young Park", "Anna Ward",
	} {
		if !pathway.Named(name, own) {
			t.Errorf("%q names somebody", name)
		}
	}
	for _, name := range []string{
		"", "me", "Me Myself", "myself", "x", "?", "Margaret", "the front door", "duty", "The duty social worker", "team manager", "a named team manager", "somebody", "n/a",
		"Priya Kendal", "priya  kendal", "Kendal, Priya", "Priya", "Ms Kendal", "P. Kendal", "Priya Kendal, practitioner", "me (Priya)", "1 2", "A B", "x x", "Margaret Margaret", "王", "First Response", "Mum Smith", "Step Dad", "Big Brother", "To be confirmed", "my sister", "My Manager", "IN PERSON", "AN HALL",
	} {
		if pathway.Named(name, own) {
			t.Errorf("%q names nobody else", name)
		}
	}
}

var (
	socialWorker = person{"social-worker", "member", "agency-s"}
	dutyManager  = person{"duty-manager", "manager", "agency-s"}
	deputy       = person{"deputy", "manager", "agency-a"}
	second       = person{"second", "manager", "agency-a"}
	head         = person{"head", "manager", "agency-b"}
)

// referred is a family whom early help referred to social care, which is on the case.
func referred(t *testing.T) *story {
	s := tell(t, bundled(t, early)).assessed()
	s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-s", Name: "Children's Services", Kind: "local_authority_csc"})
	s.c.Workers = map[string]string{practitioner.id: "Priya Kendal", manager.id: "Mina Holt"}
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	s.does(practitioner, "referral.sent", data{"reason": "still hungry", "to_agency": "agency-s"})
	return s
}

// A pathway is not closed as "social care leads now" on the word of whoever wants it so:
// what social care decided is recorded by them, or by whoever referred, who names whom of
// theirs they spoke to.
func TestWhatSocialCareDecidedIsTheirWord(t *testing.T) {
	for _, kind := range []string{"referral.accepted", "referral.nfa"} {
		for _, c := range []struct {
			by, named string
			who       person
			counts    bool
		}{
			{"social care itself", "me", socialWorker, true},
			{"its manager", "Duty", dutyManager, true},
			{"who referred, naming nobody", "me", practitioner, false},
			{"who referred, naming the office", "the front door", practitioner, false},
			{"who referred, by a first name", "Margaret", practitioner, false},
			{"who referred, naming themselves", "Priya Kendal", practitioner, false},
			{"who referred, naming whom they spoke to", "Margaret Hall", practitioner, true},
			{"a colleague of who referred", "Margaret Hall", colleague, true},
			{"a school that referred nobody", "Margaret Hall", school, false},
			{"nobody on the case", "Margaret Hall", machine, false},
		} {
			s := referred(t)
			id := s.does(c.who, kind, data{"decided_by": c.named, "reason": "Below."})
			v := verdict(s.reads(), id)
			if c.counts == (v.Outcome == pathway.Attempted) {
				t.Errorf("%s by %s: %+v", kind, c.by, v)
			}
			if !c.counts && (len(v.Reasons) != 1 || v.Reasons[0].Code != "house") {
				t.Errorf("%s by %s: %+v", kind, c.by, v)
			}
			relayed := slices.ContainsFunc(v.Reasons, func(r pathway.Reason) bool {
				return strings.HasPrefix(r.Text, "Recorded by") && strings.Contains(r.Text, "on the word of Margaret Hall. Add their telephone number")
			})
			if want := c.counts && c.who.agency != "agency-s"; relayed != want {
				t.Errorf("%s by %s: on the word of whom? %+v", kind, c.by, v.Reasons)
			}
		}
	}
}

// Whoever referred, or passed on what was said, does not approve an ending on that word.
func TestAnEndingOnAWordThatWasPassedOnIsApprovedByAnother(t *testing.T) {
	for _, c := range []struct {
		name               string
		records, approving person
		ends               bool
	}{
		{"passed on by the worker, approved by a manager", practitioner, manager, true},
		{"passed on and approved by a manager", manager, manager, false},
		{"passed on by one manager, approved by another", manager, deputy, true},
		{"recorded by social care", socialWorker, manager, true},
	} {
		s := referred(t)
		s.does(c.records, "referral.accepted", data{"decided_by": "Margaret Hall"})
		s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "statutory", "basis": "handover"})
		s.on(11, 10).does(school, "closure.consulted", nil)
		s.does(socialWorker, "closure.consulted", nil)
		id := s.on(12, 10).does(c.approving, "closure.approved", approval())
		if r := s.reads(); r.Ended != c.ends {
			t.Errorf("%s: %s %+v", c.name, r.State, verdict(r, id))
		}
	}
	s := referred(t) // whoever referred approves no more than whoever passed it on
	for i := range s.events {
		if s.events[i].Kind == "referral.sent" {
			s.events[i].By, s.events[i].Role = manager.id, manager.role
		}
	}
	s.does(practitioner, "referral.accepted", data{"decided_by": "Margaret Hall"})
	s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "statutory", "basis": "handover"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	s.does(socialWorker, "closure.consulted", nil)
	id := s.on(12, 10).does(manager, "closure.approved", approval())
	if r := s.reads(); r.Ended || len(verdict(r, id).Reasons) != 1 || verdict(r, id).Reasons[0].Code != "G8" {
		t.Errorf("%s %+v", r.State, verdict(r, id))
	}
}

// Why a child was not seen is said in a sentence.
func TestWhyAChildWasNotSeenIsASentence(t *testing.T) {
	s := tell(t, bundled(t, early)).handedOver()
	s.c.Children = []pathway.Child{{ID: "ada", Name: "Ada"}}
	s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "child.seen" })
	for said, ends := range map[string]bool{"x": false, "not seen": false, "Ada was not brought": false, "She is kept from us at the door each time we come.": true} {
		d := approval()
		d["not_seen"] = said
		id := s.does(manager, "closure.approved", d)
		r := s.reads()
		if v := verdict(r, id); r.Ended != ends {
			t.Errorf("%q: %s %+v", said, r.State, v)
		}
		s.events = s.events[:len(s.events)-1]
	}
}

// Somebody in the new area who takes a family on has a name.
func TestWhoTookAFamilyOnHasAName(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	s.c.Workers = map[string]string{practitioner.id: "Priya Kendal"}
	s.does(practitioner, "family.moved", data{"to": "Saltmere"})
	for by, counts := range map[string]bool{"?": false, "x": false, "me": false, "Priya Kendal": false, "somebody there": false, "Ms Hale": true, "Ruth Ander": true} {
		id := s.does(practitioner, "new_area.accepted", data{"accepted_by": by})
		if v := verdict(s.reads(), id); counts == (v.Outcome == pathway.Attempted) {
			t.Errorf("%q: %+v", by, v)
		}
	}
}

// Who leads is changed on the case, and nobody writes by hand that they do.
func TestNobodyWritesThatTheyLead(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	id := s.does(practitioner, "lead.changed", data{"lead": "Priya Kendal"})
	if v := verdict(s.reads(), id); v.Outcome != pathway.Attempted || v.Reasons[0].Code != "house" {
		t.Errorf("by hand: %+v", v)
	}
	id = s.does(practitioner, "lead.changed", data{"lead": "Priya Kendal"})
	s.last().ArisesFrom = "case_members/m1/lead/2026-11-06"
	if v := verdict(s.reads(), id); v.Outcome != pathway.Accepted {
		t.Errorf("of the case: %+v", v)
	}
}

// A meeting that did not say whether the family was told says so once it is put right.
func TestWhetherTheFamilyWasToldIsPutRight(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	held := data{"decision": "a plan", "family_views": "asked"}
	first := s.does(practitioner, "meeting.held", held)
	right := s.does(practitioner, "meeting.held", data{"decision": "a plan", "family_views": "asked", "family_told": "yes"})
	s.last().Corrects = first
	r := s.reads()
	if v := verdict(r, right); v.Outcome != pathway.Accepted || v.Reasons != nil {
		t.Errorf("%+v", v)
	}
	if v := verdict(r, first); v.CorrectedBy != right {
		t.Errorf("%+v", v)
	}
}

// Whoever is said to have said so elsewhere can be rung: a remark asks for their number or
// agency where there is neither; of who has an account here, and of the family, it is known.
func TestWhoSaidSoCanBeRung(t *testing.T) {
	for name, known := range map[string]bool{
		"Margaret Hall": false, "Ms Hall": false, "Margaret Hall, 01632 960 100": true, "Margaret Hall 01632960100": true, "Margaret Hall of Fellmoor Children's Services": true,
		"Margaret Hall, team manager": true, "Margaret Hall 12": false, "Margaret Hall,": false, "Margaret Hall at Weir House": true, "Margaret Hall (Weir House)": true, "Ada Marlowe": true, "Sorrel Vane": true, "Tess Marlowe": true,
	} {
		s := whose(t)
		s.c.Adults = []pathway.Adult{{ID: "tess", Name: "Tess Marlowe"}}
		s.c.Children[0].Name = "Ada Marlowe"
		s.does(school, pathway.ImmediateRisk, data{"what": "A knife."})
		for kind, member := range map[string]string{"social_worker.told": "spoken_to", "immediate_risk.resolved": "spoken_to"} {
			id := s.does(manager, kind, data{member: name, "told": "All of it.", "how": "The police took the knife away."})
			v := s.verdictOf(id)
			if asks := slices.ContainsFunc(v.Reasons, func(r pathway.Reason) bool { return strings.Contains(r.Text, "can ring back") }); asks == known || v.Outcome != pathway.Accepted {
				t.Errorf("%s, %s: %+v", kind, name, v)
			}
		}
	}
}
