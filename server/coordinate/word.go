package coordinate

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	"holdfast/hooks/workday"
)

// words are what templates may call.
var words = template.FuncMap{
	"status":   func(s string) string { return statusOf(s).Name },
	"colour":   func(s string) string { return statusOf(s).Colour },
	"day":      func(d types.DateTime) string { return clock.DayOf(d.Time()) },
	"moment":   func(d types.DateTime) string { return clock.Said(d.Time()) },
	"given":    given,
	"alone":    alone,
	"count":    count,
	"digits":   digits,
	"date":     clock.Day,
	"answered": answered,
	"kind":     kindOf,
	"idle":     func() int { return int(idle.Seconds()) },
	"field": func(p page, id, label, value, kind, hint string) field {
		return field{id, label, value, kind, hint, p.Problem(id)}
	},
	"form": func(p page, a action) form { return form{p, a} },
	"at":   clock.Said,
	"signins": func(p page, open signIns, action, heading, all string) signInsPart {
		return signInsPart{p, open, action, heading, all}
	},
}

// field is one answer of a form.
type field struct{ ID, Label, Value, Kind, Hint, Bad string }

// form is what the template of one action is given.
type form struct {
	Page   page
	Action action
}

// stage is a registration's status in words; the colour only repeats them.
type stage struct{ Value, Name, Colour string }

// stages in the order in which a registration passes through them.
var stages = []stage{
	{"submitted", "Submitted", "blue"},
	{"awaiting_manager", "Waiting for manager", "yellow"},
	{"approved", "Approved", "teal"},
	{"induction", "In induction", "teal"},
	{"active", "Active", "green"},
	{"on_leave", "On leave", "grey"},
	{"renewed", "Renewed", "green"},
	{"lapsed", "Lapsed", "orange"},
	{"withdrawn", "Withdrawn", "grey"},
	{"declined", "Declined", "red"},
}

func statusOf(value string) stage { return stageIn(stages, value) }

// stageIn is a stored value in words; one that nobody knows is itself.
func stageIn(known []stage, value string) stage {
	for _, s := range known {
		if s.Value == value {
			return s
		}
	}
	return stage{value, value, "grey"}
}

var london = workday.London

func inUK(d types.DateTime, layout string) string {
	if d.IsZero() {
		return ""
	}
	return d.Time().In(london).Format(layout)
}

func given(s string) string {
	if strings.TrimSpace(s) == "" {
		return "Not given"
	}
	return s
}

// alone keeps text that may turn the reading direction from turning what is
// around it, where no element can: in a title, an attribute or an option. Isolates of
// its own would end ours early, or keep it open (Unicode UAX 9), so they are left out.
func alone(s string) string {
	for _, r := range s {
		if r >= 0x590 { // nothing below it is written or turned right to left
			return "\u2068" + isolates.Replace(s) + "\u2069"
		}
	}
	return s
}

var isolates = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return digits(n) + " " + many
}

// digits writes a number with a comma at the thousands.
func digits(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	rest := strconv.Itoa(n % 1000)
	return digits(n/1000) + "," + strings.Repeat("0", 3-len(rest)) + rest
}
