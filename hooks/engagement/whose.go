package engagement

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// relayedBy names, of each kind of event that tells what others decided, the member that says
// who of theirs did.
var relayedBy = map[string]string{
	"referral.accepted": "decided_by", "referral.nfa": "decided_by", "new_area.accepted": "accepted_by", "social_worker.told": "spoken_to",
}

// known gives the engine whoever has an account here and is named like somebody in the
// history, so that no colleague passes for social care, or for another area. What counted
// when it came is not asked about again, so that most histories ask for nobody.
func (h *Past) known(app core.App) (err error) {
	var texts []string
	for _, e := range h.Events {
		if member := relayedBy[e.Kind]; member != "" && e.ReceivedVerdict != pathway.Accepted {
			if text, _ := e.Data[member].(string); text != "" {
				texts = append(texts, text)
			}
		}
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT id FROM agencies WHERE kind = 'local_authority_csc' ORDER BY id`).Column(&h.Context.SocialCare); err != nil {
		return fmt.Errorf("which agencies are social care: %w", err)
	}
	h.Context.Known, err = tell.AccountsLike(app, texts...)
	return err
}
