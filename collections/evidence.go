package collections

import "github.com/pocketbase/pocketbase/core"

// MaxEvidence is the largest original the house takes, in bytes (domain 5.5).
const MaxEvidence = 500 << 20

// evidence is announced by its row, with the hash of bytes that are still to
// come, so that the audit trail holds it before its bytes (domain 5.4).
func evidence() *Noun {
	return &Noun{
		Name: "evidence",
		Fields: fields(
			one("case", "cases"), must(text("title")),
			choice("kind", "home_conditions", "document", "letter", "drawing", "audio", "assessment", "other"),
			pattern(must(text("sha256")), `^[0-9a-f]{64}$`), number("size"), text("mime"),
			moment("captured_at"), long("note"),
			choice("status", "announced", "sealed", "quarantined"), text("reason"), moment("sealed_at"),
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: MaxEvidence, Protected: true, Hidden: true},
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes: []Index{{On: "`case`"}, {On: "`case`, captured_at, created"}},
		Rules: Rules{
			Read:   and(member("case.")),
			Create: and(member("case.")),
			Update: and(member("case.")),
		},
		CaseField: "case",
		Fixed:     []string{"case", "kind", "sha256", "size", "mime", "captured_at"},
		Server:    []string{"status", "reason", "sealed_at", "file", "author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Since: 1},
	}
}
