package pathway

import (
	"fmt"
	"time"
)

// scene is what a guard looks at: the ledger, and the event in question. The event
// is nil when only asking what would be allowed; a guard then speaks of what the
// history lacks, not of what the event must say.
type scene struct {
	*ledger
	e   *Event
	now time.Time // the instant of the event, or of the asking
	day string    // its day, once asked for
}

// today is the local day of the event, or of the asking.
func (s *scene) today() string {
	if s.day == "" {
		s.day = dayOf(s.now)
	}
	return s.day
}

// came is the local day on which the server had the event, and none before the event's own:
// who and what is there is asked of it where somebody ends something, since what is dated
// back would else go round whoever came since.
func (s *scene) came() string {
	if s.e == nil || s.e.ReceivedAt.IsZero() {
		return s.today()
	}
	return max(s.today(), dayOf(s.e.ReceivedAt))
}

// there says whether something that holds on a day holds on the day of the event, or on that
// on which it came.
func (s *scene) there(on func(day string) bool) bool { return on(s.today()) || on(s.came()) }

// guard is one named rule. Its check answers "" when it holds, else one sentence
// that says what would lift it.
type guard struct {
	code  string   // the number in domain 2.3
	takes []string // params it may be given
	needs []string // of those, the ones it must be
	items []string // the words its items may be; nil for any
	check func(*scene, *Params) string
}

// guards are all there are. A template names them and gives the numbers.
var guards map[string]*guard

func init() {
	guards = map[string]*guard{
		"attempts_made": {
			code: "G1", takes: []string{"attempts", "methods", "weekdays", "bands", "contact_checked"},
			needs: []string{"attempts"}, check: attemptsMade,
		},
		"referrer_contacted": {code: "G2", check: referrerContacted},
		"barriers_checked":   {code: "G3", takes: []string{"areas"}, needs: []string{"areas"}, check: barriersChecked},
		"letter_safe":        {code: "G4", check: letterSafe},
		"letter_approved":    {code: "G5", takes: []string{"letter"}, check: letterApproved},
		"not_author":         {code: "G5", takes: []string{"kind"}, needs: []string{"kind"}, check: notAuthor},
		"letter_deemed":      {code: "letter", takes: []string{"letter"}, needs: []string{"letter"}, check: letterDeemed},
		"impact_complete":    {code: "G6", check: impactComplete},
		"agencies_answered":  {code: "G7", takes: []string{"timer"}, needs: []string{"timer"}, check: agenciesAnswered},
		"closing_checklist":  {code: "G7", takes: []string{"items"}, needs: []string{"items"}, check: closingChecklist},
		"nothing_open": {
			code: "G8", takes: []string{"items", "days"}, items: blockers, check: nothingOpen,
		},
		"threshold_decided": {code: "G9", check: thresholdDecided},
		"not_by_count":      {code: "G11", check: notByCount},
		"missed_contact":    {code: "G13", check: missedContact},
		"children_seen":     {code: "evidence", takes: []string{"working_days"}, check: childrenSeen},
		"all_children_seen": {code: "evidence", check: allChildrenSeen},
		"different_try":     {code: "G1", check: differentTry},
		"family_reached":    {code: "evidence", check: familyReached},
		"access_failed":     {code: "evidence", check: accessFailed},
		"within_timer":      {code: "timer", takes: []string{"timer"}, needs: []string{"timer"}, check: withinTimer},
		"lapses":            {code: "timer", takes: []string{"timer", "attempts"}, needs: []string{"timer", "attempts"}, check: lapses},
		"watch_goes_on":     {code: "timer", check: watchGoesOn},
		"cycles":            {code: "order", takes: []string{"attempts"}, needs: []string{"attempts"}, check: cycles},
		"called_off":        {code: "G13", takes: []string{"attempts"}, needs: []string{"attempts"}, check: calledOff},
		"seen_since":        {code: "evidence", takes: []string{"timer"}, needs: []string{"timer"}, check: seenSince},
		"refusal_settled":   {code: "order", check: refusalSettled},
		"decided_by_other":  {code: "G9", check: decidedByOther},
		"taken_on":          {code: "G7", check: takenOn},
		"all_answered":      {code: "G7", check: allAnswered},
		"proposed_for":      {code: "state", takes: []string{"reason"}, needs: []string{"reason"}, check: proposedFor},
		"happened":          {code: "order", takes: []string{"kind"}, needs: []string{"kind"}, check: hasHappened},
		"first_opening":     {code: "state", check: firstOpening},
		"dispute_open":      {code: "state", check: disputeOpen},
		"risk_open":         {code: "state", check: riskOpen},
		"referral_open":     {code: "state", check: referralOpen},
		"timer_may_stop":    {code: "timer", check: timerMayStop},
		"step_by_hand":      {code: "step", check: stepByHand},
		"agency_named":      {code: "data", check: agencyNamed},
	}
}

// hold asks each check of a list, and gives the reasons of those that do not hold.
func (s *scene) hold(list []Check, reasons []Reason) []Reason {
	for i := range list {
		g := list[i].guard
		if say := g.check(s, &list[i].With); say != "" {
			reasons = append(reasons, Reason{g.code, say})
		}
	}
	return reasons
}

// holds says whether all of a list hold.
func (s *scene) holds(list []Check) bool {
	for i := range list {
		if list[i].guard.check(s, &list[i].With) != "" {
			return false
		}
	}
	return true
}

// given names the params that were given.
func (p *Params) given() []string {
	var names []string
	for _, m := range []struct {
		name string
		is   bool
	}{
		{"attempts", p.Attempts != 0}, {"methods", p.Methods != 0}, {"weekdays", p.Weekdays != 0}, {"bands", p.Bands != 0},
		{"contact_checked", p.ContactChecked}, {"days", p.Days != 0}, {"working_days", p.WorkingDays != 0}, {"areas", len(p.Areas) > 0}, {"items", len(p.Items) > 0},
		{"kind", p.Kind != ""}, {"letter", p.Letter != ""}, {"timer", p.Timer != ""}, {"reason", p.Reason != ""},
	} {
		if m.is {
			names = append(names, m.name)
		}
	}
	return names
}

// number says a count and what is counted.
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
