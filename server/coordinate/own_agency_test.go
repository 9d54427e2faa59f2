package coordinate

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"

	"holdfast/server/demo"
)

// picks sends the form that chooses a crest.
func (b *browser) picks(name string, picture []byte) answer {
	b.d.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("seal", b.get("/coordinate/agency").fields().Get("seal")); err != nil {
		b.d.t.Fatal(err)
	}
	part, err := w.CreateFormFile("crest", name)
	if err != nil {
		b.d.t.Fatal(err)
	}
	if _, err := part.Write(picture); err != nil {
		b.d.t.Fatal(err)
	}
	w.Close()
	return b.do("POST", "/coordinate/agency/crest", &body, "Content-Type", w.FormDataContentType())
}

func drawn(t *testing.T, wide, high int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, wide, high))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestALeadPutsTheirAgencyOnItsLetters(t *testing.T) {
	d := openDesk(t)
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lead := d.as(demo.Practitioner)
	form := lead.get("/coordinate/agency").fields()
	for k, v := range map[string]string{"phone": "01632 960 999", "locality": "Fellmoor", "headcount": "41", "address": "Beck House\r\nFellmoor FM1 1AB", "return_address": "PO Box 9, Fellmoor FM1 9ZZ"} {
		form.Set(k, v)
	}
	if a := lead.post("/coordinate/agency", form); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, lead.get("/coordinate/agency"), 200, "Beck House\nFellmoor FM1 1AB", "PO Box 9, Fellmoor FM1 9ZZ", "Your letters have none.")

	form.Set("address", strings.Repeat("x\n", 9)+"x")
	wants(t, lead.post("/coordinate/agency", form), 422, "Write the address in at most 5 lines")

	if a := lead.picks("crest.png", drawn(t, 300, 200)); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	page := lead.get("/coordinate/agency")
	_, at, _ := strings.Cut(page.body, `<img src="`)
	at, _, _ = strings.Cut(at, `"`)
	if shown := lead.get(at); shown.status != 200 || shown.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(shown.body, "\xff\xd8") {
		t.Errorf("at %s: %d %s", at, shown.status, shown.header.Get("Content-Type"))
	}
	wants(t, lead.picks("crest.svg", []byte("<svg onload='alert(1)'/>")), 422, "Choose a PNG or JPEG picture")
	wants(t, lead.picks("crest.png", nil), 422, "Choose a picture first")
	wants(t, lead.picks("crest.png", append(drawn(t, 300, 200), make([]byte, 1<<20)...)), 413, "too large")

	// Another agency's lead sees none of it, and the form of one session is not another's.
	d.give(demo.School, map[string]any{"roles": []string{"agency_lead"}})
	school := d.as(demo.School)
	if a := school.get(at); a.status != 404 {
		t.Errorf("another agency's crest: %d", a.status)
	}
	if a := d.as(demo.Coordinator).picks("crest.png", drawn(t, 3, 3)); a.status != 403 {
		t.Errorf("who leads no agency chooses a crest: %d", a.status)
	}

	off := lead.get("/coordinate/agency").fields()
	off.Set("remove", "1")
	if a := lead.post("/coordinate/agency/crest", off); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, lead.get("/coordinate/agency"), 200, "Your letters have none.")
}
