package identifier

import (
	"regexp"
	"strings"
)

// Canonical is a number as it is compared: without blanks and dashes, in capitals.
func Canonical(value string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ' || r == '-' || r == '\u00a0' || r == '\u2009':
			return -1
		}
		return r
	}, value)
}

// National says whether a type of number is one across the country, whoever gives it out;
// any other means something only with its issuer.
func National(kind string) bool {
	return kind == "nhs_number" || kind == "upn" || kind == "unique_identifier"
}

// Wrong is one sentence that says why this cannot be a number of its type; empty where it
// can.
func Wrong(kind, issuer, value string) string {
	switch kind {
	case "nhs_number":
		return wrongNHS(Canonical(value))
	case "upn":
		return wrongUPN(Canonical(value))
	case "unique_identifier":
		return ""
	}
	if strings.TrimSpace(issuer) == "" {
		return "Say whose number this is: it means nothing without."
	}
	return ""
}

var nhsForm = regexp.MustCompile(`^\d{10}$`)

// wrongNHS: ten digits, the last a check of the others modulo 11 (NHS Data Dictionary,
// NHS NUMBER).
func wrongNHS(n string) string {
	if !nhsForm.MatchString(n) {
		return "An NHS number has ten digits."
	}
	sum := 0
	for i := range 9 {
		sum += int(n[i]-'0') * (10 - i)
	}
	if check := (11 - sum%11) % 11; check == 10 || check != int(n[9]-'0') {
		return "This is no NHS number: one of its digits is wrong, or two have changed places."
	}
	return ""
}

var upnForm = regexp.MustCompile(`^[A-Z]\d{11}[0-9A-Z]$`)

// letters are those of a UPN, in the order of what they stand for: no I, O or S.
const letters = "ABCDEFGHJKLMNPQRTUVWXYZ"

// wrongUPN: a check letter, then eleven digits and one more, a letter while it is a
// temporary one; weighed 2 to 13, modulo 23 (DfE, UPN guide).
func wrongUPN(n string) string {
	if !upnForm.MatchString(n) {
		return "A UPN has a letter and then twelve digits; a temporary one ends in a letter."
	}
	sum := 0
	for i := 1; i < len(n); i++ {
		digit := int(n[i] - '0')
		if i == len(n)-1 && n[i] > '9' {
			if digit = strings.IndexByte(letters, n[i]); digit < 0 {
				return "A temporary UPN does not end in I, O or S."
			}
		}
		sum += digit * (i + 1)
	}
	if letters[sum%len(letters)] != n[0] {
		return "This is no UPN: its letter does not go with its digits."
	}
	return ""
}
