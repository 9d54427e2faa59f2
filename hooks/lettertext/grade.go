package lettertext

import (
	"math"
	"strings"
	"unicode"
)

// MaxGrade is the Flesch-Kincaid grade above which an approval needs a reason
// (section 3.3: plain English at a reading age of about 9 to 11).
const MaxGrade = 8.0

// Readability says how hard the body of a letter is to read. Headings are not
// counted, and neither are bullets of fewer than six words: a list of days and
// names would make hard prose look easy.
type Readability struct {
	Applies         bool    // the formula is for English; false for any other language
	Grade           float64 // Flesch-Kincaid grade, rounded to one decimal place
	AverageSentence float64 // words a sentence, rounded to one decimal place; the target is 20 at most
	Words           int
	Sentences       int
	Syllables       int
}

// Grade is the Flesch-Kincaid grade of the letter's body (Kincaid and others,
// 1975). It means nothing where Read says that it does not apply.
func Grade(d *Document) float64 { return Read(d).Grade }

// Read measures the letter's body.
func Read(d *Document) Readability {
	r := Readability{Applies: d.Language == "en"}
	const shortBullet = 6
	for _, block := range d.Body {
		var b Readability
		b.count(block.Text())
		if block.Kind == Paragraph || block.Kind == Bullet && b.Words >= shortBullet {
			r.Words += b.Words
			r.Sentences += b.Sentences
			r.Syllables += b.Syllables
		}
	}
	if r.Words > 0 {
		perSentence := float64(r.Words) / float64(r.Sentences)
		perWord := float64(r.Syllables) / float64(r.Words)
		r.Grade = tenth(0.39*perSentence + 11.8*perWord - 15.59)
		r.AverageSentence = tenth(perSentence)
	}
	return r
}

// count adds the words, sentences and syllables of one block.
func (r *Readability) count(text string) {
	open := 0 // words of the sentence being read
	for _, token := range strings.Fields(text) {
		for _, word := range strings.FieldsFunc(token, func(c rune) bool { return c == '-' || c == '–' || c == '—' || c == '/' }) {
			if n := syllables(word); n > 0 {
				r.Words++
				r.Syllables += n
				open++
			}
		}
		if open > 0 && endsSentence(token) {
			r.Sentences++
			open = 0
		}
	}
	if open > 0 {
		r.Sentences++
	}
}

// endsSentence reports whether a token closes a sentence: a full stop after a
// title does not.
func endsSentence(token string) bool {
	bare := strings.TrimRight(token, `)]"'”’`)
	switch strings.ToLower(bare) {
	case "mr.", "mrs.", "ms.", "dr.", "st.", "e.g.", "i.e.":
		return false
	}
	return strings.HasSuffix(bare, ".") || strings.HasSuffix(bare, "!") || strings.HasSuffix(bare, "?")
}

// syllables estimates the syllables of an English word: its groups of vowels,
// less the endings that are not spoken. A word with a digit counts as one, and
// what has neither letter nor digit is no word.
func syllables(word string) int {
	var letters []rune
	digits := false
	for _, r := range strings.ToLower(word) {
		switch {
		case unicode.IsLetter(r):
			letters = append(letters, r)
		case unicode.IsDigit(r):
			digits = true
		}
	}
	if digits {
		return 1
	}
	if len(letters) == 0 {
		return 0
	}
	groups, inside := 0, false
	for _, r := range letters {
		vowel := isVowel(r)
		if vowel && !inside {
			groups++
		}
		inside = vowel
	}
	if groups > 1 && silentEnding(string(letters)) {
		groups--
	}
	return max(groups, 1)
}

// silentEnding reports whether the word's last e is not spoken: home, called,
// makes; but not table, wanted, places.
func silentEnding(word string) bool {
	before := func(n int) string { // the letter before an ending of n letters
		runes := []rune(word)
		if len(runes) <= n {
			return ""
		}
		return string(runes[len(runes)-n-1])
	}
	switch {
	case strings.HasSuffix(word, "es"):
		return before(2) != "" && !strings.Contains("aeiouylscxzgh", before(2))
	case strings.HasSuffix(word, "ed"):
		return before(2) != "" && !strings.Contains("aeiouytd", before(2))
	case strings.HasSuffix(word, "le"):
		return before(2) != "" && strings.Contains("aeiouy", before(2))
	case strings.HasSuffix(word, "e"):
		return before(1) != "" && !strings.Contains("aeiouy", before(1))
	}
	return false
}

func isVowel(r rune) bool {
	return strings.ContainsRune("aeiouyàáâäèéêëìíîïòóôöùúûüŵŷ", r)
}

func tenth(f float64) float64 { return math.Round(f*10) / 10 }
