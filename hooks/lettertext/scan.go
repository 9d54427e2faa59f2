package lettertext

import (
	"slices"
	"strings"
	"unicode"
)

// Hit is a listed word or phrase found in a letter.
type Hit struct {
	Entry string `json:"entry"` // as it stands in the list
	Where string `json:"where"` // recipient, body[3], copies and so on; blocks count from 1
	Found string `json:"found"` // as it stands in the letter, in small letters
}

// Scan looks through the whole letter, address block and copies included, for the
// entries of a word list, in reading order. Section 3.4, hard block 3: a hit does
// not forbid the letter, it makes the manager acknowledge it.
//
// An entry is one or more words. Small and capital letters, and how the words are
// parted (a space, a hyphen, an apostrophe), make no difference; an entry's last
// word may end in * for any ending. Only whole words are found: "hiv" is not in
// "shiver".
func Scan(d *Document, entries []string) []Hit {
	list := newWordList(entries)
	hits := []Hit{}
	for _, p := range d.parts() {
		tokens := wordsOf(p.text)
		home := d.ownAddress(tokens)
		for i := range tokens {
			for _, phrase := range list.candidates(tokens[i]) {
				if phrase.at(tokens[i:]) && !within(home, i, len(phrase.words)) {
					found := strings.Join(tokens[i:i+len(phrase.words)], " ")
					hits = append(hits, Hit{phrase.entry, p.where, found})
				}
			}
		}
	}
	return hits
}

// ownAddress says which of these words are a line of the recipient's own address: that
// somebody lives in Safe House Lane gives nothing away to them. A line counts as a whole,
// with its number or without; one of a single word in the address alone.
func (d *Document) ownAddress(tokens []string) []bool {
	home := make([]bool, len(tokens))
	for _, line := range d.Recipient[min(1, len(d.Recipient)):] {
		words := wordsOf(line)
		whole := slices.Equal(words, tokens)
		for len(words) > 0 && strings.ContainsFunc(words[0], unicode.IsDigit) {
			words = words[1:]
		}
		for i := 0; len(words) > 0 && i+len(words) <= len(tokens); i++ {
			if (len(words) > 1 || whole) && slices.Equal(words, tokens[i:i+len(words)]) {
				for j := range words {
					home[i+j] = true
				}
			}
		}
	}
	return home
}

func within(home []bool, from, n int) bool {
	return !slices.Contains(home[from:from+n], false)
}

// phrase is one entry of a word list, taken apart.
type phrase struct {
	entry string
	words []string
	open  bool // the last word may go on
}

// wordList finds entries by their first word.
type wordList struct {
	whole map[string][]phrase // first word must match as a whole
	open  []phrase            // entries of one open word
}

func newWordList(entries []string) wordList {
	list := wordList{whole: map[string][]phrase{}}
	for _, entry := range entries {
		p := phrase{entry: entry, words: wordsOf(entry), open: strings.HasSuffix(strings.TrimSpace(entry), "*")}
		switch {
		case len(p.words) == 0:
		case p.open && len(p.words) == 1:
			list.open = append(list.open, p)
		default:
			list.whole[p.words[0]] = append(list.whole[p.words[0]], p)
		}
	}
	return list
}

func (l wordList) candidates(first string) []phrase {
	if len(l.open) == 0 {
		return l.whole[first]
	}
	return append(l.whole[first][:len(l.whole[first]):len(l.whole[first])], l.open...)
}

// at reports whether the phrase stands at the start of the tokens.
func (p phrase) at(tokens []string) bool {
	if len(tokens) < len(p.words) {
		return false
	}
	last := len(p.words) - 1
	for i, word := range p.words {
		if tokens[i] != word && !(i == last && p.open && strings.HasPrefix(tokens[i], word)) {
			return false
		}
	}
	return true
}

// wordsOf is the words of a text in small letters. Marks and format characters
// are left out, so that nothing that cannot be seen hides a word.
func wordsOf(text string) []string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	return strings.FieldsFunc(visible, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
