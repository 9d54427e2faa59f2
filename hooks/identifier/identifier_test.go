package identifier_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/identifier"
)

func TestANumberIsHeldToItsCheck(t *testing.T) {
	for _, c := range []struct {
		kind, issuer, value string
		ok                  bool
	}{
		{"nhs_number", "", "943 476 5919", true}, // the NHS Data Dictionary's own example
		{"nhs_number", "", "9434765919", true},
		{"nhs_number", "", "9434765918", false},
		{"nhs_number", "", "943476591", false},
		{"nhs_number", "", "943476591A", false},
		{"nhs_number", "", "", false},
		{"upn", "", "T123456789017", false},
		{"upn", "", "H801200001001", true},
		{"upn", "", "H801200001002", false},
		{"upn", "", "x", false},
		{"upn", "", "A1234567890123", false},
		{"unique_identifier", "", "anything", true},
		{"school", "", "H-17", false},
		{"school", "Harbour School", "H-17", true},
		{"other", " ", "1", false},
	} {
		if why := identifier.Wrong(c.kind, c.issuer, c.value); (why == "") != c.ok {
			t.Errorf("%s %q of %q: %q", c.kind, c.value, c.issuer, why)
		}
	}
	good := 0
	for _, letter := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" { // of all letters one goes with the digits
		for _, last := range "7C" {
			if identifier.Wrong("upn", "", fmt.Sprintf("%c80120000100%c", letter, last)) == "" {
				good++
			}
		}
	}
	if good != 2 {
		t.Errorf("%d letters go with two numbers", good)
	}
}

// One digit changed, or two neighbours exchanged, is found.
func TestASlipOfThePenIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := []byte(fmt.Sprintf("%09d0", rapid.IntRange(0, 999_999_999).Draw(t, "digits")))
		for n[9] = '0'; n[9] <= '9' && identifier.Wrong("nhs_number", "", string(n)) != ""; n[9]++ {
		}
		if n[9] > '9' {
			t.Skip("no NHS number begins so")
		}
		i := rapid.IntRange(0, 8).Draw(t, "place")
		slip := []byte(string(n))
		if rapid.Bool().Draw(t, "exchanged") {
			slip[i], slip[i+1] = slip[i+1], slip[i]
		} else {
			slip[i] = '0' + (slip[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		}
		if string(slip) != string(n) && identifier.Wrong("nhs_number", "", string(slip)) == "" {
			t.Fatalf("%s and %s", n, slip)
		}
		spaced := strings.Join([]string{string(n[:3]), string(n[3:6]), string(n[6:])}, " ")
		if identifier.Canonical(spaced) != string(n) {
			t.Fatal(spaced)
		}
	})
}
