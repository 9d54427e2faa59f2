package collections

// devices are the phones a person has registered. When one was last seen is kept
// beside the row, not in it: a sync must not itself be a change to sync.
func devices() *Noun {
	return &Noun{
		Name: "devices",
		Fields: fields(
			one("user", "users"), must(text("name")), text("platform"), text("app_version"),
			text("public_key"), choice("status", "active", "locked", "wipe", "ended"),
		),
		Indexes: []Index{{On: "`user`"}},
		Rules:   Rules{Read: and(`user = @request.auth.id`)},
		Fixed:   []string{"user"},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}
