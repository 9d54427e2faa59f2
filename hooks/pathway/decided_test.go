package pathway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/hooks/pathway"
)

// receives is the server having an event: it keeps what it held a decision to be.
func (s *story) receives(id string) pathway.Verdict {
	s.t.Helper()
	v := verdict(s.reads(), id)
	for i := range s.events {
		if s.events[i].ID == id {
			s.events[i].ReceivedVerdict = pathway.Accepted
			if v.Outcome == pathway.Attempted {
				s.events[i].ReceivedVerdict = v.Outcome
			}
		}
	}
	return v
}

// A manager who was told no has not decided: what arrives later lifts what stood in the
// way, and asks them again (A5).
func TestARefusedApprovalStaysRefused(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	s.c.Children[0].LastSeenOn, s.c.Children[1].LastSeenOn = "2026-08-01", "2026-08-01"
	s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "child.seen" })
	id := s.does(manager, "closure.approved", approval())
	if v := s.receives(id); v.Outcome != pathway.Attempted {
		t.Fatal(v)
	}
	if got := step(s.reads(), "approve-again"); got.Code != "" {
		t.Errorf("asked while it still stands in the way: %+v", got)
	}
	s.on(16, 9).does(school, "child.seen", data{"children": []any{"ada", "ben"}})
	s.last().OccurredAt = at(12, 9) // a phone that was offline
	r := s.reads()
	if v := verdict(r, id); r.State != "closure_proposed" || v.Outcome != pathway.Attempted || len(v.Reasons) != 1 {
		t.Errorf("%s %+v", r.State, v)
	}
	if got := step(r, "approve-again"); got.Status != pathway.Open || got.Title != "Approve again: what stood in the way is gone" {
		t.Errorf("%+v", got)
	}
	if len(r.Again) != 1 || r.Again[0].Event != id || r.Again[0].By != manager.id || r.Again[0].Kind != "closure.approved" {
		t.Errorf("%+v", r.Again)
	}
	again := s.on(16, 12).does(manager, "closure.approved", approval())
	r = s.reads()
	if got := step(r, "approve-again"); r.State != "closed_needs_met" || got.Status != pathway.Done || got.DoneBy != again || r.Again != nil {
		t.Errorf("%s %+v %+v", r.State, got, r.Again)
	}
}

// The same of every decision that only a manager makes, and of one that was accepted and
// fell since.
func TestWhatFellDoesNotRiseAgain(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	id := s.does(manager, "closure.approved", approval())
	if v := s.receives(id); v.Outcome != pathway.Accepted {
		t.Fatal(v)
	}
	risk := s.on(13, 9).does(school, pathway.ImmediateRisk, nil)
	s.last().OccurredAt = at(12, 9)
	if v := s.receives(id); v.Outcome != pathway.Attempted {
		t.Fatal(v)
	}
	s.on(13, 10).does(manager, "immediate_risk.resolved", data{"how": "seen at home, safe", "risk": risk})
	s.last().OccurredAt = at(12, 10).Add(-time.Minute)
	if r := s.reads(); r.State != "closure_proposed" || step(r, "approve-again").Status != pathway.Open {
		t.Errorf("%s %+v", r.State, step(r, "approve-again"))
	}

	s = tell(t, bundled(t, early)).tries()
	s.on(9, 9)
	id = s.does(manager, "risk_assessment.signed_off", nil)
	s.receives(id)
	s.does(practitioner, "risk_assessment.submitted", impact("ada", "ben"))
	s.last().OccurredAt = at(9, 8)
	if r := s.reads(); verdict(r, id).Outcome != pathway.Attempted || step(r, "sign-off").Status == pathway.Done || step(r, "approve-again").Status != pathway.Open {
		t.Errorf("signed off before it was read: %+v", verdict(r, id))
	}
}

