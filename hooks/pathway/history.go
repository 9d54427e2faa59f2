package pathway

import (
	"slices"
	"strings"
	"time"
)

// skew is how far a device's clock may run ahead before an event of its is taken
// to be of the future.
const skew = 15 * time.Minute

// entry is an event with what the rest of the history says about it.
type entry struct {
	*Event
	kind        *reading // nil for no such kind
	twice       bool     // an event with this id came before it
	late        bool     // later events were here before it
	correctedBy string   // the event that stands in its place
	objection   string   // why it may not correct what it names
}

// arrange puts a history in the order it happened and finds what stands for what.
// The opening comes first whenever it was recorded: what was tried before it is
// what led to it (domain 2.3, the trigger).
func arrange(events []Event, c *Case, now time.Time) ([]entry, opening) {
	list := make([]entry, len(events))
	for i := range events {
		list[i].Event, list[i].kind = &events[i], kindNamed[events[i].Kind]
	}
	inTime := func(a, b entry) int { return before(a.Event, b.Event) }
	if !slices.IsSortedFunc(list, inTime) {
		slices.SortStableFunc(list, inTime)
	}
	markTwice(list)
	markLate(list)
	correct(list, now)
	right := putRight(list, c, now)
	first := slices.IndexFunc(list, func(e entry) bool { return e.opens(now) })
	if first > 0 {
		opening := list[first]
		copy(list[1:first+1], list[:first])
		list[0] = opening
	}
	return list, right
}

// opens says whether an entry is an opening that stands.
func (e *entry) opens(now time.Time) bool {
	return e.Kind == opened && e.correctedBy == "" && e.objection == "" && len(malformed(e, now)) == 0
}

func markTwice(list []entry) {
	seen := make(map[string]struct{}, len(list))
	for i := range list {
		before := len(seen)
		seen[list[i].ID] = struct{}{}
		list[i].twice = list[i].ID == "" || len(seen) == before
	}
}

// markLate finds events that came after something that happened later was here.
func markLate(list []entry) {
	var soonest time.Time // the first arrival among what happened later
	for i := len(list) - 1; i >= 0; {
		j := i // the events of one instant are judged together
		for j >= 0 && happenedAt(list[j].Event).Equal(happenedAt(list[i].Event)) {
			r := list[j].ReceivedAt
			list[j].late = !soonest.IsZero() && !r.IsZero() && r.After(soonest)
			j--
		}
		for ; i > j; i-- {
			if r := list[i].ReceivedAt; !r.IsZero() && (soonest.IsZero() || r.Before(soonest)) {
				soonest = r
			}
		}
	}
}

// correct finds which event stands for which. An event may be corrected by its
// author or a manager, by one of its own kind or by event.withdrawn; of several
// corrections the last recorded counts.
func correct(list []entry, now time.Time) {
	var corrections []int
	for i := range list {
		if list[i].Corrects != "" || list[i].Kind == withdrawn {
			corrections = append(corrections, i)
		}
	}
	if corrections == nil {
		return
	}
	at := make(map[string]int, len(list))
	for i := range list {
		if !list[i].twice {
			at[list[i].ID] = i
		}
	}
	ring := rings(list, at)
	for _, i := range corrections {
		e := &list[i]
		old, ok := at[e.Corrects]
		if !ok {
			e.objection = "The event this corrects is not here yet; it will count when that arrives."
			continue
		}
		e.objection = objection(e.Event, list[old].Event, ring[i])
		if e.objection != "" || e.twice || len(malformed(e, now)) > 0 {
			continue
		}
		if by, taken := at[list[old].correctedBy]; !taken || recordedAfter(e.Event, list[by].Event) {
			list[old].correctedBy = e.ID
		}
	}
}

func recordedAfter(a, b *Event) bool {
	if c := recorded(a).Compare(recorded(b)); c != 0 {
		return c > 0
	}
	return a.ID > b.ID
}

