package collections

// EvidenceSteps are what can happen to a piece of evidence (domain 5.4).
var EvidenceSteps = []string{
	"announced", "received", "verified", "scanned", "sealed", "quarantined", "viewed", "derived", "exported", "shared",
	"held", "hold_lifted", "disposal_proposed", "disposal_refused", "disposed", "bytes_removed",
}

// evidence_events are the chain of custody: who did what with a piece of evidence,
// on which device and when. The server writes them, in the transaction of what they
// tell, and nobody changes or removes one.
func evidenceEvents() *Noun {
	return &Noun{
		Name:     "evidence_events",
		Untold:   "custody is not the family's story",
		ByServer: true,
		Fields: fields(
			one("case", "cases"), one("evidence", "evidence"), choice("kind", EvidenceSteps...), requiredMoment("at", Happened),
			maybe("by", "users"), text("name"), text("device"), text("door"), maybe("copy", "evidence_copies"), text("detail"),
		),
		Indexes:    []Index{{On: "`case`"}, {On: "evidence, kind, `by`"}},
		Rules:      Rules{Read: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