func TestI19OnlyADecisionEndsAPathwayAsItComes(t *testing.T) {
	kinds := []string{
		"closure.proposed", "closure.consulted", "closure.objected", "closure.approved", "closure.approved", "closure.approved", "closure.rejected",
		"child.seen", "dispute.opened", "dispute.resolved", pathway.ImmediateRisk, "immediate_risk.resolved", "threshold.decided",
		"consent.refused", "event.withdrawn", "referral.sent", "referral.accepted", "plan.agreed", "pathway.cancelled", "closure.confirmed",
	}
	holds(t, kinds, func(t *rapid.T, s *story, _ pathway.Result) {
		events := slices.Clone(s.events)
		slices.SortStableFunc(events, func(a, b pathway.Event) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
		if rapid.Bool().Draw(t, "unseen for long") {
			s.c.Children[0].LastSeenOn = "2026-08-01"
		}
		s.events = nil
		was := false
		for _, e := range events {
			s.events = append(s.events, e)
			now := e.ReceivedAt
			r, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, now)
			if err != nil {
				t.Fatal(err)
			}
			if r.Ended && !was && e.Kind != "closure.approved" && e.Kind != "pathway.cancelled" {
				t.Fatalf("ended as %s of %s came", e.Kind, e.ID)
			}
			was = r.Ended
			for i := range s.events {
				d := &s.events[i]
				if v := verdict(r, d.ID); d.ReceivedVerdict == "" || v.Outcome == pathway.Attempted {
					d.ReceivedVerdict = v.Outcome
				}
			}
		}
		if later, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, s.now.AddDate(1, 0, 0)); err != nil || later.Ended && !was {
			t.Fatalf("ended as time went by: %v", err)
		}
	})
}

// A no is an end only where somebody else decided, after it, that the threshold is not met
// (A3, G9).
func TestANoOverAThresholdIsNoEnd(t *testing.T) {
	for _, decision := range []string{"not_met", "child_in_need", "child_protection"} {
		for _, by := range []person{practitioner, manager} {
			s := tell(t, bundled(t, early)).assessed()
			s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
			s.does(practitioner, "consent.refused", data{"reason": "they want us gone"})
			s.does(by, "threshold.decided", data{"decision": decision, "decided_by": "me"})
			s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "declined", "basis": "family_choice"})
			s.on(11, 10).does(school, "closure.consulted", nil)
			id := s.on(12, 10).does(manager, "closure.approved", approval())
			r := s.reads()
			if ends := decision == "not_met" && by == manager; r.Ended != ends {
				t.Errorf("%s by %s: %s", decision, by.id, r.State)
			} else if !ends {
				want := "The threshold was decided to be " + strings.ReplaceAll(decision, "_", " ") + "; refer, or record a new decision by somebody else."
				if decision == "not_met" {
					want = "Whoever proposes ending decided themselves that the threshold is not met; have somebody else decide it."
				}
				if v := verdict(r, id); len(v.Reasons) != 1 || v.Reasons[0] != (pathway.Reason{Code: "G9", Text: want}) {
					t.Errorf("%s by %s: %+v", decision, by.id, v.Reasons)
				}
			}
			refer := step(r, "refer")
			if due := map[string]string{"child_in_need": "2026-11-11", "child_protection": "2026-11-10"}[decision]; refer.DueOn != due {
				t.Errorf("%s: a referral due %+v", decision, refer)
			}
			if k := timer(r, "refer"); decision != "not_met" && (k.Status != pathway.Overdue || !slices.Equal(k.Tell, []string{"manager"})) {
				t.Errorf("%+v", k)
			}
		}
	}
}

