package pathway

import (
	"slices"
	"strings"
	"unicode"
)

// NameFully is said of a name that is none, or is the recorder's own.
const NameFully = "Give the first and last name of who decided, who is somebody else than you."

// Named says whether a text names somebody in full (first and last name, or a title and a
// last name) who is not whoever writes it, whose own name is given. A word for oneself, an
// office and a first name alone name nobody.
func Named(text, own string) bool {
	names, titled := namesIn(text)
	mine, _ := namesIn(own)
	long, others := 0, 0
	for _, n := range names {
		if len([]rune(n)) > 1 {
			long++
		}
		if !slices.ContainsFunc(mine, func(m string) bool { return m == n || len([]rune(n)) == 1 && strings.HasPrefix(m, n) }) {
			others++
		}
	}
	full := long > 0 && (len(names) > 1 || titled || inHan(names[0]))
	return full && others > 0
}

// namesIn are the words of a text that may be somebody's name, each once and in small
// letters, and whether a title stands among them.
func namesIn(text string) (names []string, titled bool) {
	for _, word := range strings.FieldsFunc(folded(text), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsMark(c) && c != '\'' && c != '’' && c != '-'
	}) {
		small := strings.ToLower(strings.Trim(word, "'’-"))
		switch initial := len([]rune(small)) == 1; {
		case small == "", slices.Contains(noNames, small) && !(initial && small != "i" && word != small) && !(slices.Contains(shortNames, small) && capital(word)):
		case initial && word == small && unicode.IsUpper([]rune(strings.ToUpper(small))[0]): // a letter is an initial where it is a capital
		case slices.Contains(titles, small):
			titled = true
		case !slices.Contains(names, small):
			names = append(names, small)
		}
	}
	return names, titled
}

// Reachable says whether a text gives, beside a name, where its bearer can be reached: a
// telephone number, or, after a comma, "of" or "at", the agency.
func Reachable(text string) bool {
	digits := 0
	for _, c := range text {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	if digits >= 7 {
		return true
	}
	for _, between := range []string{",", " of ", " at ", "("} {
		if _, after, is := strings.Cut(text, between); is && len(strings.FieldsFunc(after, func(c rune) bool { return !unicode.IsLetter(c) })) > 0 {
			return true
		}
	}
	return false
}

// ringBack is said of somebody elsewhere who is named, and whom nobody could reach.
const ringBack = "Add their telephone number or their agency beside the name, so that whoever reads this can ring back."

// capital says whether a word begins with one and goes on without.
func capital(word string) bool {
	c := []rune(word)
	return unicode.IsUpper(c[0]) && !slices.ContainsFunc(c[1:], unicode.IsUpper)
}

// inHan says whether a name is written in characters that no space parts.
func inHan(name string) bool {
	n := 0
	for _, c := range name {
		if !unicode.Is(unicode.Han, c) {
			return false
		}
		n++
	}
	return n > 1
}

var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "reverend", "imam", "rabbi", "father", "sister"}

// noNames are words that stand where a name should: for oneself, for nobody, and for the
// office that somebody holds. Whose last name is one of them has a title before it.
var noNames = strings.Fields(`
	i me my myself self us we our ourselves you your he she him her they them their it same ditto above
	a an the this that of in at on from for and or to by with via as is was
	somebody someone anybody anyone nobody noone none unknown other another person people named name tbc tba n
	duty team manager managers worker workers social care services service front door desk office officer staff children children's childrens
	mash csc hub early help lead head senior deputy assistant designated safeguarding practitioner director supervisor colleague
	council authority department agency local line nurse doctor teacher school police panel meeting phone telephone
	contact contacts centre center call caller night shift not known confirm confirmed see notes note file record email text message voicemail
	pending withheld anonymous unnamed unidentified various everyone everybody health visitor family support helpline hotline switchboard reception
	custody sergeant probation housing surgery gp hours rota allocated triage intake referrals assessment control room answer reply sure remember be follow
	first response youth mum mummy dad daddy grandma grandad granny aunty auntie uncle brother`)

// shortNames are those of them that are somebody's first or last name where they have a capital.
var shortNames = strings.Fields(`an my to in`)
