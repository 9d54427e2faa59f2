package typeface

import (
	"embed"
	"slices"
	"strings"
	"testing"
)

// names are families', and what writes them: always there, or fetched by make.
var names = []struct {
	text    string
	fetched bool
}{
	{"Nguyễn Thị Hạnh", false}, {"Ọláwùmí Adéọlá, Ẹ̀bùn Ọ̀ṣúnlékè", false}, {"Chukwuemeka Ọkọ̀lọ́ Ụzọma", false}, {"Ɛfua Ɔsei", false}, {"Te Ngākau ʻOkina", false},
	{"Zażółć Gęślą-Brzęczyszczykiewicz", false}, {"Siân Gŵyn Ŷ", false}, {"Ștefan Țurcanu", false}, {"Šárka Đặng Đorđević", false},
	{"Ιωάννα", false}, {"Оксана Їжак", false}, {"שרה", false},
	{"محمد خان", true}, {"فاطمہ بیگم ٹھٹھہ ڑے", true}, {"李小龙 歐陽娜娜", true},
	{"สมศักดิ์ น้ำผึ้ง ปิ่นแก้ว", true}, {"श्रीमती लक्ष्मी क्षितिज र्‍याम", true}, {"শ্রীমতী রেহানা আক্তার", true}, {"ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", true}, {"હર્ષદ પટેલ", true},
	{"சுப்பிரமணியம் ஸ்ரீதேவி", true}, {"ኣስቴር ገብረመድህን", true}, {"김민준 뷁", true},
}

func TestEveryNameHasItsShapes(t *testing.T) {
	for _, n := range names {
		if n.fetched && !Fetched() {
			t.Logf("make has not fetched the type for %s", n.text)
			continue
		}
		for _, bold := range []bool{false, true} {
			for _, p := range Set(n.text, bold) {
				for _, g := range p.Glyphs {
					if g.ID == 0 {
						t.Errorf("%q in %s has a box for character %d", n.text, p.Face.Name, g.At)
					}
				}
			}
		}
	}
}

// A clone that ran no make writes everything else, and says what it cannot write.
func TestWithoutTheFetchedFacesLatinIsWritten(t *testing.T) {
	bare := openAll(embed.FS{})
	for _, n := range names {
		lacks := strings.ContainsFunc(n.text, func(r rune) bool { _, ok := bare.find(r, true); return !ok })
		if lacks != n.fetched {
			t.Errorf("%q: a shape is missing: %v, want %v", n.text, lacks, n.fetched)
		}
	}
}

// The shapes stand from left to right, so that those of an Arabic name stand last first;
// the number behind it is not turned round with it.
func TestArabicRunsFromTheRightAndTheNumberBehindItDoesNot(t *testing.T) {
	if !Fetched() {
		t.Skip("make has not fetched the type")
	}
	pieces := Set("Ring محمد خان 01632 960", false)
	var order []int
	var faces []string
	for _, p := range pieces {
		faces = append(faces, p.Text)
		for _, g := range p.Glyphs {
			if n := len(order); n == 0 || order[n-1] != g.At { // a dot may be a shape of its own
				order = append(order, g.At)
			}
		}
	}
	if want := []string{"Ring ", "محمد خان", " 01632 960"}; !slices.Equal(faces, want) {
		t.Errorf("pieces are %q, want %q", faces, want)
	}
	want := []int{0, 1, 2, 3, 4, 12, 11, 10, 9, 8, 7, 6, 5, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}
	if !slices.Equal(order, want) {
		t.Errorf("shapes stand for characters %v, want %v", order, want)
	}
}

// A letter has another shape at the start, in the middle and at the end of a word.
func TestArabicLettersJoin(t *testing.T) {
	if !Fetched() {
		t.Skip("make has not fetched the type")
	}
	var wide []int
	for _, text := range []string{"د", "س", "سس", "سسس"} {
		wide = append(wide, Width(text, false))
	}
	first, middle := wide[2]-wide[1], wide[3]-wide[2]
	if middle >= wide[1] || first >= wide[1] || wide[0] == 0 {
		t.Errorf("a letter alone is %d wide, at the start %d, in the middle %d: it does not join", wide[1], first, middle)
	}
}

// A letter of India takes another shape and place beside others, and Thai sets its vowels
// and tones above and below.
func TestLettersThatInterlockAreShaped(t *testing.T) {
	if !Fetched() {
		t.Skip("make has not fetched the type")
	}
	for _, c := range []struct{ together, apart string }{{"क्ष", "कष"}, {"শ্র", "শর"}, {"น้ำผึ้ง", "นาผง"}} {
		for _, bold := range []bool{false, true} {
			if a, b := Width(c.together, bold), Width(c.apart, bold); a > b || a == 0 {
				t.Errorf("%s is %d wide, its letters apart %d", c.together, a, b)
			}
		}
	}
	before, alone := Set("कि", false), Set("क", false)
	if len(before) != 1 || len(before[0].Glyphs) < 2 || before[0].Glyphs[0].ID == alone[0].Glyphs[0].ID {
		t.Errorf("the vowel that is read after its letter does not stand before it: %+v", before)
	}
}

func TestANumberInsideAnArabicAddressRunsFromTheLeft(t *testing.T) {
	if !Fetched() {
		t.Skip("make has not fetched the type")
	}
	var texts []string
	for _, p := range Set("شارع 42 خان", false) {
		if text := strings.TrimSpace(p.Text); text != "" {
			texts = append(texts, text)
		}
	}
	if want := []string{"خان", "42", "شارع"}; !slices.Equal(texts, want) {
		t.Errorf("from the left stand %q, want %q", texts, want)
	}
}

// An accent that no letter comes with is set on its letter and takes no room.
func TestAnAccentTakesNoRoom(t *testing.T) {
	for _, bold := range []bool{false, true} {
		if with, without := Width("Ọ̀lá", bold), Width("Ọlá", bold); with != without {
			t.Errorf("bold %v: with its accent it is %d wide, without %d", bold, with, without)
		}
	}
}

func TestAdvancesAddUpToTheWidth(t *testing.T) {
	for _, n := range names {
		text := []rune("Dear " + n.text + ", 12 High Street")
		total := 0
		for _, w := range Advances(text, make([]bool, len(text))) {
			total += w
		}
		if want := Width(string(text), false); total != want {
			t.Errorf("%q: advances add up to %d, it is %d wide", n.text, total, want)
		}
	}
}
