package ops

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/clock"
)

// judge says in words what somebody should see to.
func (h *Health) judge(at time.Time) {
	say := func(when bool, format string, args ...any) {
		if when {
			h.Problems = append(h.Problems, fmt.Sprintf(format, args...))
		}
	}
	for _, what := range h.House.Differences {
		say(true, "This store was changed from outside: %s. Stop the server and run `holdfast repair`.", what)
	}
	for _, a := range h.House.Tried {
		say(true, "%s on %s; it was refused.", a.What, a.At.Time().Format("2 January"))
	}
	for _, ends := range h.House.Glasses {
		say(true, "Case content is open to an operator until %s.", clock.Hour(ends.Time()))
	}
	for _, since := range h.House.Untold {
		say(true, "An operator opened case content on %s, and nobody could be told: no mail about it has left. See to the mail settings, and tell the data protection officer.", clock.Said(since.Time()))
	}
	say(!h.Feed.InPlace, "Phones do not hear of every change: %s.", h.Feed.Problem)
	say(h.History.said(at), "A new history began on %s. %s What was recorded after the copy comes back from the phones, which offer it again when they next sync. Phones in use that have not come since: %d.",
		clock.Said(h.History.Since.Time()), h.History.Why, h.History.Absent)
	say(h.Backup == nil, "There is no backup in this server's folder.")
	say(h.Backup != nil && at.Sub(h.Backup.At.Time()) > backupAge, "The last backup is more than a day old.")
	say(h.Storage.Size > 0 && h.Storage.Free < h.Storage.Size/100*fullBelow, "Less than %d %% of the disk is free.", fullBelow)
	say(h.Mail["failed"] > 0, "Mails that could not be sent: %d.", h.Mail["failed"])
	say(h.Mail["unsure"] > 0, "Mails that may not have arrived: %d.", h.Mail["unsure"])
	say(h.Evidence["quarantined"].Count > 0, "Files in quarantine: %d.", h.Evidence["quarantined"].Count)
	say(h.Unsent.Count > 0, "Mails that should have left and wait: %d. %s", h.Unsent.Count, h.Unsent.Why)
	say(h.SignIn.Unfactored > 0, "Superusers who have no second factor and cannot sign in: %d. Run `holdfast superuser code EMAIL` for each who should, and take the others away.", h.SignIn.Unfactored)
	say(len(h.Keys) > 0, "Keys are older than they should be: those for %s. If the key ring is handed in as text, make new keys in a copy of it (`holdfast keys rotate`) and hand that in; else see whether its file can be written.", strings.Join(h.Keys, "; "))
	say(h.SignIn.UnknownProxy, "Requests come through a proxy that the settings do not name: everybody seems to sign in from one address. Set the trusted proxy's headers.")
	say(h.SignIn.SetAside > 0, "Accounts that share an email address with another but for capitals, and sign in nowhere: %d. Give each an address of its own in place of the one ending in %s, or remove it.", h.SignIn.SetAside, collections.Aside)
	say(h.Devices["wipe"].Count > 0, "Phones that have not yet confirmed that they are wiped: %d.", h.Devices["wipe"].Count)
}

func health(e *core.RequestEvent) error {
	h, err := healthOf(e.App, time.Now())
	if err != nil {
		return err
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, h)
}
