package collections

import "github.com/pocketbase/pocketbase/core"

// devices are the phones a person has registered. When one was last seen and how wrong
// its clock was are kept beside the row, not in it: a sync must not itself be a change
// to sync. Wiped is what a device's own signed receipt says, and its end.
func devices() *Noun {
	return &Noun{
		Name:     "devices",
		ByServer: true,
		Fields: fields(
			one("user", "users"), must(text("name")), text("platform"), text("app_version"), number("contract"), // the version it says that it speaks
			text("public_key"), choice("status", "active", "locked", "wipe", "wiped", "ended"),
			flag("proves"), // it showed that it holds its key, and does so at every call
			moment("wipe_ordered_at", Happened), moment("wiped_at", Happened), &core.TextField{Name: "wipe_receipt", Max: 4096, Hidden: true},
		),
		Indexes: []Index{{On: "`user`"}},
		Rules:   Rules{Read: and(`user = @request.auth.id`)},
		Fixed:   []string{"user", "public_key"}, // a phone with another key is another phone
		Server:  []string{"proves", "wipe_ordered_at", "wiped_at", "wipe_receipt"},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}
