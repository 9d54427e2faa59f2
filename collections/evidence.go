package collections

import "github.com/pocketbase/pocketbase/core"

// MaxEvidence is the largest original the house takes, in bytes (domain 5.5).
const MaxEvidence = 500 << 20

// EvidenceKinds are what a piece of evidence can be of; which of them may come in,
// and how much, is the policy's to say.
var EvidenceKinds = []string{"home_conditions", "document", "letter", "drawing", "audio", "assessment", "other", BodyImage}

// BodyImage is the kind of an image of a child's body: refused unless an exception
// was approved for that child (domain 5.2).
const BodyImage = "body_image"

// Bases are on what a piece of evidence was taken: somebody's consent, another lawful
// basis, or a need that stands over a refusal (domain 5.4).
var Bases = []string{"consent", "not_required", "refused_but_necessary"}

// evidence is announced by its row, with the hash of bytes that are still to
// come, so that the audit trail holds it before its bytes (domain 5.4).
func evidence() *Noun {
	return &Noun{
		Name:   "evidence",
		Stamps: Stamps{Who: "author", Agency: "agency", Status: "announced"},
		Fields: fields(
			one("case", "cases"), must(text("title")),
			choice("kind", EvidenceKinds...), maybe("child", "people"), maybe("exception", "evidence_exceptions"),
			pattern(must(text("sha256")), `^[0-9a-f]{64}$`), number("size"), text("mime"),
			moment("captured_at", Arrives), long("note"),
			several("children", "people"), flag("voice_of_child"), optional(choice("method", Methods...)), long("transcript"),
			optional(choice("basis", Bases...)), maybe("basis_from", "people"), day("basis_on", Happened), long("basis_note"),
			optional(choice("sensitivity", "standard", "sensitive", "police", "legal_privilege", "third_party")),
			choice("status", "announced", "scanning", "sealed", "quarantined", "disposed"), text("reason"), moment("sealed_at", Happened),
			optional(choice("scan", "not_scanned", "clean", "infected")), optional(choice("preview", "possible", "none")), flag("held"),
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: MaxEvidence, Protected: true, Hidden: true},
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes: []Index{{On: "`case`"}, {On: "`case`, captured_at, created"}, {On: "status, sealed_at, size"}},
		Rules: Rules{
			Read:   and(member("case.")),
			Create: and(member("case.")),
			Update: and(member("case.")),
		},
		CaseField: "case",
		Fixed:     []string{"case", "kind", "child", "sha256", "size", "mime", "captured_at"},
		Server:    []string{"exception", "status", "reason", "sealed_at", "scan", "preview", "held", "file", "author", "agency"},
		Sync: &Sync{
			Scope: scopeCase, Groups: [][]string{{"basis", "basis_from", "basis_on", "basis_note"}},
			Policy: map[string]Policy{"children": Union, "transcript": Append}, Since: 1,
		},
	}
}
