package letter

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	letterrules "holdfast/hooks/letter"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// reach gives Tess Marlowe one address, confirmed today.
func reach(t *testing.T, app core.App, line string, safe, current bool) {
	t.Helper()
	tess, err := app.FindRecordById("people", demo.ID("adult", 100))
	if err != nil {
		t.Fatal(err)
	}
	tess.Set("contact_points", []letterrules.ContactPoint{{
		Kind: "address", Lines: []string{line, "Fellmoor"}, Postcode: "FM1 4QR", Current: current, SafePost: safe, ConfirmedOn: time.Now().UTC().Format(time.DateOnly),
	}})
	if err := app.Save(tess); err != nil {
		t.Fatal(err)
	}
}

// A letter that was approved is looked at again whenever it is printed: who has moved out
// since, a try that was taken back, a safety mark that was set. The page says what stands in
// the way and what lifts it, no paper is drawn and none is recorded as printed.
func TestAnApprovedLetterIsPrintedOnlyWhileNothingStandsInItsWay(t *testing.T) {
	for name, c := range map[string]struct {
		comes func(t *testing.T, app core.App, s *demotest.Server)
		says  string
		goes  func(t *testing.T, app core.App) // nothing: only a new letter lifts it
	}{
		"she moved out": {func(t *testing.T, app core.App, _ *demotest.Server) { reach(t, app, "14 Quarry Row", true, false) },
			"Confirm an address of Tess Marlowe", func(t *testing.T, app core.App) { reach(t, app, "14 Quarry Row", true, true) }},
		"post there is not safe": {func(t *testing.T, app core.App, _ *demotest.Server) { reach(t, app, "14 Quarry Row", false, true) },
			"Confirm an address of Tess Marlowe", func(t *testing.T, app core.App) { reach(t, app, "14 Quarry Row", true, true) }},
		"she lives elsewhere": {func(t *testing.T, app core.App, _ *demotest.Server) { reach(t, app, "2 Harbour View", true, true) },
			"The address has changed since the letter was approved", func(t *testing.T, app core.App) { reach(t, app, "14 Quarry Row", true, true) }},
		"the try was taken back": {func(t *testing.T, app core.App, s *demotest.Server) {
			if a := s.Do("POST", "/api/collections/attempt_withdrawals/records", s.Token(demo.Practitioner), map[string]any{
				"case": demo.CaseID(1), "attempt": demo.ID("attempt", 100), "because": "It was another Tess."}); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}, "no such try of ours at Tess Marlowe is on the record", nil},
		"she died": {func(t *testing.T, app core.App, _ *demotest.Server) {
			tess, err := app.FindRecordById("people", demo.ID("adult", 100))
			if err != nil {
				t.Fatal(err)
			}
			tess.Set("died_on", time.Now().UTC().Format(time.DateOnly))
			if err := app.Save(tess); err != nil {
				t.Fatal(err)
			}
		}, "Tess Marlowe died on", nil},
	} {
		t.Run(name, func(t *testing.T) {
			app := demotest.App(t)
			confirmed(t, app)
			s := demotest.Serve(t, app, Open)
			l := draft(t, app, whole)
			if a := s.Do("PATCH", "/api/collections/letters/records/"+l.Id, s.Token(demo.Practitioner), map[string]any{"status": "approved"}); a.Status != 200 {
				t.Fatalf("approving: %d %s", a.Status, a.Body)
			}
			asks := func(what string) demotest.Answer {
				return s.Do("GET", "/api/letters/"+l.Id+what, s.Token(demo.Practitioner), nil)
			}
			printed := func() demotest.Answer {
				return s.Do("POST", "/api/collections/letter_events/records", s.Token(demo.Practitioner), map[string]any{
					"case": demo.CaseID(1), "letter": l.Id, "kind": "printed", "occurred_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z")})
			}
			if a := asks("/pdf"); a.Status != 200 {
				t.Fatalf("nothing has come between: %d %s", a.Status, a.Body)
			}
			c.comes(t, app, s)
			if a := asks("/pdf"); a.Status != 409 || a.Code() != "letter_not_ready" || !strings.Contains(string(a.Body), c.says) {
				t.Errorf("the paper: %d %.300s", a.Status, a.Body)
			}
			page := string(asks("/html").Body)
			if !strings.Contains(page, `class="unfinished"`) || !strings.Contains(page, "<strong>HELD</strong>") || !strings.Contains(page, c.says) || strings.Contains(page, `class="final"`) {
				t.Errorf("the page: %s", page)
			}
			if a := printed(); a.Status != 400 || !strings.Contains(string(a.Body), c.says) {
				t.Errorf("recorded as printed: %d %s", a.Status, a.Body)
			}
			if c.goes == nil {
				return
			}
			c.goes(t, app)
			if a := asks("/pdf"); a.Status != 200 {
				t.Errorf("put right: %d %s", a.Status, a.Body)
			}
			if page := string(asks("/html").Body); !strings.Contains(page, `class="final"`) || strings.Contains(page, "HELD") {
				t.Errorf("put right, the page: %s", page)
			}
			if a := printed(); a.Status != 200 {
				t.Errorf("put right, printed: %d %s", a.Status, a.Body)
			}
		})
	}
}

