package collections

// sync_refusals are mutations that could not be applied, kept whole with the
// reason: seen by their author and their author's manager, to be corrected and
// sent again. Nothing a worker recorded is dropped.
func syncRefusals() *Noun {
	return &Noun{
		Name: "sync_refusals",
		Fields: fields(
			one("user", "users"), text("device"), must(text("mutation")), must(text("collection")), must(text("record")),
			text("op"), body("content"), must(text("code")), long("message"), body("fields"),
			flag("good_faith"), moment("recorded_at"), text("waits_for"),
			choice("status", "held", "open", "settled", "withdrawn"),
		),
		Indexes: []Index{{On: "`user`"}, {On: "waits_for"}, {Unique: true, On: "`user`, mutation"}},
		Rules:   Rules{Read: and(`(user = @request.auth.id || user.manager = @request.auth.id)`)},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}
