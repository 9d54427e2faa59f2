package collections

// Part is what somebody is to one case (case_members.role), beside what they may do at work
// (Role). It is asked by its methods, never compared as a text.
type Part string

const (
	NoPart      Part = "" // not on the case
	PartMember  Part = "member"
	PartLead    Part = "lead"
	PartManager Part = "manager"
)

// parts are all that a membership can be.
var parts = []string{string(PartLead), string(PartMember), string(PartManager)}

func (p Part) IsOn() bool      { return p != NoPart }
func (p Part) IsLead() bool    { return p == PartLead }
func (p Part) IsManager() bool { return p == PartManager }

// Runs says that the part is to lead the case or to manage it.
func (p Part) Runs() bool { return p.IsLead() || p.IsManager() }

// InEvent is the part as an event of a pathway bears it: who is not on the case records
// nothing there but by the server.
func (p Part) InEvent() string {
	if !p.IsOn() {
		return "system"
	}
	return string(p)
}