// Nor is it any other end than that social care leads, or that the agencies decided anew, which
// a disagreement that both settled lets them; and a decision of before the no does not speak of it.
func TestAThresholdIsReferredOrDecidedAnew(t *testing.T) {
	over := func(reason string, then func(*story)) pathway.Result {
		s := tell(t, bundled(t, early)).assessed()
		s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
		s.does(manager, "threshold.decided", data{"decision": "child_in_need", "decided_by": "me"})
		then(s)
		s.on(10, 15).does(practitioner, "closure.proposed", data{"reason": reason, "basis": "assessment"})
		s.on(11, 10).does(school, "closure.consulted", nil)
		s.on(12, 10).does(manager, "closure.approved", approval())
		return s.reads()
	}
	if r := over("needs_met", func(*story) {}); r.Ended || verdict(r, r.Verdicts[len(r.Verdicts)-1].Event).Reasons[0].Text != "The threshold was decided to be child in need; refer, or record a new decision by somebody else." {
		t.Errorf("needs met over a threshold: %s", r.State)
	}
	if r := over("needs_met", func(s *story) {
		s.does(school, "dispute.opened", data{"about": "child in need", "subject": "threshold", "with_agency": "agency-a"})
		s.does(manager, "dispute.resolved", data{"outcome": sentence})
		s.does(school, "dispute.resolved", data{"outcome": sentence})
		s.does(head, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
	}); !r.Ended {
		t.Errorf("a settled disagreement: %s", r.State)
	}
	if r := over("needs_met", func(s *story) {
		s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
		s.does(deputy, "threshold.decided", data{"decision": "not_met", "decided_by": "Margaret Hall"})
	}); !r.Ended || step(r, "refer").Status == pathway.Open {
		t.Errorf("decided anew: %s %+v", r.State, step(r, "refer"))
	}
	if r := over("statutory", func(s *story) {
		s.does(practitioner, "referral.sent", nil)
		s.does(practitioner, "referral.accepted", data{"decided_by": "Margaret Hall"})
	}); !r.Ended || step(r, "refer").Status != pathway.Done {
		t.Errorf("referred: %s %+v", r.State, step(r, "refer"))
	}
	s := tell(t, bundled(t, early)).assessed()
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "me"})
	s.does(practitioner, "consent.refused", nil)
	s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": "declined"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	id := s.on(12, 10).does(manager, "closure.approved", approval())
	if r := s.reads(); r.Ended || !strings.HasPrefix(verdict(r, id).Reasons[0].Text, "The threshold was decided before the family") {
		t.Errorf("%s %+v", r.State, verdict(r, id).Reasons)
	}
}

const enough = "The children are seen every day and are well; the nurse agrees by telephone."

// Of each agency the latest answer counts, and a reason is a sentence (A14).
func TestTheLatestAnswerCountsAndAReasonIsOne(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	s.does(school, "closure.objected", data{"reason": "he still comes hungry"})
	if got := step(s.reads(), "settle-objection"); got.Status != pathway.Open {
		t.Errorf("an objection: %+v", got)
	}
	for _, reason := range []string{"", "ok", "fine fine fine fine fine fine", "                    ok           ", "12345678901234567890123"} {
		d := approval()
		d["override_reason"] = reason
		s.does(manager, "closure.approved", d)
		if r := s.reads(); r.Ended {
			t.Errorf("%q is no reason", reason)
		}
	}
	s.does(school, "closure.consulted", nil)
	if got := step(s.reads(), "settle-objection"); got.Status != pathway.Done {
		t.Errorf("an objection that was taken back: %+v", got)
	}
	id := s.does(manager, "closure.approved", approval())
	if r := s.reads(); !r.Ended {
		t.Errorf("it agrees now: %+v", verdict(r, id))
	}
}

