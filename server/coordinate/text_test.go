package coordinate

import (
	"testing"

	"holdfast/server/demo"
)

// A form sent in an old encoding, or with NUL in it, is refused at the page too: the
// event would be on every phone of the partnership, and no phone could read it.
func TestAPageTakesNoTextThatPhonesCannotRead(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	for _, title := range []string{"Caf\xe9 morning", "nul\x00", "half \xed\xa0\x80"} {
		form := b.get("/coordinate/events/new").fields()
		for k, v := range map[string]string{"title": title, "kind": "workshop", "day": "2026-07-01", "time": "09:30", "minutes": "90", "status": "held"} {
			form.Set(k, v)
		}
		a := b.post("/coordinate/events", form)
		wants(t, a, 400, "This form could not be read")
	}
	if r, err := d.App.FindFirstRecordByData("network_events", "kind", "workshop"); err == nil {
		t.Errorf("stored: %q", r.GetString("title"))
	}
}
