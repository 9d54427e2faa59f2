package letter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
)

// nobodyNamed: who is kept apart from the recipient, and who passed on a worry, is named
// nowhere in what was written into the letter (domain 3.4, hard blocks 2 and 4): not in
// full, not by what they are called, not by any part of it that is a name of its own. The
// wording itself names nobody; who signs and the recipient's own children are meant.
func nobodyNamed(s *sight) ([]Block, error) {
	var data lettertext.Data
	if err := kernel.Decode(s.letter, "merge", &data); err != nil {
		return nil, nil // a problem of the merge
	}
	var said []saidWord
	for _, field := range lettertext.Catalogue() {
		if namesNobody(field.Name) {
			continue
		}
		for _, text := range data[field.Name].All() {
			said = append(said, saidWords(text)...)
			said = append(said, saidWord{}) // no name runs on from one value into the next
		}
	}
	own := s.ownNames()
	var list []Block
	for _, other := range slices.Concat(s.people, s.elsewhere) {
		why := s.keptFrom(other)
		if why == "" {
			continue
		}
		for _, name := range namesOf(other) {
			if slices.Contains(own, name.key()) || !name.in(said) {
				continue
			}
			list = append(list, Block{"merge", "names_somebody", fmt.Sprintf(
				"Take “%s” out of the letter; %s.", name.text, why), false})
			break
		}
	}
	return list, nil
}

// keptFrom is why somebody is not to be named to the recipient; empty where they may be.
func (s *sight) keptFrom(other *core.Record) string {
	if s.isTo(other.Id) {
		return ""
	}
	if s.informants[s.one[other.Id]] {
		return other.GetString("name") + " passed on a worry and is named to nobody"
	}
	between := s.apart(other)
	if s.joint != nil {
		also, _ := s.between(s.joint.Id, other.Id)
		between = append(between, also...)
	}
	mine := slices.ContainsFunc(s.children(), func(c ownChild) bool { return s.are(c.ID, other.Id) })
	if len(between) == 0 || mine {
		return ""
	}
	slices.Sort(between)
	return family.WarningInWords(slices.Compact(between)) + " stands between them and " + s.recipient.GetString("name")
}

// ownNames are the recipient's and those of their own children.
func (s *sight) ownNames() (keys []string) {
	for _, p := range append(slices.Clone(s.people), s.recipient) {
		mine := s.isTo(p.Id) || !s.informants[s.one[p.Id]] && slices.ContainsFunc(s.children(), func(c ownChild) bool { return s.are(c.ID, p.Id) })
		if mine {
			for _, n := range namesOf(p) {
				keys = append(keys, n.key())
			}
		}
	}
	return keys
}

// namesNobody are the fields that the house fills in, and that no worker writes a name into.
func namesNobody(field string) bool {
	for _, begins := range []string{"recipient.", "area.", "letter.", "signatory.", "attempt_", "missed_times"} {
		if strings.HasPrefix(field, begins) {
			return true
		}
	}
	return slices.Contains([]string{"contact.name", "contact.role", "contact.phone", "child.first_names", "tried"}, field)
}

// aName is a name as it is looked for.
type aName struct {
	text  string   // as people write it
	words []string // to the eye
	often bool     // a word of its own, too: it is a name where it begins with a capital
}

func (n aName) key() string { return strings.Join(n.words, " ") }

// namesOf are the names of a person: in full, what they are called, and each part.
func namesOf(p *core.Record) (list []aName) {
	add := func(text string) {
		words := eyeWords(text)
		if len(squashed(strings.Join(words, ""))) < 2 || len(words) == 1 && particles[words[0]] {
			return
		}
		n := aName{text, words, len(words) == 1 && alsoWords[words[0]]}
		if !slices.ContainsFunc(list, func(m aName) bool { return m.key() == n.key() }) {
			list = append(list, n)
		}
	}
	for _, name := range []string{p.GetString("name"), p.GetString("called_by")} {
		name = strings.TrimSpace(name)
		add(name)
		for _, part := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-‐‑–()“”\",", r) }) {
			add(part)
		}
	}
	return list
}

