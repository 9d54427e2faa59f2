package packs

import _ "embed"

//go:embed evidence/evidence.json
var evidence []byte

// EvidencePolicy is the bundled policy of what may come in as evidence: the defaults
// of section 5.5 of the domain reference, images of a child's body only by
// exception, video off. The bytes, which hooks/intake parses, are the caller's own.
func EvidencePolicy() []byte { return append([]byte{}, evidence...) }
