package lettertext

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
)

// RulesFormat is the form of the rules that this package reads.
const RulesFormat = "holdfast-letter-rules/1"

// Rules are what an area holds every letter to, as data.
type Rules struct {
	Format string `json:"format"`
	// AddressConfirmedDays is for how long an address stays confirmed (section 3.4,
	// hard block 1).
	AddressConfirmedDays int `json:"address_confirmed_days"`
	// MostGrade is the grade above which an approval needs a reason (section 3.3).
	MostGrade float64 `json:"most_grade"`
	// DeemedWorkingDays is after how many working days a letter is taken to have come,
	// by how it went (section 3.5). Zero is the same day.
	DeemedWorkingDays map[string]int `json:"deemed_working_days"`
	// Words are a word list for each language (section 3.4, hard block 3), for Scan.
	Words map[string][]string `json:"words"`

	hash string
}

// ParseRules reads rules. The error is an *Error of FaultUnreadable that says which
// member is wrong.
func ParseRules(raw []byte) (*Rules, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	r := &Rules{}
	if err := dec.Decode(r); err != nil {
		return nil, fault(FaultUnreadable, 0, 0, err.Error())
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fault(FaultUnreadable, 0, 0, "something follows the rules")
	}
	for _, check := range []struct {
		member string
		ok     bool
	}{
		{"format", r.Format == RulesFormat},
		{"address_confirmed_days", r.AddressConfirmedDays >= 1 && r.AddressConfirmedDays <= 3660},
		{"most_grade", r.MostGrade >= 1 && r.MostGrade <= 20},
		{"deemed_working_days", daysInReason(r.DeemedWorkingDays)},
		{"words", wordsInReason(r.Words)},
	} {
		if !check.ok {
			return nil, fault(FaultUnreadable, 0, 0, check.member)
		}
	}
	var one bytes.Buffer
	if err := json.Compact(&one, raw); err != nil {
		return nil, fault(FaultUnreadable, 0, 0, err.Error())
	}
	sum := sha256.Sum256(one.Bytes())
	r.hash = hex.EncodeToString(sum[:])
	return r, nil
}

// Hash is the SHA-256 of the rules without white space, in lower-case hexadecimal.
func (r *Rules) Hash() string { return r.hash }

// daysInReason: a letter that is deemed to have come too soon, or never, would move
// a pathway on its own.
func daysInReason(days map[string]int) bool {
	for _, n := range days {
		if n < 0 || n > 30 {
			return false
		}
	}
	return len(days) > 0
}

// wordsInReason: an empty list would let every letter pass unseen, and an entry
// without a word would never be found.
func wordsInReason(lists map[string][]string) bool {
	for _, list := range lists {
		if len(list) == 0 {
			return false
		}
		for _, entry := range list {
			if len(wordsOf(entry)) == 0 || len(entry) > 200 {
				return false
			}
		}
	}
	return len(lists["en"]) > 0
}
