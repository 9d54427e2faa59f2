package lettertext

import (
	"slices"
	"strconv"
	"strings"
)

// Listed is what a list of a letter is made of: tries at contact by these methods with
// these outcomes, and events of a pathway of these kinds.
type Listed struct {
	Methods  []string `json:"methods"`
	Outcomes []string `json:"outcomes"`
	Events   []string `json:"events,omitempty"`
}

// What a list of each kind is made of where its pack says nothing: a try that was planned
// is one the family could have known of (pages.md 3: a phone call is nothing that was
// missed).
var (
	notMet = []string{"no_answer", "not_home", "refused_entry", "child_withheld", "not_brought", "message_left"}

	planned   = &Listed{[]string{"visit_announced", "joint_visit", "appointment"}, notMet, []string{missedAppointment}}
	unplanned = &Listed{[]string{"phone", "text", "email", "card", "visit_unannounced", "via_professional"}, notMet, nil}
	nothing   = &Listed{}

	listsOf = map[string][2]*Listed{
		"L_noaccess": {{[]string{"visit_announced", "visit_unannounced", "joint_visit"}, []string{"refused_entry", "child_withheld", "no_answer", "not_home"}, []string{keptNotSeen}}, nothing},
		"L_wnb":      {{[]string{"appointment"}, []string{"not_brought"}, []string{missedAppointment}}, nothing},
	}
)

const (
	missedAppointment = "appointment.missed"
	keptNotSeen       = "appointment.kept_child_not_seen"
)

// Lists are what the pack's lists are made of: the missed, and what else was tried.
func (p *Pack) Lists() (missed, tried *Listed) {
	missed, tried = planned, unplanned
	if of, own := listsOf[p.Key]; own {
		missed, tried = of[0], of[1]
	}
	if p.Missed != nil {
		missed = p.Missed
	}
	if p.Tried != nil {
		tried = p.Tried
	}
	return missed, tried
}

// Event is the method by which a letter speaks of an event of a pathway.
func (l *Listed) Event(kind string) (method string, listed bool) {
	method = "appointment"
	if kind == keptNotSeen {
		method = "kept"
	}
	return method, slices.Contains(l.Events, kind)
}

// inReason: what was reached or called off by the service never stands in a list (G13).
func (l *Listed) inReason() bool {
	if l == nil {
		return true
	}
	for _, m := range l.Methods {
		if _, known := words["en"].Tries[m]; !known || m == "kept" {
			return false
		}
	}
	return !slices.ContainsFunc(l.Outcomes, func(o string) bool { return !slices.Contains(notMet, o) }) &&
		!slices.ContainsFunc(l.Events, func(e string) bool { return e != missedAppointment && e != keptNotSeen })
}

// TryRow is how a letter lists a try of a method; place is where it was to be, or empty.
func TryRow(language, method, day, at, place, agency string) Row {
	called := words[language].Tries[method]
	for _, or := range []string{called.Place, agency} {
		if place == "" {
			place = or
		}
	}
	return Row{"date": day, "time": at, "kind": called.Kind, "place": place}
}

// AtHome says whether a try of a method is one at somebody's home, where nothing else is said.
func AtHome(method string) bool { return words["en"].Tries[method].Place != "" }

// Tried is how a letter speaks of a try in a sentence.
func Tried(language, method, day string) string {
	w := words[language]
	on, _ := w.format(catalogueIndex["letter.date"], day)
	return strings.NewReplacer("{what}", w.Tries[method].What, "{day}", on).Replace(w.TriedOn)
}

// Times is how often something was, as in a sentence; empty for never.
func Times(language string, n int) string {
	w := words[language]
	switch n {
	case 0:
		return ""
	case 1:
		return w.Once
	case 2:
		return w.Twice
	}
	return strings.ReplaceAll(w.Often, "{n}", strconv.Itoa(n))
}

// Day is a day as a letter says it, with its weekday.
func Day(language, day string) string {
	text, _ := words[language].format(catalogueIndex["letter.date"], day)
	return text
}

// InterpreterLine offers somebody to interpret into a language.
func InterpreterLine(language, speaks string) string {
	return strings.ReplaceAll(words[language].Interpreter, "{language}", speaks)
}

// FormatLine offers a letter in another form; empty for one that has no word.
func FormatLine(language, format string) string {
	w := words[language]
	if w.Formats[format] == "" {
		return ""
	}
	return strings.ReplaceAll(w.Format, "{format}", w.Formats[format])
}
