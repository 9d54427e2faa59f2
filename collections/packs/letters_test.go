package packs_test

import (
	"encoding/json"
	"slices"
	"testing"

	"holdfast/collections/packs"
)

// kinds are the codes of section 3.1 of the domain reference.
var kinds = []string{
	"L0_invite", "L1_missed", "L2_missed", "L_closure_declined", "L_closure_met", "L_consent_refused",
	"L_consent_withdrawn", "L_final", "L_meeting", "L_noaccess", "L_other_pr", "L_referral", "L_wnb",
}

func TestLettersAreEveryKindInOrder(t *testing.T) {
	var names, plain []string
	for _, l := range packs.Letters() {
		names = append(names, l.Key+"."+l.Language+"."+l.Variant)
		if l.Language == "en" && l.Variant == "standard" {
			plain = append(plain, l.Key)
		}
		var body struct{ Key, Language, Variant string }
		if err := json.Unmarshal(l.Body, &body); err != nil {
			t.Fatalf("%s: %v", l.Key, err)
		}
		if body.Key != l.Key || body.Language != l.Language || body.Variant != l.Variant {
			t.Errorf("the file of %s %s %s holds %+v", l.Key, l.Language, l.Variant, body)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not in order: %v", names)
	}
	for _, key := range kinds {
		if !slices.Contains(plain, key) {
			t.Errorf("%s has no plain English wording among %v", key, plain)
		}
	}
	for _, key := range kinds[:2] {
		for _, other := range []string{"en.easy_read", "cy.standard"} {
			if !slices.Contains(names, key+"."+other) {
				t.Errorf("%s has no %s", key, other)
			}
		}
	}
}

func TestLetterBytesAreTheCallersOwn(t *testing.T) {
	packs.Letters()[0].Body[0], packs.LetterWords()[0] = 'x', 'x'
	if packs.Letters()[0].Body[0] != '{' || packs.LetterWords()[0] != '{' {
		t.Error("a caller's change is in the next caller's bytes")
	}
}
