package reply

import (
	"errors"
	"testing"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// A code that somebody forgot to list reaches no phone: it goes out as invalid, in the
// rule's own words.
func TestACodeThatIsNotListedGoesOutAsInvalid(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	for _, c := range []struct {
		err  error
		want contract.FieldProblem
	}{
		{validation.NewError("watches", "They stay."), contract.FieldProblem{Code: "watches", Message: "They stay."}},
		{validation.NewError("made_up_today", "It is so."), contract.FieldProblem{Code: "invalid", Message: "It is so."}},
		{errors.New("a plain error"), contract.FieldProblem{Code: "invalid", Message: "a plain error"}},
		{validation.NewError("validation_required", "Blank."), contract.FieldProblem{Code: "validation_required", Message: "This must be filled in."}},
		{&Unsound{Why: "It nests deeper than 64", At: 3}, contract.FieldProblem{Code: "invalid", Message: "It nests deeper than 64 (byte 3)"}},
	} {
		if got := Problem(app, c.err); got != c.want {
			t.Errorf("%v: %+v", c.err, got)
		}
	}
}
