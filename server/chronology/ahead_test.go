package chronology

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// What is still to come, what is dated before the case and what was taken back is told
// nowhere and makes no pattern; when it has come, the answer is another one (B05).
func TestWhatIsStillToComeIsToldNowhere(t *testing.T) {
	d := openDesk(t)
	read := func(at string) (string, string) {
		t.Helper()
		a := d.Do("GET", "/api/cases/"+demo.CaseID(1)+"/chronology"+at, d.Token(demo.Practitioner), nil)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", at, a.Status, a.Body)
		}
		return string(a.Body), a.Header.Get("ETag")
	}
	rows, tag := read("?kind=attempt&limit=500")
	patterns, _ := read("/patterns")
	try := func(at string) string {
		return d.adds(demo.Practitioner, "contact_attempts", "method", "visit_announced", "outcome", "not_home", "occurred_at", at, "note", "Nobody came to the door.")
	}
	ahead := try(time.Now().UTC().AddDate(0, 0, 5).Format(time.RFC3339))
	flat := try(time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)) // from before such a day was asked about
	if _, err := d.App.NonconcurrentDB().NewQuery("UPDATE contact_attempts SET occurred_at = '1970-01-01 00:10:00.000Z' WHERE id = {:id}").Bind(dbx.Params{"id": flat}).Execute(); err != nil {
		t.Fatal(err)
	}
	wrong := try(time.Now().UTC().AddDate(0, -1, 0).Format(time.RFC3339))
	d.adds(demo.Practitioner, "attempt_withdrawals", "attempt", wrong, "because", "It was the wrong house.")
	d.adds(demo.Practitioner, "meetings", "agenda", "review", "status", "scheduled", "scheduled_for", time.Now().UTC().AddDate(1, 0, 0).Format(time.RFC3339))
	if got, _ := read("?kind=attempt&limit=500"); got != rows {
		t.Errorf("the tries at contact are told as %s, and were %s", got, rows)
	}
	if got, _ := read("/patterns"); got != patterns {
		t.Errorf("the patterns are %s, and were %s", got, patterns)
	}
	if page, _ := read("/html"); strings.Contains(page, "1970") || strings.Contains(page, "Nobody came to the door") {
		t.Error("the printed page tells it")
	}
	_, waiting := read("?kind=attempt&limit=500")
	if _, err := d.App.NonconcurrentDB().NewQuery("UPDATE contact_attempts SET occurred_at = '2026-03-02 10:00:00.000Z' WHERE id = {:id}").Bind(dbx.Params{"id": ahead}).Execute(); err != nil {
		t.Fatal(err)
	}
	if got, now := read("?kind=attempt&limit=500"); !strings.Contains(got, ahead) || now == waiting || now == tag {
		t.Errorf("it has come: %s", got)
	}
}

// A try at contact of another family, withdrawn: the chronology says that it was, and why,
// and tells the try itself nowhere (A13).
func TestAWithdrawnTryIsInTheChronology(t *testing.T) {
	d := openDesk(t)
	wrong := d.adds(demo.Practitioner, "contact_attempts", "method", "visit_announced", "outcome", "not_home", "occurred_at", "2026-11-13T10:00:00Z", "note", "Nobody came to the door.")
	d.adds(demo.Practitioner, "attempt_withdrawals", "attempt", wrong, "because", "It was next door's, not theirs.")
	a := d.Do("GET", "/api/cases/"+demo.CaseID(1)+"/chronology?limit=500", d.Token(demo.School), nil)
	told := string(a.Body)
	if !strings.Contains(told, "A try at contact of Friday 13 November 2026 (Visit, announced) was recorded in error, and is withdrawn. It was next door's, not theirs.") {
		t.Errorf("%d %s", a.Status, told)
	}
	if strings.Contains(told, "Nobody came to the door") || strings.Contains(told, wrong) {
		t.Error("the try is told all the same")
	}
}
