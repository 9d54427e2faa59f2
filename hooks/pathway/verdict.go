package pathway

import "time"

// Result is one reading of a history.
type Result struct {
	State         string      `json:"state"`
	StateTitle    string      `json:"state_title"`
	Since         time.Time   `json:"since,omitzero"` // when the pathway came into this state
	OpenedOn      string      `json:"opened_on,omitempty"`
	OpenedAt      time.Time   `json:"opened_at,omitzero"`
	Ended         bool        `json:"ended"`
	Disputed      bool        `json:"disputed"`       // a dispute is open; it stops no other clock
	ImmediateRisk bool        `json:"immediate_risk"` // raised and not yet resolved
	Missed        int         `json:"missed"`         // missed contacts that count (G13), never lessened by re-engaging
	Steps         []Step      `json:"steps"`
	Timers        []Timer     `json:"timers"`
	Letters       []Issue     `json:"letters,omitempty"`
	Verdicts      []Verdict   `json:"verdicts"` // in the order the events happened
	Allowed       []Allowed   `json:"allowed"`  // every act of the template
	Alongside     []Beside    `json:"alongside,omitempty"`
	Waiting       []Waiting   `json:"waiting,omitempty"`  // for another person's approval
	Template      string      `json:"template,omitempty"` // id of the version it moved to last
	Again         []Again     `json:"again,omitempty"`    // decisions that were refused, and would not be now
	ClosedOver    *ClosedOver `json:"closed_over,omitempty"`
	Cycles        int         `json:"cycles,omitempty"` // how often working together again has lapsed
	Adults        []Standing  `json:"adults,omitempty"` // how each adult stands to what was asked of the family
	// Threshold is the threshold that was met and stands, as people say it, and Outcome how
	// the pathway was closed: what the server asks before it closes the case.
	Threshold string `json:"-"`
	Outcome   string `json:"-"`
	// Held are the decisions that a threshold is met which stand, an agency's each.
	Held []Event `json:"-"`
	// Seen is the day on which this history last has each child seen, by id: what the
	// server carries to the child's own record.
	Seen map[string]string `json:"-"`
}

// ClosedOver is an ending over an agency that was silent when it was approved, and whose
// objection, made in time, came after: the approver confirms it or opens it again.
type ClosedOver struct {
	Objection string `json:"objection"` // event
	Agency    string `json:"agency"`
	Approval  string `json:"approval"` // event
	By        string `json:"by"`       // who approved
	Confirmed bool   `json:"confirmed"`
}

// Again is a manager's decision that was refused, and that nothing stands in the way of
// any more: whoever made it is asked again.
type Again struct {
	Event string `json:"event"`
	Kind  string `json:"kind"`
	By    string `json:"by"`
}

// Status of a step or a clock.
type Status string

// What a step can be. A clock is also paused (its steps are not asked for in this
// state) or stopped (by a manager, with a reason).
const (
	Open      Status = "open"
	DueSoon   Status = "due_soon"
	Overdue   Status = "overdue"
	Done      Status = "done"
	Cancelled Status = "cancelled"
	Paused    Status = "paused"
	Stopped   Status = "stopped"
)

// Step is one thing the pathway asks for, now. DueOn is the local day and DueAt
// the instant by whose end it is due; both are absent where nothing is due.
type Step struct {
	Code     string    `json:"code"`
	Title    string    `json:"title"`
	Position int       `json:"position"` // order in the template, from 1
	Timer    string    `json:"timer,omitempty"`
	Status   Status    `json:"status"`
	DueOn    string    `json:"due_on,omitempty"`
	DueAt    time.Time `json:"due_at,omitzero"`
	DoneOn   string    `json:"done_on,omitempty"`
	DoneBy   string    `json:"done_by,omitempty"` // id of the event that did it
	Because  string    `json:"because,omitempty"` // of one that is cancelled: why nobody is asked for it
	// What the due day was counted with; absent where nothing was counted.
	Calendar        string `json:"calendar,omitempty"`
	CalendarVersion int    `json:"calendar_version,omitempty"`
}

