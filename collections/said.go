package collections

import "strings"

// Said is a stored choice in words: of a kind, an outcome, a channel, a state.
func Said(code string) string {
	if words, ok := said[code]; ok {
		return words
	}
	return strings.ReplaceAll(code, "_", " ")
}

// said are choices whose words are not just the code with spaces.
var said = map[string]string{
	"visit_announced": "Visit, announced", "visit_unannounced": "Visit, unannounced", "via_professional": "Through another professional",
	"refused_entry": "not let in", "cancelled_by_service": "called off by the service", "cancelled_by_family": "called off by the family",
	"cp_plan": "Child protection plan", "section_47": "Enquiry under section 47", "child_in_need": "Child in need plan", "nfa": "no further action",
	"more_asked": "more was asked", "declined_to_sign": "agreed, and would rather not sign", "section_17": "section 17",
}
