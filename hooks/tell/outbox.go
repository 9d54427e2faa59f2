package tell

import (
	"fmt"
	"net"
	"net/url"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// Mail is one mail to be sent: what it is for and to whom. Its text is made when it
// is sent.
type Mail struct {
	Reason             string // why, once for ever: a second mail of the same reason is none
	Kind               string
	Collection, Record string // what it is about
	To, Name           string
	Days               int
	Due                types.DateTime // not before; at once when zero
	Overtaken          string         // why it is not sent after all, when it is only noted
	Channel, Address   string         // push or text, and where to; none: by mail
}

// Post writes a mail into the outbox, in the transaction of what causes it. Nothing
// is sent here: a room reads the outbox.
func Post(tx core.App, m Mail) error {
	n, err := tx.CountRecords("outbox", dbx.HashExp{"reason": m.Reason})
	if err != nil || n > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId("outbox")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"reason": m.Reason, "kind": m.Kind, "collection": m.Collection, "record": m.Record, "to": m.To, "to_name": m.Name,
		"days": m.Days, "status": "queued", "due_at": m.Due, "channel": m.Channel, "address": m.Address,
	})
	if m.Due.IsZero() {
		r.Set("due_at", kernel.Now())
	}
	if m.Overtaken != "" {
		r.Set("status", "dropped")
		r.Set("problem", m.Overtaken)
	}
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("the outbox, %s: %w", m.Reason, err)
	}
	return nil
}

// Nowhere reports an application's address that leads nowhere but to the reader's own
// machine: a link in a mail would.
func Nowhere(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}