// in says whether the name stands among what was said. What is written without spaces
// between its words is looked for within them.
func (n aName) in(said []saidWord) bool {
	if together := strings.Join(n.words, ""); len(n.words) > 1 && slices.ContainsFunc(said, func(w saidWord) bool { return w.eye == together }) {
		return true
	}
	if strings.ContainsFunc(n.text, unspaced) {
		return slices.ContainsFunc(said, func(w saidWord) bool { return strings.Contains(w.eye, strings.Join(n.words, "")) })
	}
	for i := range said {
		if i+len(n.words) > len(said) {
			return false
		}
		if n.often && !said[i].capital {
			continue
		}
		if slices.EqualFunc(n.words, said[i:i+len(n.words)], func(a string, w saidWord) bool { return a == w.eye }) {
			return true
		}
	}
	return false
}

// saidWord is a word as the eye reads it, and whether it was written with a capital.
type saidWord struct {
	eye     string
	capital bool
}

func saidWords(text string) (list []saidWord) {
	for _, w := range strings.FieldsFunc(lettertext.Clean(text), noName) {
		for _, eye := range strings.Fields(family.ToTheEye(w)) {
			list = append(list, saidWord{eye, unicode.IsUpper([]rune(w)[0])})
		}
	}
	return list
}

func eyeWords(text string) (list []string) {
	for _, w := range saidWords(text) {
		list = append(list, w.eye)
	}
	return list
}

func noName(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Cf) }

// particles are parts of names that are none of their own.
var particles = setOf("de", "da", "di", "du", "des", "der", "den", "del", "della", "dos", "van", "von", "la", "le", "el", "al", "bin", "binti", "bint",
	"ibn", "of", "the", "and", "ap", "ab", "ferch", "mc", "mac", "st", "mr", "mrs", "ms", "miss", "dr", "jr", "sr", "i", "y", "e")

// alsoWords are names that are words of a letter as well: a name where they have a capital.
var alsoWords = setOf("will", "may", "mark", "bill", "rose", "hope", "joy", "grace", "faith", "art", "june", "april", "august", "summer", "autumn", "don",
	"pat", "sue", "frank", "jack", "guy", "rob", "bob", "chase", "miles", "dean", "drew", "ray", "rich", "hunter", "ivy", "holly", "olive", "daisy",
	"lily", "pearl", "amber", "ruby", "jasmine", "heather", "penny", "dawn", "eve", "gene", "josh", "wade", "young", "long", "short", "white", "black",
	"brown", "green", "gray", "grey", "king", "day", "best", "hall", "park", "parks", "read", "price", "bell", "wood", "woods", "hill", "field", "fields",
	"church", "west", "east", "north", "south", "love", "little", "good", "street", "lane", "rivers", "banks", "cook", "baker", "carter", "mason",
	"page", "fox", "wolf", "bird", "fish", "lamb", "rice", "salt", "stone", "snow", "frost", "winter", "spring", "sunday", "friday", "robin", "sky",
	"star", "angel", "charity", "patience", "prudence", "constance", "mercy", "honour", "precious", "blessing", "gift", "godson", "sandy", "rocky",
	"buddy", "sonny", "junior", "major", "earl", "duke", "prince", "princess", "so", "an", "my", "to", "no", "do", "be", "in", "on", "or", "as", "am", "man", "song", "see", "say", "ho", "he", "she", "her", "his", "are", "ask", "help", "care", "home")

func setOf(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}

// unspaced are letters of scripts that part no words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// NameWords are the words that names are looked for by: those that are a name only with a
// capital, and the parts of names that are none of their own. The contract's vectors tell a
// phone of them.
func NameWords() (also, particle []string) {
	return slices.Sorted(maps.Keys(alsoWords)), slices.Sorted(maps.Keys(particles))
}
