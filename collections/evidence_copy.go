package collections

import "github.com/pocketbase/pocketbase/core"

// evidence_copies are what was derived from an original: a preview without anything
// of its metadata. A copy points to its parent and never changes; another way of
// making one (made_by) makes another copy beside it.
func evidenceCopies() *Noun {
	return &Noun{
		Name:     "evidence_copies",
		Untold:   "the original is told",
		ByServer: true,
		Fields: fields(
			one("case", "cases"), one("evidence", "evidence"), choice("kind", "preview"),
			pattern(must(text("sha256")), `^[0-9a-f]{64}$`), number("size"), text("mime"), must(text("made_by")),
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 16 << 20, Protected: true, Hidden: true},
			flag("removed"),
		),
		Indexes:    []Index{{On: "`case`"}, {Unique: true, On: "evidence, kind, made_by"}},
		Rules:      Rules{Read: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"removed"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
