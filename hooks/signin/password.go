package signin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/trustelem/zxcvbn"

	"holdfast/hooks/kernel"
)

// What a password must have. No mix of capitals and signs is asked for: it makes
// people write "Password1!", and NIST 800-63B and the NCSC advise against it.
const (
	leastPassword   = 12
	longestPassword = 72        // bytes; bcrypt reads no more
	fewestGuesses   = 5_000_000 // by the lists and habits that guessers begin with
	leastName       = 4         // shorter parts of names stand in many words
	leastOther      = 8         // letters and digits beside the house's own words
)

// houseWords are what somebody who guesses at this house's passwords tries first: its
// name, its work and its roles (ASVS 5, 6.1.2). The demo's password is made of them.
var houseWords = []string{
	"holdfast", "safeguarding", "safeguard", "partnership", "neglect", "pathway", "engagement", "champion", "practitioner", "coordinator",
	"manager", "social", "worker", "children", "child", "families", "family", "council", "school", "agency", "health", "visitor", "welcome",
}

// BindPasswords holds every new password to the same, whoever sets it: the pages, REST,
// the dashboard, the command line. One that is there already stays until it is changed.
func BindPasswords(app core.App) {
	for _, of := range []*hook.TaggedHook[*core.RecordEvent]{kernel.Creating(app, Accounts...), kernel.Updating(app, Accounts...)} {
		of.Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(e *core.RecordEvent) error {
			set, ok := e.Record.GetRaw(core.FieldNamePassword).(*core.PasswordFieldValue)
			if ok && set.Plain != "" {
				if why := PasswordProblem(set.Plain, e.Record.GetString("name"), e.Record.Email()); why != "" {
					return kernel.Wrong(core.FieldNamePassword, "password", why)
				}
			}
			return e.Next()
		}})
	}
}

// PasswordProblem is why a password is not taken, in words for who chose it; empty when
// it is.
func PasswordProblem(password, name, email string) string {
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return "Use at least 12 characters. Three or four words together are easy to remember."
	case len(password) > longestPassword:
		return "This password is too long: no more than 72 plain letters can be kept, and an accented letter or an emoji counts as two to four."
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "This password holds characters that cannot be typed again."
	}
	folded := strings.ToLower(password)
	for _, part := range ownWords(name, email) {
		if strings.Contains(folded, part) {
			return "A password must not hold your name or your email address."
		}
	}
	if len(beside(folded, houseWords)) < leastOther {
		return "A password must hold more than words of this house and its work. Add two or three words that have nothing to do with it."
	}
	if zxcvbn.PasswordStrength(password, nil).Guesses < fewestGuesses {
		return "This password is one of the commonest, or easily guessed from one. Use three or four words that do not belong together."
	}
	return ""
}

// beside is what of a password is left without some words, and without signs.
func beside(password string, words []string) string {
	for _, w := range words {
		password = strings.ReplaceAll(password, w, "")
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, password)
}

// ownWords are the parts of a name and of an address that a guesser tries first.
func ownWords(name, email string) (out []string) {
	local, _, _ := strings.Cut(email, "@")
	parts := strings.FieldsFunc(name+" "+local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	parts = append(parts, strings.Join(strings.Fields(name), ""), local)
	for _, p := range parts {
		if utf8.RuneCountInString(p) >= leastName {
			out = append(out, strings.ToLower(p))
		}
	}
	return out
}
