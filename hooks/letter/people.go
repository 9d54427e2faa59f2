package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/lettertext"
)

// jointLetter: two adults are written to in one letter only when somebody has recorded
// what they are to one another, nothing stands between them, and the one safe address
// is both of theirs (domain 3.4, hard block 5).
func jointLetter(s *sight) ([]Block, error) {
	id := s.letter.GetString("joint_with")
	if id == "" {
		return nil, nil
	}
	i := slices.IndexFunc(s.people, func(p *core.Record) bool { return p.Id == id })
	if i < 0 || s.people[i].GetString("kind") != "adult" || s.recipient.GetString("kind") != "adult" {
		return one("joint_with", "not_adult", "Write together only to two adults of this case."), nil
	}
	other, names := s.people[i], s.recipient.GetString("name")+" and "+s.people[i].GetString("name")
	between, known := s.between(s.recipient.Id, id)
	switch {
	case !known:
		return one("joint_with", "not_known", "Record first what "+names+" are to one another, or write to each alone."), nil
	case len(between) > 0:
		return one("joint_with", "stands_between", fmt.Sprintf("Write to %s each alone; %s stands between them.", names, family.WarningInWords(between))), nil
	}
	mine, err := whereTo(s.app, s.recipient, kindOfDelivery(s.letter))
	if err != nil {
		return nil, err
	}
	theirs, err := whereTo(s.app, other, kindOfDelivery(s.letter))
	if err != nil {
		return nil, err
	}
	if mine != nil && (theirs == nil || !theirs.place().is(mine.place())) {
		return one("joint_with", "two_addresses", "Write to "+names+" each alone; no one address is confirmed as safe for both."), nil
	}
	return nil, nil
}

// bothNamed: a letter addressed to, greeting or copied to somebody who must be kept
// apart from its recipient is a joint letter, whatever it is called.
func bothNamed(s *sight) ([]Block, error) {
	d := s.document
	addressed := append(slices.Clone(d.Recipient), d.Salutation)
	for _, other := range s.people {
		if other.GetString("kind") != "adult" {
			continue
		}
		between := s.apart(other)
		name := other.GetString("name")
		if len(between) > 0 && (greets(addressed, name) || names(d.Copies, name)) {
			return one("merge", "stands_between", fmt.Sprintf("Take %s out of the greeting, the address and the copies; %s stands between the two.", name, family.WarningInWords(between))), nil
		}
	}
	return nil, nil
}

// greets says whether a line names the person in full, or joins their first name to
// another's: "Tess and Dan", "Tess & Dan Marlowe".
func greets(lines []string, name string) bool {
	full := words(name)
	for _, line := range lines {
		said := words(strings.NewReplacer("&", " and ", "+", " and ", "/", " and ", ",", " and ").Replace(line))
		for i, w := range said {
			if i > 0 && w == full[0] && slices.Contains([]string{"and", "a", "ac"}, said[i-1]) || starts(said[i:], full) {
				return true
			}
		}
	}
	return false
}

// names says whether a line names the person, in full or by the first name.
func names(lines []string, name string) bool {
	full := words(name)
	for _, line := range lines {
		if full[0] != "" && slices.Contains(words(line), full[0]) {
			return true
		}
	}
	return false
}

func words(text string) []string {
	list := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' })
	return append(list, "")[:max(len(list), 1)] // never empty: a name of signs alone matches nothing
}

func starts(said, full []string) bool {
	return len(full) > 1 && len(said) >= len(full) && slices.Equal(said[:len(full)], full)
}

// whereabouts: nobody else's address, postcode, telephone number or email address is
// in the letter, unless it is the recipient's own too (domain 3.4, hard block 2). Old
// addresses count: they lead to new ones.
func whereabouts(s *sight) ([]Block, error) {
	own, err := contactPoints(s.recipient)
	if err != nil {
		return nil, err
	}
	mine := map[string]bool{}
	for _, p := range own {
		for _, t := range traces(p) {
			mine[t.key()] = true
		}
	}
	said := words(s.document.PlainText())
	for _, other := range s.people {
		points, err := contactPoints(other)
		if err != nil {
			continue // it cannot be read, so it cannot be compared; the letter to that person is blocked
		}
		for _, p := range points {
			for _, t := range traces(p) {
				if mine[t.key()] || !t.in(s.document, said) {
					continue
				}
				return one("merge", "whereabouts", fmt.Sprintf("Take “%s” out of the letter; it tells where %s can be found.", t.text, other.GetString("name"))), nil
			}
		}
	}
	return keptPlaces(s, mine, said)
}

// trace is something that leads to a person. A number, a postcode or an email address
// is found however it is spaced; a line of an address as words.
type trace struct {
	text string
	flat bool
}

func (t trace) key() string { return squashed(t.text) }

func (t trace) in(d *lettertext.Document, said []string) bool {
	if !t.flat {
		return len(lettertext.Scan(d, []string{t.text})) > 0
	}
	for i := range said {
		rest, whole := t.key(), true
		for _, w := range said[i:] {
			if rest == "" || !whole {
				break
			}
			rest, whole = strings.CutPrefix(rest, squashed(w))
		}
		if whole && rest == "" {
			return true
		}
	}
	return false
}

// traces are what of a contact point would lead to the person. The name of a town does
// not: a line is looked for when it has a number in it, or is the first and of more
// than one word.
func traces(p ContactPoint) []trace {
	var list []trace
	for i, line := range p.Lines {
		line = strings.TrimRight(line, "* ")
		if strings.ContainsFunc(line, unicode.IsDigit) && len(squashed(line)) > 3 || i == 0 && len(strings.Fields(line)) > 1 {
			list = append(list, trace{line, false})
		}
		for _, part := range append(strings.Split(line, ","), numbered.FindString(line)) { // an address that was written on one line
			if part = strings.TrimSpace(part); part != line && len(strings.Fields(part)) > 2 && strings.ContainsFunc(part, unicode.IsDigit) {
				list = append(list, trace{part, false})
			}
		}
	}
	const shortest = 5 // a postcode without its space
	for _, text := range []string{p.Postcode, p.Value} {
		if len(squashed(text)) >= shortest {
			list = append(list, trace{text, true})
		}
	}
	return list
}

// numbered is a house by its number, with the two words behind it.
var numbered = regexp.MustCompile(`\d+[A-Za-z]?(?:\s+[^\s,]+){2}`)

// telling: a letter that may raise the risk is held back where something stands between
// its recipient and anybody of the case, until the approver says why it may go
// (domain 3.1, L_referral).
func telling(s *sight) ([]Block, error) {
	if !s.pack.MayWithhold {
		return nil, nil
	}
	for _, other := range s.people {
		between := s.apart(other)
		if len(between) > 0 {
			return []Block{{"override_reason", "may_raise_risk", fmt.Sprintf(
				"Withdraw the letter, or say why it is safe to tell %s; %s stands between them and %s.",
				s.recipient.GetString("name"), family.WarningInWords(between), other.GetString("name")), true}}, nil
		}
	}
	return nil, nil
}