// Who may end it: a manager of the agency that leads or a service manager; and over an
// objection somebody senior to whoever proposed (A15).
func TestWhoMayEndAndOverAnObjection(t *testing.T) {
	lead, other := person{"manager", "manager", "agency-a"}, person{"head", "manager", "agency-b"}
	second := person{"second", "service_manager", "agency-a"}
	for _, c := range []struct {
		by       person
		proposer string
		objects  bool
		why      string
	}{
		{lead, "practitioner", false, ""},
		{other, "practitioner", false, "Ending is for a manager of Early Help, which leads, or a service manager: ask Mo Reyes of Early Help."},
		{person{"second", "service_manager", "agency-b"}, "practitioner", false, ""},
		{lead, "practitioner", true, ""},
		{lead, "manager", false, ""},
		{lead, "manager", true, "An agency objects, so this is for somebody senior to whoever proposed it; ask a service manager, or raise it as a disagreement."},
		{second, "manager", true, ""},
		{person{"school", "member", "agency-b"}, "practitioner", false, "This is for a manager: ask Mo Reyes of Early Help to record it."},
	} {
		s := tell(t, bundled(t, early)).proposed("needs_met")
		s.c.Lead, s.c.Agencies[0].Name = "agency-a", "Early Help"
		s.c.Managers = []pathway.Manager{{ID: "mo", Name: "Mo Reyes", Agency: "agency-a"}, {ID: other.id, Name: "Oona", Agency: "agency-b"}, {ID: "cy", Name: "Cy", Agency: "agency-a", Member: true}}
		s.c.Approvers = map[string][]string{}
		for i := range s.events {
			s.c.Approvers[s.events[i].By] = []string{"mo"}
		}
		for i := range s.events {
			if s.events[i].Kind == "closure.proposed" {
				s.events[i].Role = c.proposer
			}
		}
		d := approval()
		if c.objects {
			s.does(school, "closure.objected", data{"reason": "he still comes hungry"})
			d["override_reason"] = enough
		}
		id := s.does(c.by, "closure.approved", d)
		r := s.reads()
		v := verdict(r, id)
		if r.Ended != (c.why == "") || c.why != "" && (len(v.Reasons) != 1 || v.Reasons[0].Text != c.why) {
			t.Errorf("%s over %s, objection %v: %s %+v", c.by.role, c.proposer, c.objects, r.State, v.Reasons)
		}
		s.events[len(s.events)-1].ReceivedVerdict = v.Outcome
		if s.c.Lead = "agency-c"; s.reads().Ended != r.Ended {
			t.Errorf("%s: who leads since changes what was decided", c.by.role)
		}
	}
	s := tell(t, bundled(t, early)).proposed("needs_met")
	id := s.does(person{"stranger", "system", "agency-z"}, "closure.objected", data{"reason": "no"})
	if v := verdict(s.reads(), id); v.Outcome != pathway.Attempted || v.Reasons[0].Text != "Only somebody on the case answers for their agency." {
		t.Errorf("an answer of nobody on the case: %+v", v)
	}
}

// An objection in time that comes after it was overridden as silence reaches whoever
// overrode it: one working day to confirm, with a reason, or to open it again (A14).
func TestALateObjectionIsHeard(t *testing.T) {
	s := tell(t, bundled(t, early)).proposed("needs_met")
	s.c.Agencies = append(s.c.Agencies, pathway.Agency{ID: "agency-c", Name: "Tarn Valley Health Visiting"})
	d := approval()
	d["override_reason"] = "The health visitor did not answer, and the children are well."
	approval := s.on(18, 9).does(manager, "closure.approved", d)
	if v := s.receives(approval); v.Outcome != pathway.Accepted {
		t.Fatal(v)
	}
	objection := s.on(20, 9).does(person{"visitor", "member", "agency-c"}, "closure.objected", data{"reason": "Ada has lost weight."})
	s.last().OccurredAt = at(12, 9)
	r := s.reads()
	if r.State != "closed_needs_met" || r.ClosedOver == nil || *r.ClosedOver != (pathway.ClosedOver{Objection: objection, Agency: "agency-c", Approval: approval, By: manager.id}) {
		t.Fatalf("%s %+v", r.State, r.ClosedOver)
	}
	if got := step(r, "confirm-ending"); got.Status != pathway.Open && got.Status != pathway.DueSoon || got.DueOn != "2026-11-23" ||
		got.Title != "Confirm the ending or open it again: Tarn Valley Health Visiting had objected in time" {
		t.Errorf("%+v", got)
	}
	withdrawn := *s
	withdrawn.events = slices.Clone(s.events)
	withdrawn.does(manager, "event.withdrawn", data{"reason": "She is right."})
	withdrawn.last().Corrects = approval
	if r := withdrawn.reads(); r.State != "closure_proposed" || r.ClosedOver != nil {
		t.Errorf("opened again: %s %+v", r.State, r.ClosedOver)
	}
	for who, reason := range map[person]string{school: enough, manager: "ok"} {
		if id := s.does(who, "closure.confirmed", data{"reason": reason}); verdict(s.reads(), id).Outcome != pathway.Attempted {
			t.Errorf("confirmed by %s: %s", who.role, reason)
		}
	}
	id := s.does(manager, "closure.confirmed", data{"reason": enough})
	if r := s.reads(); verdict(r, id).Outcome != pathway.Accepted || step(r, "confirm-ending").DoneBy != id || !r.ClosedOver.Confirmed {
		t.Errorf("%+v %+v", verdict(r, id), step(r, "confirm-ending"))
	}
}

