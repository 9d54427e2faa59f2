package gate

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// topics are what may be listened to: that there is news, and that the line is up.
var topics = []string{"sync", "PB_CONNECT"}

// wakeUpsOnly lets nobody but the operator subscribe to records: PocketBase's realtime
// would deliver content that outlives rights and leaves no audit row. A phone listens
// for "there is news" and pulls.
//
// Why the others are left out and not the whole set refused: the SDK sends all its topics
// together, with each reconnect again, and one that is refused would silence sync.
func wakeUpsOnly(e *core.RealtimeSubscribeRequestEvent) error {
	if e.HasSuperuserAuth() {
		return e.Next()
	}
	var out []string
	e.Subscriptions = slices.DeleteFunc(e.Subscriptions, func(topic string) bool {
		name, _, _ := strings.Cut(topic, "?")
		if slices.Contains(topics, name) {
			return false
		}
		out = append(out, name)
		return true
	})
	if len(out) > 0 {
		e.Response.Header().Set(contract.LeftOutHeader, headerText(out))
		e.App.Logger().Info("Topics that cannot be listened to were left out", "topics", out)
	}
	return e.Next()
}

// headerText is a list for a header: letters that have no place there are taken out.
func headerText(list []string) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, strings.Join(list, ", "))
	return text[:min(len(text), 512)]
}
