package family

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"holdfast/hooks/kernel"
)

// BindNames keeps two people of one agency apart by name, since records show names: who
// takes another's would sign in their name. A name that changed is kept with the account
// (record_versions), and goes to where people are looked up.
func BindNames(app core.App) {
	kernel.Creating(app, "users").Bind(kernel.InDomain(nameApart))
	kernel.Updating(app, "users").Bind(kernel.InDomain(nameApart))
	kernel.Updating(app, "users").Bind(kernel.InDomain(renameChampion))
}

func nameApart(e *core.RecordEvent) error {
	if !e.Record.IsNew() && !kernel.Changed(e.Record, "name") && !kernel.Changed(e.Record, "agency") {
		return e.Next()
	}
	var others []string
	if err := e.App.ConcurrentDB().NewQuery(`SELECT name FROM users WHERE agency = {:a} AND id != {:id}`).
		Bind(dbx.Params{"a": e.Record.GetString("agency"), "id": e.Record.Id}).Column(&others); err != nil {
		return err
	}
	mine := ToTheEye(e.Record.GetString("name"))
	for _, other := range others {
		if mine == ToTheEye(other) {
			return validation.Errors{"name": validation.NewError("name_taken", "Somebody at this agency has that name. Add what tells you apart, such as a middle name.")}
		}
	}
	return e.Next()
}

// lookalikes are letters that look like others, and those that are written without their
// strokes.
var lookalikes = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i",
	"а", "a", "в", "b", "е", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x", "і", "i", "ј", "j", "ѕ", "s",
	"α", "a", "ε", "e", "ι", "i", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "u", "χ", "x",
	"0", "o", "1", "l",
)

// ToTheEye is a name as the eye reads it: without case, accents, odd blanks and what takes
// no ink, and with the letters that its letters look like.
func ToTheEye(name string) string {
	var out strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(norm.NFKC.String(name))) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out.WriteRune(r)
		case !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(lookalikes.Replace(out.String())), " ")
}

// renameChampion carries a person's new name to the directory and to the registrations
// that it is made from.
func renameChampion(e *core.RecordEvent) error {
	renamed := kernel.Changed(e.Record, "name")
	if err := e.Next(); err != nil || !renamed {
		return err
	}
	for _, noun := range []string{"champion_registrations", "champions"} {
		rows, err := e.App.FindAllRecords(noun, dbx.HashExp{"user": e.Record.Id})
		if err != nil {
			return err
		}
		for _, r := range rows {
			r.Set("name", e.Record.GetString("name"))
			if err := kernel.SaveChanged(e.App, r); err != nil {
				return fmt.Errorf("the new name of %s in %s: %w", e.Record.Id, noun, err)
			}
		}
	}
	return nil
}

// TakesInk reports whether a text shows anything on paper.
func TakesInk(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		switch r {
		case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800': // letters and a sign that are blank
			return false
		}
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
	})
}

// BindInk holds a text that must be there to one that shows, for every noun.
func BindInk(app core.App) {
	app.OnRecordValidate().BindFunc(func(e *core.RecordEvent) error {
		err := e.Next()
		problems, refused := err.(validation.Errors)
		if err != nil && !refused {
			return err
		}
		for _, f := range e.Record.Collection().Fields {
			t, ok := f.(*core.TextField)
			if ok && t.Required && problems[t.Name] == nil && !TakesInk(e.Record.GetString(t.Name)) && kernel.Changed(e.Record, t.Name) {
				if problems == nil {
					problems = validation.Errors{}
				}
				problems[t.Name] = validation.NewError("validation_required", "Cannot be blank.")
			}
		}
		if len(problems) > 0 {
			return problems
		}
		return nil
	})
}
