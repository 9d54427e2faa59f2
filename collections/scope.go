package collections

import "strings"

// CaseOf is the case that a scope belongs to, or empty.
func CaseOf(scope string) string {
	rest, ok := strings.CutPrefix(scope, "case:")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// AgencyOf is the agency whose own a scope of a case is, or empty.
func AgencyOf(scope string) string {
	_, agency, _ := strings.Cut(scope, "/agency:")
	return agency
}

// SQL of the same, of a scope that an expression gives.
func caseOf(scope string) string {
	return `CASE WHEN ` + scope + ` LIKE 'case:%' THEN substr(` + scope + `, 6, instr(` + scope + ` || '/', '/') - 6) ELSE '' END`
}

func agencyOf(scope string) string {
	return `CASE WHEN instr(` + scope + `, '/agency:') THEN substr(` + scope + `, instr(` + scope + `, '/agency:') + 8) ELSE '' END`
}

// Copies are the statements that take what sync keeps of a record (what was contested of
// it, and what was handed over about it) to the scope that it moved to; own ones stay
// their agency's. Each is written for the row NEW of the feed's capture. What only its
// author holds stays: they would learn from it that a record moved which they may never
// have seen.
func Copies() []string {
	const about = ` WHERE record = NEW.record AND collection = substr(NEW.collection, 4)`
	agency := `agency = CASE WHEN own THEN agency ELSE ` + agencyOf("NEW.now") + ` END`
	return []string{
		`UPDATE sync_conflicts SET "case" = ` + caseOf("NEW.now") + `, ` + agency + about,
		`UPDATE sync_refusals SET "case" = ` + caseOf("NEW.now") + `, ` + agency + about + ` AND handover AND NEW.now LIKE 'case:%'`,
	}
}

// Copied says whether there may be any such copy of the row NEW.
const Copied = `(EXISTS (SELECT 1 FROM sync_refusals WHERE record = NEW.record) OR NEW.was IS NOT NULL AND EXISTS (SELECT 1 FROM sync_conflicts WHERE record = NEW.record AND collection = substr(NEW.collection, 4)))`

// Own says whether the noun's records can be one agency's own within a case.
func (n *Noun) Own() bool { return n.Sync != nil && strings.Contains(n.Sync.Scope, "/agency:") }

// ReadAs names the field of the case that reading a record is written down for, or is
// empty. A handover is a copy of case content, in a noun that is not case content itself.
func (n *Noun) ReadAs() string {
	if n.CaseField == "" && n.Own() {
		return "case"
	}
	return n.CaseField
}