// What has gone stays to be read, whatever has come between since, and says on every sheet
// that it is the record of what went.
func TestALetterThatWentIsReadAsACopy(t *testing.T) {
	app := demotest.App(t)
	confirmed(t, app)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, whole)
	if a := s.Do("PATCH", "/api/collections/letters/records/"+l.Id, s.Token(demo.Practitioner), map[string]any{"status": "approved"}); a.Status != 200 {
		t.Fatalf("approving: %d %s", a.Status, a.Body)
	}
	asks := func(what string) demotest.Answer {
		return s.Do("GET", "/api/letters/"+l.Id+what, s.Token(demo.School), nil)
	}
	before := asks("/pdf")
	if text := textOf(t, before.Body); strings.Contains(text, "Copy of what was posted") {
		t.Errorf("it has not gone yet, and says\n%s", text)
	}
	if a := s.Do("POST", "/api/collections/letter_events/records", s.Token(demo.Practitioner), map[string]any{
		"case": demo.CaseID(1), "letter": l.Id, "kind": "posted", "occurred_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z")}); a.Status != 200 {
		t.Fatalf("posting: %d %s", a.Status, a.Body)
	}
	reach(t, app, "2 Harbour View", false, false)
	paper, again := asks("/pdf"), asks("/pdf")
	if paper.Status != 200 || string(paper.Body) != string(again.Body) || paper.Header.Get("Letter-Bytes") != "" {
		t.Errorf("%d, the same twice: %v, %s", paper.Status, string(paper.Body) == string(again.Body), paper.Header.Get("Letter-Bytes"))
	}
	if text := textOf(t, paper.Body); !strings.Contains(text, "Copy of what was posted on "+clock.DayOf(time.Now())) || !strings.Contains(text, "14 Quarry Row") {
		t.Errorf("the copy says\n%s", text)
	}
	page := string(asks("/html").Body)
	if !strings.Contains(page, "Copy of what was posted on ") || strings.Contains(page, "HELD") {
		t.Errorf("the page: %s", page)
	}
}

// A paper's title is what a viewer shows in its tab: the kind of letter and who writes, no
// family's name and no case's reference.
func TestAPapersTitleIsTheKindOfLetter(t *testing.T) {
	app := demotest.App(t)
	confirmed(t, app)
	s := demotest.Serve(t, app, Open)
	l := draft(t, app, whole)
	if a := s.Do("PATCH", "/api/collections/letters/records/"+l.Id, s.Token(demo.Practitioner), map[string]any{"status": "approved"}); a.Status != 200 {
		t.Fatalf("approving: %d %s", a.Status, a.Body)
	}
	const want = "First missed contact, Fellmoor Early Help"
	page := string(s.Do("GET", "/api/letters/"+l.Id+"/html", s.Token(demo.School), nil).Body)
	if !strings.Contains(page, "<title>"+want+"</title>") {
		t.Errorf("the page: %.600s", page)
	}
	path := kept(t, s.Do("GET", "/api/letters/"+l.Id+"/pdf", s.Token(demo.School), nil).Body)
	out, err := exec.Command("pdfinfo", path).Output()
	if err != nil {
		t.Skip("poppler-utils is not installed")
	}
	if !strings.Contains(string(out), want+"\n") || strings.Contains(string(out), "Marlowe") || strings.Contains(string(out), "FM-0001") {
		t.Errorf("%s", out)
	}
}

func kept(t *testing.T, paper []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(path, paper, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// textOf is what another program reads on a paper.
func textOf(t *testing.T, paper []byte) string {
	t.Helper()
	out, err := exec.Command("pdftotext", kept(t, paper), "-").Output()
	if err != nil {
		t.Skip("poppler-utils is not installed")
	}
	return string(out)
}
