package account

import (
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// FoldEmail is an address as accounts have it: without the blanks that come with
// copying and pasting, seen or not, and in small letters. Phones begin a field with a
// capital, and no mail server that a council uses tells the two apart.
func FoldEmail(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
}

// FindAccount is the account of an address, however it was typed.
func FindAccount(app core.App, collection, email string) (*core.Record, error) {
	return app.FindAuthRecordByEmail(collection, FoldEmail(email))
}

// BindEmails keeps addresses folded, whoever writes, and no address for two accounts.
func BindEmails(app core.App) {
	for _, of := range []*hook.TaggedHook[*core.RecordEvent]{kernel.Creating(app, signin.Accounts...), kernel.Updating(app, signin.Accounts...)} {
		of.Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard - 1, Func: func(e *core.RecordEvent) error {
			was := e.Record.Email()
			if !e.Record.IsNew() && was == e.Record.Original().Email() {
				return e.Next()
			}
			folded := FoldEmail(was)
			if folded != was {
				e.Record.SetEmail(folded)
			}
			n, err := e.App.CountRecords(e.Record.Collection(), dbx.NewExp("email = {:e} COLLATE NOCASE AND id != {:id}", dbx.Params{"e": folded, "id": e.Record.Id}))
			if err != nil {
				return err
			}
			if n > 0 && folded != "" {
				return kernel.Wrong(core.FieldNameEmail, "not_unique", "There is an account with this email address already. Capitals make no difference.")
			}
			return e.Next()
		}})
	}
}
