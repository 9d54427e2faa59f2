package sync

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"holdfast/collections"
)

// edit is one field of a mutation beside what the server holds; every value is in
// its canonical JSON, so that absent, null and default are one (trap T26).
type edit struct {
	Field   string
	New     string  // what the worker wrote
	Now     string  // what the server holds
	Was     *string // what the worker saw, when the client tells
	Foreign bool    // somebody else changed the field since the worker's base
	Policy  collections.Policy
}

// merged is what becomes of the edits of one mutation.
type merged struct {
	Apply     map[string]string // field -> canonical JSON to write
	Conflicts []string          // fields that keep the server's value
}

// mergeFields decides field by field. A field that nobody else changed since the
// base is applied; one that both changed to the same value is fine; one that both
// changed differently is settled by its policy, or is a conflict. Fields that mean
// something only together stand or fall together, also with those that somebody else
// changed and the worker did not.
func mergeFields(edits []edit, groups [][]string, others ...string) merged {
	out := merged{Apply: map[string]string{}}
	for _, e := range edits {
		switch {
		case e.New == e.Now:
		case !e.Foreign, e.Was != nil && *e.Was == e.Now:
			out.Apply[e.Field] = e.New
		default:
			if v, ok := settle(e); ok {
				if v != e.Now {
					out.Apply[e.Field] = v
				}
			} else {
				out.Conflicts = append(out.Conflicts, e.Field)
			}
		}
	}
	for _, g := range groups {
		apart := func(f string) bool {
			mine := slices.ContainsFunc(edits, func(e edit) bool { return e.Field == f })
			return slices.Contains(out.Conflicts, f) || (!mine && slices.Contains(others, f))
		}
		if !slices.ContainsFunc(g, apart) {
			continue
		}
		for _, f := range g {
			if _, ok := out.Apply[f]; ok {
				delete(out.Apply, f)
				out.Conflicts = append(out.Conflicts, f)
			}
		}
	}
	slices.Sort(out.Conflicts)
	return out
}

// settle joins two values where the field's policy can.
func settle(e edit) (string, bool) {
	switch e.Policy {
	case collections.Append:
		return settleAppend(e)
	case collections.Union:
		var now, mine []string
		if json.Unmarshal([]byte(e.Now), &now) != nil || json.Unmarshal([]byte(e.New), &mine) != nil {
			return "", false
		}
		for _, v := range mine {
			if !slices.Contains(now, v) {
				now = append(now, v)
			}
		}
		return encode(now), true
	case collections.Max:
		return settleMax(e)
	case collections.Act:
		return e.New, true
	}
	return "", false
}

// settleAppend keeps both texts, the arriving one below. What the worker saw is not
// repeated where they wrote below it, and nothing is added where they only cut the end off;
// a correction inside it is kept whole. What stands there already as lines of its own
// counts once: inside another text the same word means something else.
func settleAppend(e edit) (string, bool) {
	var now, mine, was string
	if json.Unmarshal([]byte(e.Now), &now) != nil || json.Unmarshal([]byte(e.New), &mine) != nil {
		return "", false
	}
	if e.Was != nil && json.Unmarshal([]byte(*e.Was), &was) == nil && was != "" {
		if added, below := strings.CutPrefix(mine, was); below {
			mine = strings.TrimLeft(added, "\n")
		} else if strings.HasPrefix(was, mine) {
			mine = ""
		}
	}
	switch {
	case mine == "" || strings.Contains("\n"+now+"\n", "\n"+mine+"\n"):
		return encode(now), true
	case now == "":
		return encode(mine), true
	}
	return encode(now + "\n\n" + mine), true
}

// settleMax keeps the greater number, or the later of two dates: of what has come. One
// that is none, or lies ahead, stood there before there was a rule, and outweighs nothing.
func settleMax(e edit) (string, bool) {
	var a, b float64
	if json.Unmarshal([]byte(e.Now), &a) == nil && json.Unmarshal([]byte(e.New), &b) == nil {
		if b > a {
			return e.New, true
		}
		return e.Now, true
	}
	var now, mine string
	if json.Unmarshal([]byte(e.Now), &now) != nil || json.Unmarshal([]byte(e.New), &mine) != nil {
		return "", false
	}
	switch ahead := time.Now().Add(collections.Grace).UTC().Format(time.DateOnly) + "~"; {
	case mine <= ahead && (now > ahead || !isDay(now)):
		return encode(mine), true
	case mine > ahead:
		return encode(now), true
	}
	return encode(max(now, mine)), true
}

// isDay reports whether a day, or a moment, is of a day that there is.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	return err == nil
}

func encode(v any) string {
	raw, _ := json.Marshal(v) // strings, lists of strings and numbers always encode
	return string(raw)
}
