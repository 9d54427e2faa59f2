package letterpage

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/hooks/lettertext"
)

func decode(t testing.TB, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// Read from the file, not from the layout that made it: a page is what a printer
// is given.
func TestNothingRunsOffThePage(t *testing.T) {
	for name, doc := range everyLetter(t) {
		for i, page := range readOnce(t, name, doc).pages {
			for _, piece := range page {
				end := piece.x + float64(width(piece.text, piece.bold, int(piece.size)))/100
				if piece.x < points(left)-0.01 || end > points(right)+0.2 {
					t.Errorf("%s, page %d: %q runs from %.1f to %.1f, margins are %.1f and %.1f", name, i+1, piece.text, piece.x, end, points(left), points(right))
				}
			}
			footer := points(pageHeight) - page[len(page)-1].y
			for _, piece := range page[:len(page)-2] {
				if y := points(pageHeight) - piece.y; y < 40 || y > points(bodyBottom)+0.01 || y > footer-piece.size {
					t.Errorf("%s, page %d: %q stands at %.1f of %.1f", name, i+1, piece.text, y, points(bodyBottom))
				}
			}
		}
	}
}

func TestLinesDoNotTouch(t *testing.T) {
	for name, doc := range everyLetter(t) {
		for i, page := range readOnce(t, name, doc).pages {
			for _, a := range page {
				for _, b := range page {
					sameColumn := a.x < b.x+float64(width(b.text, b.bold, int(b.size)))/100 && b.x < a.x+float64(width(a.text, a.bold, int(a.size)))/100
					if gap := a.y - b.y; sameColumn && gap > 0 && gap < b.size*0.95 {
						t.Errorf("%s, page %d: %q is %.1f below %q", name, i+1, b.text, gap, a.text)
					}
				}
			}
		}
	}
}

// A window of 90 by 35 mm, 20 mm from the left and the bottom of a DL envelope
// (220 by 110 mm), in front of a third of A4 (210 by 99 mm) that can slide in it. The
// address is in what always shows, and nothing else is in what ever can (domain
// reference 3.4, hard block 6).
func TestOnlyTheAddressShowsInTheWindow(t *testing.T) {
	const (
		mm                    = 72 / 25.4
		always0, always1      = 20 * mm, (110 - 10) * mm             // across
		alwaysTop, alwaysFoot = (110 - 20 - 35) * mm, (90 - 11) * mm // down
		ever0, ever1          = (20 - 10) * mm, 110 * mm
		everTop, everFoot     = (55 - 11) * mm, 90 * mm
	)
	fits := 0
	for name, doc := range everyLetter(t) {
		var shown strings.Builder
		inside := true
		for _, piece := range readOnce(t, name, doc).pages[0] {
			base := points(pageHeight) - piece.y
			head, foot, end := base-piece.size*0.75, base+piece.size*0.2, piece.x+float64(width(piece.text, piece.bold, int(piece.size)))/100
			if head < everFoot && foot > everTop && piece.x < ever1 && end > ever0 {
				shown.WriteString(piece.text)
				inside = inside && piece.x >= always0 && end <= always1 && head >= alwaysTop && foot <= alwaysFoot
			}
		}
		got, address := squeeze(shown.String()), squeeze(printable(strings.Join(doc.Recipient, "")))
		if got == "" || !strings.HasPrefix(address, got) || FitsWindow(doc) && got != address {
			t.Errorf("%s: the window may show %q, the address is %q", name, got, address)
		}
		if FitsWindow(doc) != inside {
			t.Errorf("%s: FitsWindow says %v, on the page it is %v", name, FitsWindow(doc), inside)
		}
		if FitsWindow(doc) {
			fits++
		}
	}
	if fits < 17 || fits == len(everyLetter(t)) {
		t.Errorf("%d letters fit: the sample address must, one of eight long lines cannot", fits)
	}
}

// Whoever cannot deliver the letter reads in the window where it goes back to, above the
// address and never in its place: where there is no room for both it stands beside.
func TestTheReturnAddressShowsInTheWindowWhereThereIsRoom(t *testing.T) {
	const mm = 72 / 25.4
	line := lettertext.One("PO Box 12, Fellmoor FM1 1AA")
	many := make([]string, 6)
	for i := range many {
		many[i] = fmt.Sprintf("Line %d of an address", i+1)
	}
	shows := 0
	for n := 1; n <= len(many); n++ {
		doc := merged(t, "L1_missed.en.standard", lettertext.Data{"area.return_line": line, "recipient.address_lines": lettertext.Many(many[:n]...)})
		if !FitsWindow(doc) {
			t.Errorf("an address of %d lines does not fit", n)
		}
		var window, beside string
		for _, piece := range readPDF(t, rendered(t, doc)).pages[0] {
			down := points(pageHeight) - piece.y
			switch {
			case down-piece.size*0.75 >= 55*mm && down+piece.size*0.2 <= 79*mm && piece.x >= 20*mm && piece.x < 100*mm:
				window += piece.text
			case piece.x >= points(senderLeft)-0.01 && down < 90*mm:
				beside += piece.text
			}
		}
		address := squeeze(strings.Join(doc.Recipient, ""))
		switch squeeze(window) {
		case squeeze(doc.Return) + address:
			shows++
		case address:
			if !strings.Contains(squeeze(beside), squeeze(doc.Return)) {
				t.Errorf("with an address of %d lines the return address is nowhere: beside stands %q", n, beside)
			}
		default:
			t.Errorf("with an address of %d lines the window shows %q", n, window)
		}
	}
	if shows < 4 || shows == len(many) {
		t.Errorf("the return address shows with %d of %d addresses", shows, len(many))
	}
}

func TestEachPageHasItsReferenceAndNumber(t *testing.T) {
	most := 0
	for name, doc := range everyLetter(t) {
		pages := readOnce(t, name, doc).pages
		most = max(most, len(pages))
		for i, page := range pages {
			want := strings.NewReplacer("{n}", fmt.Sprint(i+1), "{m}", fmt.Sprint(len(pages))).Replace(doc.Labels.Page)
			footer := page[len(page)-2:]
			if footer[0].text != printable(doc.Reference) || footer[1].text != want {
				t.Errorf("%s: the footer of page %d is %q and %q, want %q", name, i+1, footer[0].text, footer[1].text, want)
			}
		}
	}
	if most < 3 {
		t.Errorf("the longest letter has %d pages: none is long", most)
	}
}

func TestPageCounts(t *testing.T) {
	all := everyLetter(t)
	short := merged(t, "L0_invite.en.standard", nil)
	short.Copies = nil
	all["L0_invite without copies"] = short
	for name, want := range map[string]int{"L0_invite without copies": 1, "L1_missed.en.standard": 1, "one long paragraph": 2, "a word of 10,000 characters": 5} {
		if got := len(layout(all[name]).pages); got != want {
			t.Errorf("%s has %d pages, want %d", name, got, want)
		}
	}
}

// A second sheet that holds a name and a telephone number costs more than it says: every
// kind in plain English or Welsh is on one, also with a third visit that was missed. What is
// large is allowed its room.
func TestALetterIsOnOneSheetWhereItsTextAllows(t *testing.T) {
	rows, _ := sample(t)["missed"].Rows()
	third := maps.Clone(rows[0])
	third["date"] = "2026-03-02"
	for name := range starter(t) {
		doc := merged(t, name, lettertext.Data{"area.return_line": lettertext.One("PO Box 12, Anytown AN1 1AA"), "missed": lettertext.Table(append(rows, third)...)})
		want := 1
		if doc.Print == "large" {
			want = 2
		}
		if set := layout(doc); len(set.pages) > want {
			t.Errorf("%s has %d pages", name, len(set.pages))
		}
	}
	// However closely it is set, the type is not smaller and a name can be signed above.
	for print, list := range looks {
		for _, how := range list {
			if how.leading < 115 || scales[print].body < 12 {
				t.Errorf("%s: type of %d points, leading %d", print, scales[print].body, how.leading)
			}
		}
	}
	if signatureGap < mm(100) {
		t.Error("there is no room for a signature")
	}
}

func TestASignatureIsNeverAlone(t *testing.T) {
	doc := merged(t, "L1_missed.en.standard", nil)
	for n := range 60 { // push the end of the letter down, a line at a time, across the end of the page
		doc.Body = append(doc.Body, lettertext.Block{Kind: lettertext.Paragraph, Spans: plain(fmt.Sprintf("Line %d", n), false)})
		pages := layout(doc).pages
		last := pages[len(pages)-1]
		if last[0].text == doc.Closing || strings.HasPrefix(last[0].text, doc.Labels.Copies) || last[0].text == doc.Signatory.Name {
			t.Fatalf("after %d more lines the last of %d pages begins with %q", n+1, len(pages), last[0].text)
		}
		for i, p := range pages {
			if end := p[len(p)-3]; i < len(pages)-1 && end.bold && end.size == scales["standard"].subheading && strings.HasPrefix(end.text, "How to") {
				t.Fatalf("after %d more lines page %d ends with the heading %q", n+1, i+1, end.text)
			}
		}
	}
}

func TestAListStaysWithWhatIntroducesIt(t *testing.T) {
	doc := merged(t, "L_noaccess.en.standard", nil)
	end := []lettertext.Block{{Kind: lettertext.Paragraph, Spans: plain("item: these", false)}}
	for _, text := range []string{"item one, at some length", "item two, at some length", "item three, at some length", "item four, at some length", "item five, at some length"} {
		end = append(end, lettertext.Block{Kind: lettertext.Bullet, Spans: plain(text, false)})
	}
	end = append(end, lettertext.Block{Kind: lettertext.Paragraph, Spans: plain("Thank you.", false)})
	body := doc.Body
	for n := range 60 {
		body = append(body, lettertext.Block{Kind: lettertext.Paragraph, Spans: plain(fmt.Sprintf("Line %d", n), false)})
		doc.Body = append(body[:len(body):len(body)], end...)
		for _, p := range layout(doc).pages {
			found := 0
			for _, m := range p {
				if strings.HasPrefix(m.text, "item") {
					found++
				}
			}
			if found != 0 && found != 6 {
				t.Fatalf("after %d more lines a page holds %d of the six lines of a list", n+1, found)
			}
		}
	}
}

func TestWrappingLosesNothingAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans := []lettertext.Span{
			{Text: rapid.StringOfN(rapid.SampledFrom([]rune("abcmŵ .-/ 0123 ")), 0, 300, -1).Draw(t, "plain")},
			{Text: rapid.StringOfN(rapid.SampledFrom([]rune("Mw  -1")), 0, 60, -1).Draw(t, "bold"), Bold: true},
		}
		size := rapid.SampledFrom([]int{8, 12, 16}).Draw(t, "size")
		room := rapid.IntRange(3000, 50000).Draw(t, "room")
		var got strings.Builder
		for _, line := range wrap(spans, size, room) {
			taken := 0
			for _, r := range line.runs {
				got.WriteString(r.text)
				taken += width(r.text, r.bold, size)
			}
			if taken > room+100 { // a hundredth of a point for each rounding
				t.Fatalf("a line of %d in a room of %d", taken, room)
			}
		}
		if want := squeeze(spans[0].Text + spans[1].Text); squeeze(got.String()) != want {
			t.Fatalf("wrapped to %q, want %q", got.String(), want)
		}
	})
}

func TestATelephoneNumberStaysOnOneLine(t *testing.T) {
	for room := 12000; room < 40000; room += 100 {
		for _, line := range wrap(plain("Please phone us on 0113 496 0123 or write.", false), 12, room) {
			if text := line.runs[0].text; strings.Contains(text, "0113") != strings.Contains(text, "0123") {
				t.Fatalf("in a room of %d a line is %q", room, text)
			}
		}
	}
}
