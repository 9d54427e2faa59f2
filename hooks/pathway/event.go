package pathway

import (
	"cmp"
	"strings"
	"time"
)

// Event is one thing that happened, as somebody recorded it. It is never edited:
// a correction is a new event that names the old one.
type Event struct {
	ID         string         `json:"id"`
	Kind       string         `json:"kind"`                 // one of Kinds
	OccurredAt time.Time      `json:"occurred_at"`          // when it happened: what order and clocks go by
	RecordedAt time.Time      `json:"recorded_at,omitzero"` // when it was written down; zero means at once
	ReceivedAt time.Time      `json:"received_at,omitzero"` // when the server had it; zero means not yet
	By         string         `json:"by,omitempty"`         // user id of the author
	Role       string         `json:"role,omitempty"`       // the role the author acted in, one of Roles
	Agency     string         `json:"agency,omitempty"`     // the author's agency id
	Data       map[string]any `json:"data,omitempty"`       // members by kind: see Kinds; others are kept and ignored
	Corrects   string         `json:"corrects,omitempty"`   // id of the event this one replaces
	// ArisesFrom is the record of the case that told the pathway of this, as
	// collection/id/what; empty for what somebody sent by hand. Only the server sets it.
	ArisesFrom string `json:"arises_from,omitempty"`
	// ReceivedVerdict is what the server held a manager's decision to be when it came:
	// attempted once it was ever refused since. A decision that was refused does not come
	// to life by what arrives later: whoever was told no has not decided. Only the server
	// sets it; it is empty for what it has not had yet.
	ReceivedVerdict Outcome `json:"received_verdict,omitempty"`
}

// Roles a template may name. Who holds which is the caller's knowledge.
var Roles = []string{"practitioner", "lead", "member", "manager", "service_manager", "csc_duty", "system"}

// isManager says whether a role decides for others (domain 2.3, who may do what).
func isManager(role string) bool { return role == "manager" || role == "service_manager" }

// ByServer says that nobody did it: it follows from what the server knows.
func (e *Event) ByServer() bool { return e.By == "" && e.Role == "system" }

// before puts events in the order they happened, with a tie-break that no arrival
// order can change (domain 2.3, offline behaviour).
func before(a, b *Event) int {
	if c := happenedAt(a).Compare(happenedAt(b)); c != 0 {
		return c
	}
	if c := recorded(a).Compare(recorded(b)); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Kind, b.Kind), strings.Compare(a.By, b.By),
		a.ReceivedAt.Compare(b.ReceivedAt), strings.Compare(a.Corrects, b.Corrects))
}

// happenedAt is when an event took place. An immediate risk is accepted whatever its
// clock says (G12), so it is placed by when it was written down or came, where its
// own time is missing or cannot be.
func happenedAt(e *Event) time.Time {
	switch {
	case e.Kind != ImmediateRisk:
		return e.OccurredAt
	case e.OccurredAt.IsZero() && !e.RecordedAt.IsZero():
		return e.RecordedAt
	case e.OccurredAt.IsZero() || !e.ReceivedAt.IsZero() && e.OccurredAt.After(e.ReceivedAt):
		return e.ReceivedAt
	}
	return e.OccurredAt
}

func recorded(e *Event) time.Time {
	if e.RecordedAt.IsZero() {
		return e.OccurredAt
	}
	return e.RecordedAt
}

// text is a text member, trimmed; a member that is missing or of another type is "".
func (e *Event) text(member string) string {
	s, _ := e.Data[member].(string)
	return strings.TrimSpace(s)
}

func (e *Event) flag(member string) bool {
	b, _ := e.Data[member].(bool)
	return b
}

// ids is a member that is a list of texts, or one text.
func (e *Event) ids(member string) []string { return idsIn(e.Data[member]) }

func idsIn(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		list := make([]string, 0, len(v))
		for _, one := range v {
			if s, ok := one.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// entries is a member that is a list of objects.
func (e *Event) entries(member string) []map[string]any { return entriesIn(e.Data[member]) }

func entriesIn(v any) []map[string]any {
	switch v := v.(type) {
	case []map[string]any:
		return v
	case []any:
		list := make([]map[string]any, 0, len(v))
		for _, one := range v {
			if m, ok := one.(map[string]any); ok {
				list = append(list, m)
			}
		}
		return list
	}
	return nil
}
