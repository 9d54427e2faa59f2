package collections

// evidence_exceptions let one child's body be photographed in one case until a day:
// a manager or the safeguarding lead on the case approves it, never who then takes
// the photo, and the advice is on record before the photo is (domain 5.2).
func evidenceExceptions() *Noun {
	may := and(member("case."), `(`+role(Manager)+` || `+role(SafeguardingLead)+`)`)
	return &Noun{
		Name:   "evidence_exceptions",
		Untold: "the photo that was taken is told",
		Fields: fields(
			one("case", "cases"), one("child", "people"), must(long("reason")), requiredMoment("valid_until", Arranged),
			maybe("approved_by", "users"), moment("approved_at", Happened), flag("revoked"),
		),
		Indexes:   []Index{{On: "`case`, child"}},
		Rules:     Rules{Read: and(member("case.")), Create: may, Update: may},
		CaseField: "case",
		Fixed:     []string{"case", "child", "reason", "valid_until"},
		Server:    []string{"approved_by", "approved_at"},
		Sync:      &Sync{Scope: scopeCase, Since: 1},
	}
}
