package coordinate

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// Help, the accessibility statement and the privacy notice are read without an account, are
// two clicks from every page, and name no worker to who has none.
func TestWhatEveryServiceOwesItsReaders(t *testing.T) {
	d := openDesk(t)
	guest, officer := d.browser(), d.as(demo.DPO)
	for path, heading := range map[string]string{"/coordinate/help": "Help and contact", "/coordinate/accessibility": "Accessibility statement", "/coordinate/privacy": "Privacy notice"} {
		page := guest.get(path)
		wants(t, page, 200, ">"+heading+"</h1>")
		for _, p := range demo.Cast {
			lacks(t, page, p.Name)
			lacks(t, page, "@fellmoor")
		}
		for _, from := range []answer{guest.get("/coordinate/sign-in"), officer.get("/coordinate"), officer.get("/coordinate/nowhere")} {
			if !strings.Contains(from.body, `href="`+path+`"`) {
				t.Errorf("no link to %s from a page", path)
			}
		}
	}
	agency, err := d.App.FindRecordById("agencies", demo.Practitioner.Agency)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, guest.get("/coordinate/help"), 200, agency.GetString("name"), agency.GetString("phone"), "999")
	wants(t, officer.get("/coordinate/privacy"), 200, demo.DPO.Name)
}
