package collections

import "github.com/pocketbase/pocketbase/core"

// outbox is the mail, the web pushes and the texts to be sent, written in the transaction of what causes it and
// read by the room that sends. A reason is written once, so that nothing is sent
// twice. No text of a mail is kept here: it is made when it is sent, since a link's
// token is nowhere but in the mail itself.
func outbox() *Noun {
	return &Noun{
		Name: "outbox",
		Fields: fields(
			must(text("reason")), choice("kind", "agreement", "renewal", "reminder", "first_meeting", "agreed", "declined", "lapsed",
				"new_phone", "new_phone_of", "copied_phone", "copied_phone_of", "invitation",
				"factor_added", "factor_removed", "factors_reset", "recovery_made", "recovery_used", "glass", "address_changed", "address_changed_of",
				"account_made_of", "rights_changed", "rights_changed_of", "policy_loosened", "mail_turned", "signed_out",
				"risk", "risk_again", "risk_unanswered", "risk_resolved", "digest", "asked"),
			must(text("collection")), must(text("record")), &core.EmailField{Name: "to"}, text("to_name"), number("days"),
			choice("status", "queued", "sending", "sent", "dropped", "failed", "unsure"),
			number("tries"), moment("due_at", Planned), moment("claimed_at", Happened), moment("sent_at", Happened), text("problem"),
			optional(choice("channel", "push", "text")), text("address"), // none: by mail, to its address
		),
		Indexes:  []Index{{Unique: true, On: "reason"}, {On: "status, due_at"}, {On: "record"}},
		ByServer: true,
		Fixed:    []string{"reason", "kind", "collection", "record", "to", "channel", "address"},
	}
}
