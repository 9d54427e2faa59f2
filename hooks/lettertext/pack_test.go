package lettertext

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bundled reads the starter packs from their folder, so that an unfinished room
// beside this one cannot stop its tests.
func bundled(t testing.TB) map[string]*Pack {
	t.Helper()
	files, err := filepath.Glob("../../collections/packs/letters/L*.json")
	if err != nil || len(files) < 17 {
		t.Fatalf("%d starter packs found: %v", len(files), err)
	}
	packs := map[string]*Pack{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if packs[filepath.Base(file)], err = ParsePack(raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return packs
}

// sample is a value for every field of the catalogue.
func sample(t testing.TB) Data {
	t.Helper()
	raw, err := os.ReadFile("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var data Data
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryStarterLetterMergesAndReadsPlainly(t *testing.T) {
	var list struct{ Entries map[string][]string }
	raw, err := os.ReadFile("../../collections/packs/letters/words.json")
	if err != nil || json.Unmarshal(raw, &list) != nil {
		t.Fatal("no word list", err)
	}
	for name, pack := range bundled(t) {
		t.Run(name, func(t *testing.T) {
			template, err := pack.Template()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Merge(template, sample(t))
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(doc.PlainText(), "{}*#") {
				t.Error("markup is left in the letter")
			}
			if hits := Scan(doc, list.Entries[pack.Language]); len(hits) > 0 {
				t.Errorf("the wording itself has listed words: %v", hits)
			}
			read := Read(doc)
			t.Logf("grade %.1f, %.1f words a sentence, %d words", read.Grade, read.AverageSentence, read.Words)
			limit := map[string]float64{"standard": MaxGrade - 1, "easy_read": 4}[pack.Variant]
			if read.Applies != (pack.Language == "en") || read.Applies && (read.Grade > limit || read.AverageSentence > 20) {
				t.Errorf("too hard to read: %+v", read)
			}
			if (pack.NeedsCheck == "") != (pack.Language == "en") {
				t.Errorf("needs_check is %q", pack.NeedsCheck)
			}
			if (pack.Variant == "easy_read") != (template.Print() == "large") {
				t.Errorf("%s is printed %s", pack.Variant, template.Print())
			}
		})
	}
}

func TestVariantsOfAKindAgreeOnItsRules(t *testing.T) {
	first := map[string]*Pack{}
	for name, pack := range bundled(t) {
		rules := *pack
		rules.Version = 0 // that of a wording, which may be bettered alone
		rules.Language, rules.Variant, rules.Title, rules.NeedsCheck, rules.Body = "", "", "", "", nil
		got, _ := json.Marshal(rules)
		if first[pack.Key] == nil {
			first[pack.Key] = &rules
		}
		if want, _ := json.Marshal(first[pack.Key]); string(got) != string(want) {
			t.Errorf("%s: %s differs from %s", name, got, want)
		}
	}
}

// The table is the approver column of section 3.1.
func TestApproversAreThoseOfTheDomainReference(t *testing.T) {
	want := map[string]Approver{
		"L0_invite": ApproverNone, "L1_missed": ApproverAuthor, "L2_missed": ApproverLineManager,
		"L_noaccess": ApproverLineManager, "L_consent_refused": ApproverLineManager, "L_consent_withdrawn": ApproverLineManager,
		"L_final": ApproverLineManager, "L_meeting": ApproverLead, "L_wnb": ApproverServiceLead,
		"L_closure_declined": ApproverLineManager, "L_closure_met": ApproverLineManager,
		"L_referral": ApproverCSCOrLead, "L_other_pr": ApproverLineManager,
	}
	seen := map[string]bool{}
	for _, pack := range bundled(t) {
		if want[pack.Key] == "" { // an area's own kind, or one that came since
			continue
		}
		seen[pack.Key] = true
		if pack.Approver != want[pack.Key] {
			t.Errorf("%s is approved by %q, want %q", pack.Key, pack.Approver, want[pack.Key])
		}
		if free := pack.Key == "L0_invite" || pack.Key == "L1_missed"; pack.Approver.OtherThanAuthor() == free {
			t.Errorf("%s: somebody other than the author approves: %v", pack.Key, !free)
		}
		if pack.MayWithhold != (pack.Key == "L_referral") || pack.NeedsReferral != (pack.Key == "L_referral") {
			t.Errorf("%s: may_withhold %v, needs_referral %v", pack.Key, pack.MayWithhold, pack.NeedsReferral)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d kinds, want %d", len(seen), len(want))
	}
}

func TestACopyCannotDropWhatItsKindMustSay(t *testing.T) {
	pack := bundled(t)["L0_invite.en.standard.json"]
	for _, test := range []struct {
		name  string
		lines []string
		fault Fault
	}{
		{"the phone number is gone", []string{"{{signatory.name}}, {{contact.name}}", "{{#support_offered}}", "{{item}}", "{{/support_offered}}"}, FaultMissing},
		{"a child is named at the door", append(pack.Body[:len(pack.Body):len(pack.Body)], "", "About {{child.first_names}}"), FaultForbidden},
		{"it is in Welsh", append([]string{"@language cy"}, pack.Body...), FaultWrongHeader},
		{"it names what does not exist", []string{"{{child.surname}}"}, FaultUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			copied := *pack
			copied.Body = test.lines
			_, err := copied.Template()
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Fault != test.fault {
				t.Errorf("got %v, want %s", err, test.fault)
			}
		})
	}
}

func TestPacksOfTheWrongFormAreRefused(t *testing.T) {
	good, err := os.ReadFile("../../collections/packs/letters/L1_missed.en.standard.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, detail string }{
		{`"holdfast-letter/1"`, `"holdfast-letter/2"`, "format"},
		{`"L1_missed"`, `"../L1_missed"`, "key"},
		{`"language": "en"`, `"language": "xx"`, "language"},
		{`"variant": "standard"`, `"variant": ""`, "variant"},
		{`"version": 2`, `"version": 0`, "version"},
		{`"approver": "author"`, `"approver": "anybody"`, "approver"},
		{`"must_use": [`, `"must_use": ["contact.email", `, "must_use"},
		{`"must_not_use": [`, `"must_not_use": ["recipient.postcode", `, "must_not_use"},
		{`"version": 2`, `"version": 2, "script": "x"`, "unknown field"},
		{`"version": 2`, `"version": "1"`, "version"},
		{`"outcomes": ["no_answer"`, `"outcomes": ["cancelled_by_service"`, "missed"},
		{`"phone", "text"`, `"pigeon", "text"`, "tried"},
	} {
		raw := strings.Replace(string(good), test.old, test.new, 1)
		if raw == string(good) {
			t.Fatalf("%s is not in the pack", test.old)
		}
		_, err := ParsePack([]byte(raw))
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Fault != FaultUnreadable || !strings.Contains(wrong.Detail, test.detail) {
			t.Errorf("%s: got %v, want a fault in %s", test.new, err, test.detail)
		}
	}
	if _, err := ParsePack(append(good, '{')); err == nil {
		t.Error("a pack with something after it was read")
	}
}
