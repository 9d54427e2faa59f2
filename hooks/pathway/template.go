package pathway

// Template is an engagement pathway as an area has written it: only data.
type Template struct {
	Key          string            `json:"key"`
	Title        string            `json:"title"`
	Kind         string            `json:"kind"`              // engagement, was_not_brought, no_access or no_consent
	Wording      map[string]string `json:"wording,omitempty"` // labels for the screen, by name
	DueSoonHours int               `json:"due_soon_hours"`    // how long before its end a clock is due soon
	Counting     Counting          `json:"counting"`
	Quorum       int               `json:"quorum,omitempty"` // agencies that must attend a meeting; 0 leaves it to the meeting
	Letters      []Letter          `json:"letters,omitempty"`
	States       []State           `json:"states"`
	Events       []Act             `json:"events"`
	Transitions  []Transition      `json:"transitions"`
	Timers       []TimerRule       `json:"timers"`
	Steps        []StepRule        `json:"steps"`
	Alongside    []Alongside       `json:"alongside,omitempty"`

	hash  string
	index index
}

// Counting says what counts as a missed contact (G13 bounds it).
type Counting struct {
	Outcomes     []string `json:"outcomes"`       // of attempt.recorded
	Kinds        []string `json:"kinds"`          // other kinds that are a missed contact
	LookBackDays int      `json:"look_back_days"` // calendar days before the opening that still count
}

// Letter is a letter of the pathway. Those in Position 2 and after need a manager
// who did not write them (G5). It is never called received: only issued, and
// deemed after so many working days.
type Letter struct {
	Key               string `json:"key"`
	Title             string `json:"title"`
	Position          int    `json:"position"`
	DeemedWorkingDays int    `json:"deemed_working_days"`
	Final             bool   `json:"final,omitempty"` // the letter before a multi-agency decision (G1, G2, G3)
}

// State is a place on the pathway.
type State struct {
	Key     string `json:"key"`
	Title   string `json:"title"`
	Begins  bool   `json:"begins,omitempty"`
	Ends    string `json:"ends,omitempty"`    // closed or cancelled: no way on
	Outcome string `json:"outcome,omitempty"` // of a closed state: the reason of the proposal that leads to it
	// Remembers makes a state one from which "@back" returns to where it was
	// entered from: re-engagement is reversible.
	Remembers bool `json:"remembers,omitempty"`
}

// Act is an event a person may record here: a kind, or a variant of one told apart
// by its data ("letter.issued:final").
type Act struct {
	Name   string              `json:"name"` // the kind, with ":variant" where there are several
	Title  string              `json:"title"`
	Where  map[string][]string `json:"where,omitempty"`  // members of the data and the values that make it this variant
	May    []string            `json:"may,omitempty"`    // roles; none means anybody on the case
	Guards []Check             `json:"guards,omitempty"` // must hold in every state

	kind string
}

// Transition moves the pathway, or says that an act is in place and nothing moves.
// The first row for an act and a state whose When holds is taken; an act without a
// row for a state is refused there.
type Transition struct {
	On     string   `json:"on"`   // an act
	From   []string `json:"from"` // states, or "@open", "@ended", "@any"
	To     string   `json:"to"`   // a state, "@stays" or "@back"
	When   []Check  `json:"when,omitempty"`
	Guards []Check  `json:"guards,omitempty"`
}

// Check names a guard of this package, with its numbers.
type Check struct {
	Name string `json:"name"`
	With Params `json:"with,omitzero"`

	guard *guard
}

// Params are the numbers and names a guard may take; each guard says which.
type Params struct {
	Attempts       int      `json:"attempts,omitempty"`
	Methods        int      `json:"methods,omitempty"`
	Weekdays       int      `json:"weekdays,omitempty"`
	Bands          int      `json:"bands,omitempty"`
	ContactChecked bool     `json:"contact_checked,omitempty"`
	Days           int      `json:"days,omitempty"` // calendar days
	WorkingDays    int      `json:"working_days,omitempty"`
	Areas          []string `json:"areas,omitempty"`
	Items          []string `json:"items,omitempty"`
	Kind           string   `json:"kind,omitempty"`
	Letter         string   `json:"letter,omitempty"`
	Timer          string   `json:"timer,omitempty"`
	Reason         string   `json:"reason,omitempty"`
}

// Trigger is what starts a clock or does a step. Exactly one of On, States,
// LastSeen, Dispute and Statutory is given.
type Trigger struct {
	On        []string `json:"on,omitempty"` // acts, or kinds with all their variants
	When      []Check  `json:"when,omitempty"`
	Nth       int      `json:"nth,omitempty"`       // the nth that matches; 0 and 1 are the first
	States    []string `json:"states,omitempty"`    // on coming into one of these
	LastSeen  bool     `json:"last_seen,omitempty"` // the day the least recently seen child was last seen (T9)
	Dispute   bool     `json:"dispute,omitempty"`   // each stage of an open dispute (T12)
	Statutory bool     `json:"statutory,omitempty"` // the opening, or a plan or enquiry after it (G10)
}

// TimerRule is a clock of the pathway.
type TimerRule struct {
	Code     string   `json:"code"`
	Title    string   `json:"title"`
	Starts   Trigger  `json:"starts"`
	Due      Due      `json:"due"`
	Tell     []string `json:"tell,omitempty"`     // who is told when it is overdue
	Then     []Later  `json:"then,omitempty"`     // who is told when it stays overdue
	Proposes string   `json:"proposes,omitempty"` // the act an overdue clock puts to a person; never done by itself
	Again    string   `json:"again,omitempty"`    // done: starts anew once done; each: with every trigger; lapse: once after each plan that lapsed
	Renews   *Trigger `json:"renews,omitempty"`   // what starts it anew while it runs
}

// Later is who is told when a clock is overdue for so many working days more.
type Later struct {
	WorkingDays int      `json:"working_days"`
	Tell        []string `json:"tell"`
}

// Due is how long a clock runs. Where several are given the earliest counts.
type Due struct {
	WorkingDays  *int  `json:"working_days,omitempty"`
	CalendarDays *int  `json:"calendar_days,omitempty"`
	Hours        *int  `json:"hours,omitempty"`  // clock hours
	Stages       []int `json:"stages,omitempty"` // working days, by stage of a dispute; the last for those after
}

// StepRule is one thing the pathway asks for.
type StepRule struct {
	Code    string   `json:"code"`
	Title   string   `json:"title"`
	Timer   string   `json:"timer"`             // the clock it is due from; "" for none
	Created *Trigger `json:"created,omitempty"` // without it, with its clock
	Done    Trigger  `json:"done"`              // what does it
	Earlier bool     `json:"earlier,omitempty"` // also if that happened before the step was created
	ByHand  bool     `json:"by_hand,omitempty"` // a worker may tick it: step.done
	OnlyIn  []string `json:"only_in,omitempty"` // states in which it is asked for
	NotIn   []string `json:"not_in,omitempty"`  // states in which it is not
}

// ByHand says whether a worker ticks a step of the template.
func (t *Template) ByHand(code string) bool {
	i, ok := t.index.step[code]
	return ok && t.Steps[i].ByHand
}

// Alongside is another pathway to run at the same time while a plan or an enquiry
// is open (G10).
type Alongside struct {
	Template string `json:"template"`
	Title    string `json:"title"`
}
