package letter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	letterrules "holdfast/hooks/letter"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
)

// about is what there is to know of a letter beside what it says.
func about(app core.App, l *core.Record) (*letterpage.About, error) {
	a := &letterpage.About{Kind: letterrules.KindOfLetter(app, l), Final: printable(l.GetString("status")), Grade: grade(l)}
	a.Mark, a.Says = mark(l)
	if says := letterrules.CopyOfLetter(l); says != "" {
		a.Says = strings.TrimSpace(says + " " + a.Says)
	}
	a.Known = letterrules.KnownOfLetter(app, l)
	var blocks []struct{ Message string }
	if err := json.Unmarshal([]byte(l.GetString("blocks")), &blocks); err == nil && l.GetString("status") == "draft" {
		for _, b := range blocks {
			a.Blocks = append(a.Blocks, b.Message)
		}
	}
	between, err := letterrules.ComeBetween(app, l)
	if err != nil {
		return nil, err
	}
	if len(between) > 0 {
		a.Final, a.Mark, a.Says, a.Blocks = false, "HELD", "It may not be printed or sent: something has come between since it was approved. Put it right, or withdraw this letter and draft another.", between
	}
	var hits []lettertext.Hit
	if err := json.Unmarshal([]byte(l.GetString("hits")), &hits); err == nil {
		for _, h := range hits {
			if line := fmt.Sprintf("“%s” in %s", h.Found, where(h.Where)); !slices.Contains(a.Words, line) {
				a.Words = append(a.Words, line)
			}
		}
	}
	rows, err := app.FindRecordsByFilter("letter_events", "letter = {:l}", "occurred_at,@rowid", 0, 0, dbx.Params{"l": l.Id})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		at := "occurred_at"
		if came := r.GetDateTime("received_at"); !came.IsZero() && came.Before(r.GetDateTime(at)) {
			at = "received_at" // dated ahead, it counts from when it came
		}
		m := letterpage.Moment{At: stamp(r, at), Text: became[r.GetString("kind")], Note: r.GetString("note")}
		if u, err := app.FindRecordById("users", r.GetString("author")); err == nil {
			m.Who = u.GetString("name")
		}
		a.Timeline = append(a.Timeline, m)
	}
	return a, nil
}

func grade(l *core.Record) string {
	if l.GetString("content_hash") == "" || l.GetFloat("grade") == 0 {
		return ""
	}
	s := fmt.Sprintf("Reading grade %.1f.", l.GetFloat("grade"))
	if why := l.GetString("override_reason"); why != "" {
		s += " The approver's reason: " + why
	}
	return s
}

// mark never says that a letter was received: nobody knows (domain 3.5).
func mark(l *core.Record) (string, string) {
	switch l.GetString("status") {
	case "approved":
		return "Approved", "It has not gone yet."
	case "issued":
		says := fmt.Sprintf("%s on %s.", became[l.GetString("channel")], stamp(l, "issued_at"))
		if on := l.GetString("deemed_on"); on != "" {
			says += " It is taken to have come from " + clock.Day(on) + "; that it was received is not known."
		}
		return "Sent", says
	case "returned":
		return "Came back", "Confirm a new address before the next letter."
	case "withdrawn":
		return "WITHDRAWN", "It may not be sent."
	}
	return "DRAFT", "It may not be printed or sent: it is not approved."
}

var became = map[string]string{
	"drafted": "Written", "approved": "Approved", "countersigned": "Countersigned", "rejected": "Sent back to its author",
	"withdrawn": "Withdrawn", "printed": "Printed", "posted": "Posted", "print_room": "Given to the print room",
	"hand_delivered": "Put through the door", "handed_over": "Handed over", "emailed": "Sent by email",
	"delivery_proven": "Delivery proven by the carrier", "bounced": "The email bounced", "returned": "Came back", "reply_received": "A reply came",
}

// where is a place in the letter as a person would say it.
func where(place string) string {
	if n, ok := strings.CutPrefix(place, "body["); ok {
		return "paragraph " + strings.TrimSuffix(n, "]")
	}
	return "the " + place
}

func stamp(r *core.Record, field string) string {
	return clock.Said(r.GetDateTime(field).Time())
}