// standsAgainst are what a letter tells that would let more count if it were gone: its
// authors, who do not approve it, its rejection, its return. Taking back that it was
// approved or sent makes it count for less, and is a correction like another.
var standsAgainst = map[string]bool{"letter.drafted": true, "letter.rejected": true, "letter.returned": true}

// objection says why one event may not correct another, or "".
func objection(e, old *Event, ring bool) string {
	switch {
	case ring:
		return "These events correct each other; name the event that was first recorded."
	case old.Kind == ImmediateRisk:
		return "An immediate risk is never taken back; a manager records that it is resolved."
	case old.Kind == calendarChanged:
		return "A change of the calendar is not taken back; change the calendar again."
	case old.Kind == moved:
		return "A move to another version is not taken back; propose a move again."
	case old.Kind == dayRight:
		return "Put the day right by another correction."
	case old.Kind == opened && e.Kind == withdrawn:
		return "A pathway opened in error is cancelled by a manager, not withdrawn."
	case standsAgainst[old.Kind] && strings.HasPrefix(old.ArisesFrom, lettersRecord):
		return "What the letter's own record says of it is not taken back here; record on the letter what became of it since."
	case e.Kind != old.Kind && e.Kind != withdrawn:
		return "A correction is of the same kind as what it corrects; withdraw that event and record the other."
	case recordOf(e) != "" && recordOf(e) == recordOf(old):
		return "" // what a record of the case told of itself, it tells anew
	case (e.By == "" || e.By != old.By) && !isManager(e.Role):
		return "Only the author or a manager may correct an event."
	case anotherAgencys(e, old):
		return "What another agency has said is its own to take back: ask somebody there."
	}
	return takesBackThreshold(e, old)
}

// rings finds the events that, by way of corrections, correct themselves.
func rings(list []entry, at map[string]int) map[int]bool {
	ring := map[int]bool{}
	seen := make([]int, len(list)) // the walk that came by, from 1
	for i := range list {
		for j, ok := i, true; ok && list[j].Corrects != ""; j, ok = next(list, at, j) {
			if seen[j] == i+1 {
				for k := j; !ring[k]; k, _ = next(list, at, k) {
					ring[k] = true
				}
				break
			}
			if seen[j] != 0 {
				break
			}
			seen[j] = i + 1
		}
	}
	return ring
}

func next(list []entry, at map[string]int, i int) (int, bool) {
	j, ok := at[list[i].Corrects]
	return j, ok
}

// malformed says why an event cannot be read at all, whatever the state.
func malformed(e *entry, now time.Time) []Reason {
	switch {
	case e.kind == nil:
		return []Reason{{"data", "There is no such kind of event; choose one of the pathway's own."}}
	case e.ID == "":
		return []Reason{{"data", "Give the event an id."}}
	case e.twice:
		return []Reason{{"order", "An event with this id is already on the record; record a correction instead."}}
	case e.OccurredAt.IsZero():
		return []Reason{{"data", "Say when it happened."}}
	case e.OccurredAt.After(now.Add(skew)):
		return []Reason{{"order", "It is dated in the future, so it waits until then; correct the time if it is wrong."}}
	case e.kind.ofLetter && !strings.HasPrefix(e.ArisesFrom, lettersRecord):
		return []Reason{{"house", "Record it on the letter: what a letter establishes, its own record alone tells the pathway."}}
	}
	reasons := append(payload(e.kind, e.Event), untimely(e.Event)...)
	if e.Kind == attempt {
		if say := NotBy(e.text("method"), e.text("outcome")); say != "" {
			reasons = append(reasons, Reason{"data", say})
		}
	}
	return reasons
}

// recordOf is the record of the case that an event arises from: what is before its last part.
func recordOf(e *Event) string {
	parts := strings.SplitN(e.ArisesFrom, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

// lettersRecord begins what an event of a letter arises from. A history is read again
// for years, so that the event itself has to say it: the door it once came by does not.
const lettersRecord = "letter_events/"
