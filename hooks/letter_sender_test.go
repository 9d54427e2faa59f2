package hooks_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/letterpage"
	"holdfast/server/demo"
)

// shield is a picture of one colour.
func shield(t *testing.T, c color.Color) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// agencyIs changes the agency of the cast's practitioner as its lead.
func (d *desk) agencyIs(to map[string]any, crest []byte) error {
	lead := must(d.app.FindRecordById("users", demo.Practitioner.ID))
	lead.Set("roles", []string{"practitioner", "agency_lead"})
	d.ok(d.app.Save(kernel.AsServer(lead)))
	return d.as(demo.Practitioner, func(tx appTx) error {
		agency := must(tx.FindRecordById("agencies", demo.Practitioner.Agency))
		if crest != nil {
			return letter.ChooseCrest(tx, agency, crest)
		}
		return accountrules.ChangeAgency(tx, agency, to)
	})
}

var own = map[string]any{"phone": "01632 960 444", "locality": "Fellmoor", "headcount": 40, "address": "Beck House\n2 Beck Street\nFellmoor FM1 1AB", "return_address": "PO Box 9, Fellmoor FM1 9ZZ"}

func TestALetterBearsItsAgencysAddressReturnAddressAndCrest(t *testing.T) {
	d := newDesk(t)
	d.ok(d.agencyIs(own, nil))
	d.ok(d.agencyIs(nil, shield(t, color.RGBA{20, 60, 140, 255})))
	// A worker writes neither: the server does.
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"merge": map[string]any{
		"area.address_lines": []string{"Somewhere else"}, "area.return_line": "My own house", "area.crest": strings.Repeat("0", 64),
	}})
	d.ok(d.approve(demo.Practitioner, l.Id))
	l = d.letter(l.Id)
	doc, err := letter.LetterDocument(d.app, l)
	d.ok(err)
	if got := strings.Join(doc.Sender[1:], "|"); got != "Beck House|2 Beck Street|Fellmoor FM1 1AB|01632 960 444" {
		t.Errorf("the sender is %s", got)
	}
	if doc.Return != "Return address: PO Box 9, Fellmoor FM1 9ZZ" {
		t.Errorf("it goes back to %q", doc.Return)
	}
	var paper bytes.Buffer
	d.ok(letterpage.PDF(&paper, doc, must(letter.PaperOf(d.app, l, doc))))
	if !bytes.Contains(paper.Bytes(), []byte("/DCTDecode")) {
		t.Error("the crest is not on the paper")
	}

	// The second time: the agency takes another crest, and another address. What was
	// approved is printed as it was approved, to the byte.
	d.ok(d.agencyIs(nil, shield(t, color.RGBA{140, 20, 20, 255})))
	own := map[string]any{"phone": "1", "locality": "", "headcount": 40, "address": "New House", "return_address": ""}
	d.ok(d.agencyIs(own, nil))
	doc, err = letter.LetterDocument(d.app, d.letter(l.Id))
	d.ok(err)
	if sum, err := letterpage.SHA256(doc, must(letter.PaperOf(d.app, l, doc))); err != nil || sum != l.GetString("pdf_sha256") {
		t.Errorf("printed again it is %s, %v; approved was %s", sum, err, l.GetString("pdf_sha256"))
	}
	if n, err := d.app.CountRecords("crests", dbx.HashExp{"agency": demo.Practitioner.Agency}); err != nil || n != 2 {
		t.Errorf("%d crests are kept, %v", n, err)
	}
	next, err := letter.LetterDocument(d.app, d.draft(demo.Practitioner, "L1_missed", nil))
	d.ok(err)
	if next.Return != "" || next.Crest == doc.Crest || next.Sender[1] != "New House" {
		t.Errorf("the next letter has %q, %q, %q", next.Return, next.Crest, next.Sender)
	}
}

func TestWhatAnAgencySaysOfItselfFitsItsPaper(t *testing.T) {
	d := newDesk(t)
	for field, bad := range map[string]string{"address": strings.Repeat("x\n", 6), "return_address": "PO Box 9\nFellmoor"} {
		to := map[string]any{"phone": "", "locality": "", "headcount": 1, "address": "", "return_address": ""}
		to[field] = bad
		if err := d.agencyIs(to, nil); err == nil {
			t.Errorf("%s: %q is taken", field, bad)
		}
	}
	d.refused(d.agencyIs(map[string]any{"phone": "", "locality": "", "headcount": 1, "address": strings.Repeat("long ", 13), "return_address": ""}, nil), "address", "too_large")
}

// Nobody but the lead of an agency chooses its crest, and only a picture is one.
func TestACrestIsAPictureThatTheAgencysLeadChose(t *testing.T) {
	d := newDesk(t)
	choose := func(p demo.Person, picture []byte) error {
		return d.as(p, func(tx appTx) error {
			return letter.ChooseCrest(tx, must(tx.FindRecordById("agencies", demo.Practitioner.Agency)), picture)
		})
	}
	d.refused(choose(demo.Manager, shield(t, color.Black)), "id", "not_allowed")
	d.refused(choose(demo.Outsider, shield(t, color.Black)), "id", "not_allowed")
	for name, picture := range map[string][]byte{
		"an SVG with a script": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"a GIF":                []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
		"the head of a PNG":    shield(t, color.Black)[:40],
		"a picture of 20 MB":   append(shield(t, color.Black), make([]byte, 20<<20)...),
		"a PNG of 60,000 by 60,000": []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00" +
			"\x00\x00\x00\x00"),
	} {
		if err := d.agencyIs(nil, picture); err == nil {
			t.Errorf("%s is a crest", name)
		}
	}
	d.ok(d.agencyIs(nil, shield(t, color.Black)))
	d.ok(d.agencyIs(nil, []byte{}))
	if got := must(d.app.FindRecordById("agencies", demo.Practitioner.Agency)).GetString("crest"); got != "" {
		t.Errorf("taken off, the crest is %q", got)
	}
}
