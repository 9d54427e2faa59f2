package engagement

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// What the subjects above this one do once a pathway was read anew, each at its place in the
// order; hooks.go says what does it.
var (
	DisputesFollow, AsksFollow func(tx core.App, p *core.Record, h *Past, result pathway.Result) error
	LettersFollow              func(tx core.App, caseID string) error
)
