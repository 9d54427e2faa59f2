package hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// relayedBy names, of each kind of event that tells what others decided, the member that says
// who of theirs did.
var relayedBy = map[string]string{
	"referral.accepted": "decided_by", "referral.nfa": "decided_by", "new_area.accepted": "accepted_by", "social_worker.told": "spoken_to",
}

// known gives the engine whoever has an account here and is named like somebody in the
// history, so that no colleague passes for social care, or for another area. What counted
// when it came is not asked about again, so that most histories ask for nobody.
func (h *past) known(app core.App) (err error) {
	var texts []string
	for _, e := range h.events {
		if member := relayedBy[e.Kind]; member != "" && e.ReceivedVerdict != pathway.Accepted {
			if text, _ := e.Data[member].(string); text != "" {
				texts = append(texts, text)
			}
		}
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT id FROM agencies WHERE kind = 'local_authority_csc' ORDER BY id`).Column(&h.context.SocialCare); err != nil {
		return fmt.Errorf("which agencies are social care: %w", err)
	}
	h.context.Known, err = accountsLike(app, texts...)
	return err
}

// accountsLike are the accounts in use whose names any of these texts may mean.
func accountsLike(app core.App, texts ...string) (like []pathway.Worker, err error) {
	if len(texts) == 0 {
		return nil, nil
	}
	var all []pathway.Worker
	if err := app.ConcurrentDB().NewQuery(`SELECT id, name, agency FROM users WHERE active ORDER BY id`).All(&all); err != nil {
		return nil, fmt.Errorf("who has an account: %w", err)
	}
	for _, w := range all {
		for _, text := range texts {
			if pathway.Bears(text, w.Name) {
				like = append(like, w)
				break
			}
		}
	}
	return like, nil
}

// isSocialCare says whether an agency is children's social care, by its kind.
func isSocialCare(app core.App, agency string) (bool, error) {
	n, err := app.CountRecords("agencies", dbx.HashExp{"id": agency, "kind": "local_authority_csc"})
	return n > 0, err
}

// worksElsewhere says whether a name is that of somebody who has an account here, and not at
// social care.
func worksElsewhere(app core.App, name string) (bool, error) {
	like, err := accountsLike(app, name)
	if err != nil {
		return false, err
	}
	return pathway.Elsewhere(name, like, func(agency string) bool {
		ok, fault := isSocialCare(app, agency)
		if fault != nil {
			err = fault
		}
		return ok
	}), err
}
