package champion

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Mark is what in a text could lead to one child.
type Mark string

const (
	CaseReference Mark = "a case reference"
	NHSNumber     Mark = "an NHS number"
	Birthday      Mark = "a date of birth"
)

var (
	// Two to five capitals and three digits or more, with a hyphen or stroke between
	// or nothing; with a space, four: FM-0001, CSC/20394, FM 0001. So "room B12" and
	// "ring NHS 111" stay.
	reference = regexp.MustCompile(`\b[A-Z]{2,5}(?:[-/_]?\d{3,}| \d{4,})\b`)
	// Ten digits, whole or as three, three and four. A telephone number has eleven.
	nhs     = regexp.MustCompile(`\b\d{3}[ .-]?\d{3}[ .-]?\d{4}\b`)
	spoken  = regexp.MustCompile(`(?i)\b(d\.?\s?o\.?\s?b\b|date of birth|born (?:on|in)\b)`)
	numeric = regexp.MustCompile(`\b(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})\b`)
	worded  = regexp.MustCompile(`(?i)\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,? \d{2,4}\b`)
	worded2 = regexp.MustCompile(`(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b`)
	hidden  = strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "",
		"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-", "\u2044", "/")
)

// Identifies reports what in a text could lead to a child. Records of the scheme
// are staff data that every champion's agency may read: nothing of a family may
// enter them (domain 4.2, "no child identifiers"). It catches forms, not names:
// the page says so beside the field.
func Identifies(text string) (Mark, bool) {
	// Full-width digits, odd spaces and hyphens read as their plain forms.
	text = strings.Join(strings.Fields(hidden.Replace(norm.NFKC.String(text))), " ")
	if spoken.MatchString(text) || numeric.MatchString(text) || worded.MatchString(text) || worded2.MatchString(text) {
		return Birthday, true
	}
	if nhs.MatchString(text) {
		return NHSNumber, true
	}
	if reference.MatchString(text) {
		return CaseReference, true
	}
	return "", false
}
