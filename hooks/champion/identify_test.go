package champion

import "testing"

func TestWhatCouldLeadToAChildIsSeen(t *testing.T) {
	for text, want := range map[string]Mark{
		"About FM-0001 again":                     CaseReference,
		"about FM0001":                            CaseReference,
		"About FM 0001":                           CaseReference,
		"CSC/20394, who is it with?":              CaseReference,
		"FM\u200b-00\u200b01":                     CaseReference,
		"ＦＭ－００１２":                                 CaseReference,
		"FM–0012":                                 CaseReference,
		"the number is 943 476 5919":              NHSNumber,
		"9434765919":                              NHSNumber,
		"943-476-5919, 3 children":                NHSNumber,
		"９４３ ４７６ ５９１９":                            NHSNumber,
		"born on a Tuesday":                       Birthday,
		"DoB not known":                           Birthday,
		"d.o.b. 3 May":                            Birthday,
		"a boy of 09/04/2017":                     Birthday,
		"2017-04-09":                              Birthday,
		"9.4.17":                                  Birthday,
		"9th April 2017":                          Birthday,
		"the 9 of april 2017":                     Birthday,
		"April 9, 2017":                           Birthday,
		"":                                        "",
		"When lateness is a pattern":              "",
		"Room B12, 3 colleagues, 45 minutes":      "",
		"Year 5 and 6 teachers, 11 of them":       "",
		"Ring 01632 960 111 or 07700900101":       "",
		"Ring NHS 111 or 999":                     "",
		"GCP2 licence, level 3, 2 of 10":          "",
		"Autumn 2026: 1,200 leaflets":             "",
		"From 9.30 to 11.15":                      "",
		"Meets quarterly, 4 times, since 2019-20": "",
	} {
		if got, found := Identifies(text); got != want || found != (want != "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzIdentifies(f *testing.F) {
	f.Add("FM-0001")
	f.Add("943 476 5919 \u200b")
	f.Fuzz(func(t *testing.T, s string) {
		if m, found := Identifies(s); found != (m != "") {
			t.Fatalf("%q: %q %v", s, m, found)
		}
		if _, found := Identifies(s + " FM-0001"); !found {
			t.Fatalf("%q hides a reference behind it", s)
		}
	})
}
