package contract

import (
	"regexp"
	"strings"
	"testing"
)

// What PocketBase's fields say becomes the code's own sentence, with the limit where one
// was named; what the house's own rules say stays.
func TestWhatIsWrongWithAFieldIsSaidInOneVoice(t *testing.T) {
	for _, c := range []struct{ code, said, want string }{
		{"validation_not_unique", "Value must be unique.", "There is one like this already."},
		{"validation_required", "Cannot be blank.", "This must be filled in."},
		{"validation_max_text_constraint", "Must be no more than 200 character(s).", "This is too long: write at most 200 characters."},
		{"validation_length_out_of_range", "the length must be between 2 and 40", "This must be from 2 to 40 characters long."},
		{"validation_max_text_constraint", "", "This is too long."},
		{"validation_in_invalid", "Invalid value x9.", "Choose one of the values given."},
		{"language_need", "Tess Marlowe speaks Polish.", "Tess Marlowe speaks Polish."},
		{"missing", "", "There is no such record here."},
		{"not_in_the_list", "It is so.", "It is so."},
	} {
		if got := FieldSaid(c.code, c.said); got != c.want {
			t.Errorf("%s, %q is said as %q, want %q", c.code, c.said, got, c.want)
		}
	}
	if got := SayFields(map[string]FieldProblem{
		"date_of_birth": {Code: "no_such_day", Message: "There is no such day or time."}, "recipient": {Code: "language_need", Message: "Tess Marlowe speaks Polish"}, "passwordConfirm": {Code: "validation_values_mismatch", Message: "These two are not the same."},
	}); got != "Date of birth: there is no such day or time. The password again: these two are not the same. Recipient: Tess Marlowe speaks Polish." {
		t.Errorf("%q", got)
	}
	if got := SayFields(map[string]FieldProblem{"a": {Message: "X."}, "b": {Message: "X."}, "c": {Message: "X."}, "d": {Message: "X."}, "e": {Message: "X."}, "f": {Message: "X."}, "g": {Message: "X."}}); !strings.HasSuffix(got, "And 2 more.") {
		t.Errorf("%q", got)
	}
	if SayFields(nil) != "" || SayFieldsWelsh(nil) != "" {
		t.Error("of no field something is said")
	}
}

// No code's sentence, in either language, has a key, JSON or a day of the machine's in it.
func TestNoSentenceOfTheContractHasAKeyInIt(t *testing.T) {
	machine := regexp.MustCompile(`[a-z]_[a-z]|[{}\[\]"]|\d{4}-\d\d-\d\d|%[sdv]|\(s\)`)
	for _, c := range FieldCodes {
		for _, said := range []string{c.Title, c.Welsh, FieldSaid(c.Code, "Must be 12 and 40."), FieldSaid(c.Code, "")} {
			if machine.MatchString(said) && c.Code != "identifies" {
				t.Errorf("%s says %q", c.Code, said)
			}
		}
	}
	for _, p := range Problems {
		if machine.MatchString(p.Title) || machine.MatchString(p.Welsh()) {
			t.Errorf("%s says %q, %q", p.Code, p.Title, p.Welsh())
		}
	}
}
