package pathway

import (
	"slices"
	"time"
)

// Case is what must be known of the case beside the events: who lives there, who
// works with them and what is already open. Days are YYYY-MM-DD in Europe/London.
//
// It is the case as it is now, while events are of then. A day in Since keeps the
// two apart: a plan that opened, an agency that joined or a child who arrived after
// an event does not change the verdict on that event. Without it, it always counts.
type Case struct {
	Children []Child  `json:"children,omitempty"` // every child of the household
	Recast   []Recast `json:"recast,omitempty"`   // those nobody looks for any more, by what somebody changed
	Adults   []Adult  `json:"adults,omitempty"`   // its adults, as far as they are asked for what they think
	Agencies []Agency `json:"agencies,omitempty"` // member agencies
	// Workers are the names of those who work with them, by user id: who decides alone is
	// known by either.
	Workers map[string]string `json:"workers,omitempty"`
	// Known are those with an account here who are named like anybody in the history, of
	// whichever agency: a phone gives those it knows, and the server's verdict decides.
	Known []Worker `json:"known,omitempty"`
	// SocialCare are the agencies that are children's social care, on the case or not.
	SocialCare []string `json:"social_care,omitempty"`

	CPPlan    Flag `json:"cp_plan,omitzero"`    // a child protection plan is open
	Section47 Flag `json:"section_47,omitzero"` // an enquiry under section 47 is running
	// OpenedAt and OpenedBy stand in for a pathway.opened event that the history
	// lacks. With neither, the first event is the opening.
	OpenedAt time.Time `json:"opened_at,omitzero"`
	OpenedBy string    `json:"opened_by,omitempty"`
	Begun    string    `json:"begun,omitempty"` // the day the case was opened: no pathway of it began before
	// Lead is the id of the agency that leads: a manager of its ends a pathway, or a
	// service manager. Empty asks no more than that it is a manager.
	Lead string `json:"lead_agency,omitempty"`
	// NoManager: nobody on the case may sign off or approve.
	NoManager bool `json:"no_manager,omitempty"`
	// NoApprover are those whose work nobody on the case may approve, by user id: a manager
	// with nobody above them, say.
	NoApprover []string `json:"no_approver,omitempty"`
	// Managers are those on the case who may sign off or approve, and Approvers which of them
	// may approve whose work, by user id: whoever may not is told by name who can.
	Managers  []Manager           `json:"managers,omitempty"`
	Approvers map[string][]string `json:"approvers,omitempty"`
}

// Manager is somebody on the case who holds the role of a manager.
type Manager struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
	// Member is on this case as something else, and approves their own people's work alone.
	Member bool `json:"member,omitempty"`
}

// Agency is a member agency of the case.
type Agency struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"` // as people say it; its id where nobody does
	Kind  string `json:"kind,omitempty"` // local_authority_csc is children's social care
	Since string `json:"since,omitempty"`
	// Until is the last day of an agency that has left. One that was there when
	// closing was proposed is asked all the same: taking it off the case is no way
	// round G7.
	Until string `json:"until,omitempty"`
	// AskedUntil is the last day on which a proposal still asks one that another agency took
	// off the case: whoever objects is not got rid of so.
	AskedUntil string `json:"asked_until,omitempty" db:"asked_until"`
}

// Flag is something open on the case, since a day when that is known. Was are the
// times it was open before: a plan that has ended still stood when an event was
// refused over it, and its end lets nothing through that was tried under it.
type Flag struct {
	Open  bool   `json:"open,omitempty"`
	Since string `json:"since,omitempty"`
	Was   []Span `json:"was,omitempty"`
	// By are who recorded what is open, by user id, but for social care's own people.
	By []string `json:"by,omitempty"`
}

// Span is from the first day to the last, both in it.
type Span struct {
	From  string `json:"from"`
	Until string `json:"until"`
	By    string `json:"by,omitempty"` // who recorded that it ended, but for social care's own people
}

// on says whether the flag was up on a day.
func (f Flag) on(day string) bool {
	return f.Open && reached(f.Since, day) ||
		slices.ContainsFunc(f.Was, func(s Span) bool { return s.From <= day && day <= s.Until })
}

// statutory says whether a plan or an enquiry was open on a day (G8, G10).
func (c *Case) statutory(day string) bool { return c.CPPlan.on(day) || c.Section47.on(day) }

// reached says whether a since-day had come by a day; an unknown one had.
func reached(since, day string) bool { return since == "" || since <= day }

// Calendar counts working days. hooks/workday has the real one.
type Calendar interface {
	// Within is the day by whose end a thing is due that is due within n working
	// days of day0. It errs where the calendar knows no holidays.
	Within(day0 string, n int) (string, error)
	// Version is the calendar's own number, kept with each clock (domain 2.2).
	Version() int
}
