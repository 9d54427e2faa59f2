package contract

// InvolvementAnswer says which other agencies know a child, and nothing of what they know.
type InvolvementAnswer struct {
	Agencies []InvolvedAgency `json:"agencies"`
	Words    string           `json:"words"` // the same, for a person
}

// InvolvedAgency is whom to ring.
type InvolvedAgency struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
}