// A child nobody can see is why it goes to social care: the handover says so (A16).
func TestAChildWhomNobodySawIsOfTheHandover(t *testing.T) {
	s := tell(t, bundled(t, early)).handedOver()
	s.c.Children = []pathway.Child{{ID: "ada", Name: "Ada"}, {ID: "ben", Name: "Ben", LastSeenOn: "2026-08-03"}}
	s.events = slices.DeleteFunc(s.events, func(e pathway.Event) bool { return e.Kind == "child.seen" })
	id := s.does(manager, "closure.approved", approval())
	r := s.reads()
	want := "Say in the handover which child was not seen, and why: nobody has recorded seeing Ada since this began on Monday 2 November 2026 and Ben has not been seen within 42 days, last on Monday 3 August 2026."
	if v := verdict(r, id); r.Ended || len(v.Reasons) != 1 || v.Reasons[0] != (pathway.Reason{Code: "G8", Text: want}) {
		t.Errorf("%s %+v", r.State, v.Reasons)
	}
	if got := allowed(r, "closure.approved"); !got.Allowed {
		t.Errorf("a wall: %s", got.Why)
	}
	d := approval()
	d["not_seen"] = "Both are kept from us at the door; the social worker has their addresses."
	s.does(manager, "closure.approved", d)
	if r := s.reads(); r.State != "closed_statutory" {
		t.Errorf("%s", r.State)
	}
	s = tell(t, bundled(t, early)).proposed("needs_met")
	s.c.Children = []pathway.Child{{ID: "cai", Name: "Cai"}}
	d["override_reason"] = enough
	id = s.does(manager, "closure.approved", d)
	if v := verdict(s.reads(), id); len(v.Reasons) != 1 || v.Reasons[0].Text != "This has to wait while nobody has recorded seeing Cai since this began on Monday 2 November 2026." {
		t.Errorf("for another reason it waits: %+v", v.Reasons)
	}
}

// Agencies that meet have told the family, or say why not (A18).
func TestAMeetingSaysWhetherTheFamilyWasTold(t *testing.T) {
	for _, c := range []struct {
		told, because string
		outcome       pathway.Outcome
		reasons       int
	}{{"yes", "", "accepted", 0}, {"no", "A child may be at risk if they knew.", "accepted", 0}, {"no", "", "attempted", 1}, {"perhaps", "", "attempted", 1}, {"", "", "accepted", 1}} {
		s := tell(t, bundled(t, early)).tries()
		id := s.does(practitioner, "meeting.held", data{"decision": "a plan", "family_views": "asked", "family_told": c.told, "not_told_because": c.because})
		if v := verdict(s.reads(), id); v.Outcome != c.outcome || len(v.Reasons) != c.reasons {
			t.Errorf("%q %q: %+v", c.told, c.because, v)
		}
	}
}

// A disagreement has four stages, the last a meeting with somebody in the chair; where harm
// is likely each has a day and a night (A19).
func TestADisagreementEnds(t *testing.T) {
	s := tell(t, bundled(t, early)).tries()
	s.on(9, 9).does(school, "dispute.opened", data{"about": "threshold"})
	for stage := 2; stage <= 5; stage++ {
		id := s.does(practitioner, "dispute.stage_up", nil)
		v := verdict(s.reads(), id)
		if last := stage == 5; last != (v.Outcome == pathway.Attempted) || last && v.Reasons[0].Text != "It is at its last stage, a meeting with somebody in the chair: record there how it was settled." {
			t.Errorf("to stage %d: %+v", stage, v)
		}
	}
	s = tell(t, bundled(t, early)).tries()
	s.on(6, 17).does(school, "dispute.opened", data{"about": "threshold", "urgent": true})
	if got := timer(s.reads(), "T12"); got.DueOn != "2026-11-07" || !got.DueAt.Equal(at(7, 17)) {
		t.Errorf("urgent, on a Friday: %+v", got)
	}
}
