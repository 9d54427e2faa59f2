package champion

import "slices"

// Status is where a registration stands (domain 4.2).
type Status string

// The statuses, in the order in which a registration passes through them.
const (
	New       Status = "" // before it exists
	Submitted Status = "submitted"
	Awaiting  Status = "awaiting_manager"
	Approved  Status = "approved"
	Induction Status = "induction"
	Active    Status = "active"
	OnLeave   Status = "on_leave"
	Lapsed    Status = "lapsed"
	Renewed   Status = "renewed"
	Withdrawn Status = "withdrawn"
	Declined  Status = "declined"
)

// Statuses are all of them.
var Statuses = []Status{Submitted, Awaiting, Approved, Induction, Active, OnLeave, Lapsed, Renewed, Withdrawn, Declined}

// Serves reports whether somebody in this status is a champion now.
func (s Status) Serves() bool { return s == Active || s == Renewed }

// Who takes a step.
type Who string

const (
	Applicant   Who = "applicant"   // whose registration it is
	Coordinator Who = "coordinator" // who runs the scheme, and not on their own registration
	Manager     Who = "manager"     // the line manager, by the single-use link
	Server      Who = "server"      // time itself, and what follows from another record
)

// Act is one step that a registration can take.
type Act struct {
	Name   string
	From   []Status
	To     Status // Same: the status stays
	By     []Who
	Reason bool // a reason must be given
}

// Same marks an act that changes something else than the status.
const Same Status = "same"

// Names of acts that other code asks for.
const (
	Submit, Ask, Agree, Refuse       = "submit", "ask_manager", "agree", "refuse"
	Decline, Withdraw                = "decline", "withdraw"
	Induct, Activate                 = "induct", "activate"
	Leave, Return                    = "leave", "return"
	AskRenewal, Renew, RefuseRenewal = "ask_renewal", "renew", "refuse_renewal"
	Lapse, MakeLead, EndLead, Amend  = "lapse", "make_lead", "end_lead", "amend"
	SendBack                         = "send_back"
)

var open = []Status{Submitted, Awaiting, Approved, Induction, Active, OnLeave, Renewed, Lapsed}

// Acts are the whole life of a registration. What is not in here cannot happen.
// Nobody becomes active but through "agree", which only a manager can take: no
// champion without the manager's agreement (domain 4.2, story 6).
var Acts = []Act{
	{Submit, []Status{New}, Submitted, []Who{Applicant, Server}, false},
	{Ask, []Status{Submitted, Awaiting}, Awaiting, []Who{Coordinator}, false},
	{SendBack, []Status{Awaiting}, Submitted, []Who{Applicant, Server}, false},
	{Agree, []Status{Awaiting}, Approved, []Who{Manager}, false},
	{Refuse, []Status{Awaiting}, Declined, []Who{Manager}, true},
	{Decline, []Status{Submitted, Awaiting, Approved, Induction}, Declined, []Who{Coordinator}, true},
	{Induct, []Status{Approved}, Induction, []Who{Coordinator}, false},
	{Activate, []Status{Induction}, Active, []Who{Coordinator}, false},
	{Leave, []Status{Active, Renewed}, OnLeave, []Who{Applicant, Coordinator}, false},
	{Return, []Status{OnLeave}, Active, []Who{Applicant, Coordinator}, false},
	{AskRenewal, []Status{Active, Renewed, Lapsed}, Same, []Who{Applicant, Coordinator}, false},
	{Renew, []Status{Active, Renewed, Lapsed}, Renewed, []Who{Manager}, false},
	{RefuseRenewal, []Status{Active, Renewed, Lapsed}, Same, []Who{Manager}, true},
	{Lapse, []Status{Active, Renewed, OnLeave}, Lapsed, []Who{Server}, false},
	{MakeLead, []Status{Active, Renewed}, Same, []Who{Coordinator}, false},
	{EndLead, Statuses, Same, []Who{Applicant, Coordinator, Server}, false},
	{Withdraw, open, Withdrawn, []Who{Applicant, Coordinator, Server}, false},
	{Amend, Statuses, Same, []Who{Applicant, Coordinator, Server}, false},
}

// ByName answers the act of that name.
func ByName(name string) (Act, bool) {
	i := slices.IndexFunc(Acts, func(a Act) bool { return a.Name == name })
	if i < 0 {
		return Act{}, false
	}
	return Acts[i], true
}

// Leads is where the act ends from a status.
func (a Act) Leads(from Status) Status {
	if a.To == Same {
		return from
	}
	return a.To
}

// May reports whether somebody may take the act from a status.
func (a Act) May(from Status, who Who) bool {
	return slices.Contains(a.From, from) && slices.Contains(a.By, who)
}

// Between is the act by which somebody moves a registration from one status to
// another, when there is one.
func Between(from, to Status, who Who) (Act, bool) {
	for _, a := range Acts {
		if a.To == to && from != to && a.May(from, who) {
			return a, true
		}
	}
	return Act{}, false
}

// Offered are the acts that somebody may take from a status, in the table's order.
func Offered(from Status, who Who) []Act {
	return slices.DeleteFunc(slices.Clone(Acts), func(a Act) bool { return !a.May(from, who) })
}
