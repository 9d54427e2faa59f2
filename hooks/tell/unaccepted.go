package tell

import (
	"holdfast/hooks/pathway"
)

// Unaccepted is a decision that the engine did not take: it stays on the record as
// attempted, with these reasons.
type Unaccepted struct{ Reasons []pathway.Reason }

func (u *Unaccepted) Error() string { return u.Reasons[0].Text }