// Timer is a clock that has started. CalendarVersion is the calendar its due day
// was counted with. Fault says why there is no due day: the calendar does not
// reach it.
type Timer struct {
	Code            string    `json:"code"`
	Title           string    `json:"title"`
	Status          Status    `json:"status"`
	StartedOn       string    `json:"started_on"`
	StartedBy       string    `json:"started_by,omitempty"` // id of the event
	DueOn           string    `json:"due_on,omitempty"`
	DueAt           time.Time `json:"due_at,omitzero"`
	CalendarVersion int       `json:"calendar_version"`
	Tell            []string  `json:"tell,omitempty"`
	Proposes        string    `json:"proposes,omitempty"`
	Fault           string    `json:"fault,omitempty"`
	Calendar        string    `json:"calendar,omitempty"` // its key, where it has one
	Telling         []Telling `json:"telling,omitempty"`  // who is to know of it by now
}

// Telling is one stage of a clock and who is told at it: due_soon, overdue, or
// overdue_2 and after for each delay that the template names.
type Telling struct {
	Stage string   `json:"stage"`
	Tell  []string `json:"tell"`
}

// Beside is another pathway that should run at the same time, and why.
type Beside struct {
	Template string `json:"template"` // its key
	Title    string `json:"title"`
	Why      string `json:"why"`
}

// Waiting is something that waits for another person's approval.
type Waiting struct {
	Act      string    `json:"act"`   // the kind of event that would approve it
	Event    string    `json:"event"` // the event it is about
	By       string    `json:"by"`    // whose it is: they cannot approve it
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason,omitempty"` // of a proposal to close
	LetterID string    `json:"letter_id,omitempty"`
	Letter   string    `json:"letter,omitempty"`
	Missing  []string  `json:"missing,omitempty"` // ids of agencies that have not answered
	Items    []string  `json:"items,omitempty"`   // what the closing checklist asks for
	DueOn    string    `json:"-"`                 // of a proposal to close: by when the agencies answer
	Over     bool      `json:"-"`                 // that day is over
	// NotSeen is, of a handover to social care, which children nobody has seen: the
	// approval says why (not_seen).
	NotSeen []string `json:"not_seen,omitempty"`
}

// Issue is where a letter stands: draft, approved, rejected, issued, deemed or returned.
// No letter is ever "received" (domain 3.5).
type Issue struct {
	LetterID string `json:"letter_id"`
	Letter   string `json:"letter"`
	Status   string `json:"status"`
	IssuedOn string `json:"issued_on,omitempty"`
	DeemedOn string `json:"deemed_on,omitempty"` // the day from which it is taken to have come
}

// Outcome of an event.
type Outcome string

// Accepted late: events that happened after it were already here when it came.
const (
	Accepted     Outcome = "accepted"
	AcceptedLate Outcome = "accepted_late"
	Attempted    Outcome = "attempted"
)

// Verdict is what became of one event. Reasons of an accepted event are remarks:
// that it does not count, say.
type Verdict struct {
	Event       string   `json:"event"`
	Outcome     Outcome  `json:"verdict"`
	Reasons     []Reason `json:"reasons,omitempty"`
	From        string   `json:"from,omitempty"`         // the state it found
	To          string   `json:"to,omitempty"`           // the state it left, where accepted
	CorrectedBy string   `json:"corrected_by,omitempty"` // the event that stands in its place: it has no effect of its own
	ResolvedBy  string   `json:"resolved_by,omitempty"`  // of an immediate risk: the event that says it is over
	About       string   `json:"-"`                      // of what takes a disagreement further, or settles it: the event that raised it
}

// Reason is one sentence, saying what would lift it. Code is the guard's number
// (G1 to G13), or state, role, data, order, correction, received, adults or house: what no template changes.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Allowed says whether an act is in place now, as far as the history can tell; what
// the event itself must say is still checked when it comes.
type Allowed struct {
	Act     string   `json:"act"`
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	May     []string `json:"may,omitempty"` // roles; none means anybody on the case
	Allowed bool     `json:"allowed"`
	To      []string `json:"to,omitempty"` // where it may lead
	Why     string   `json:"why,omitempty"`
}
