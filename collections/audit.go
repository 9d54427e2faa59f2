package collections

// audit_log says who wrote, read or was sent what, and who tried to change the house:
// field names, never values. Its device is the phone that spoke, or the opening of the
// glass under which an operator did.
// Append-only; read by the data protection officer (domain 7.5).
func auditLog() *Noun {
	return &Noun{
		Name: "audit_log",
		Fields: fields(
			must(text("at")), text("actor"), text("actor_kind"), text("device"), text("door"),
			must(text("verb")), text("collection"), text("record"), text("case"),
			body("fields"), number("count"),
		),
		Indexes:    []Index{{On: "`case`, at"}, {On: "actor, at"}, {On: "collection, record"}, {On: "at", Where: "verb = 'refused'"}},
		Rules:      Rules{Read: and(role(DPO))},
		AppendOnly: true,
		ByServer:   true,
	}
}
