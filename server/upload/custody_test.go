package upload

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// chain is a row's custody, in its order.
func (d *desk) chain(id string) string {
	d.t.Helper()
	var kinds []string
	err := d.App.ConcurrentDB().NewQuery(`SELECT kind FROM evidence_events WHERE evidence = {:e} ORDER BY rowid`).Bind(dbx.Params{"e": id}).Column(&kinds)
	if err != nil {
		d.t.Fatal(err)
	}
	return strings.Join(kinds, " ")
}

// post and change are stock REST calls.
func (d *desk) post(noun string, body map[string]any) (int, map[string]any, string) {
	d.t.Helper()
	return d.rest("POST", "/api/collections/"+noun+"/records", body)
}

func (d *desk) change(noun, id string, body map[string]any) (int, map[string]any, string) {
	d.t.Helper()
	return d.rest("PATCH", "/api/collections/"+noun+"/records/"+id, body)
}

func (d *desk) rest(method, path string, body map[string]any) (int, map[string]any, string) {
	d.t.Helper()
	a := d.Do(method, path, d.token, body)
	var out map[string]any
	a.JSON(d.t, &out)
	return a.Status, out, string(a.Body)
}

func (d *desk) sealedText(id string, n int) []byte {
	d.t.Helper()
	content := letterOf(n)
	d.announce(id, content)
	wantStatus(d.t, d.send(id, content), 204, "")
	return content
}

func TestCustodyTellsWhoDidWhatAndWhen(t *testing.T) {
	d := fellmoor(t)
	photo := jpegOf(64, 48)
	d.announce("evidencechain01", photo, "kind", "home_conditions")
	wantStatus(t, d.send("evidencechain01", photo), 204, "")
	school := d.as(demo.School)
	for range 3 { // a reader in ranges: three audit rows, one step
		school.get("/api/evidence/evidencechain01/original", "Range", "bytes=0-9")
	}
	d.get("/api/evidence/evidencechain01/original")
	school.get("/api/evidence/evidencechain01/preview")
	d.get("/api/evidence/evidencechain01/preview")
	if got := d.chain("evidencechain01"); got != "announced received verified sealed viewed viewed derived viewed viewed" {
		t.Errorf("the custody is %q", got)
	}
	if got := strings.Count(d.trail("evidencechain01"), "file"); got != 6 {
		t.Errorf("six deliveries, %d audit rows", got)
	}
	var who []string
	if err := d.App.ConcurrentDB().NewQuery(`SELECT name || ' ' || ("copy" != '') FROM evidence_events WHERE evidence = 'evidencechain01' AND kind = 'viewed' ORDER BY rowid`).Column(&who); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(who, ", "); got != "Saskia Dunn 0, Priya Kendal 0, Saskia Dunn 1, Priya Kendal 1" {
		t.Errorf("who viewed: %s", got)
	}

	// It travels to phones and can be read by members; nobody writes, changes or removes it.
	step := must(d.App.FindFirstRecordByData("evidence_events", "evidence", "evidencechain01"))
	for what, do := range map[string]func() error{
		"changing":         func() error { step.Set("name", "Nobody"); return d.App.Save(step) },
		"removing":         func() error { return d.App.Delete(step) },
		"removing the row": func() error { return d.App.Delete(d.row("evidencechain01")) },
	} {
		if do() == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	if status, _, body := d.post("evidence_events", map[string]any{"case": demo.CaseID(1), "evidence": "evidencechain01", "kind": "viewed", "at": "2026-11-20 10:00:00.000Z"}); status != 403 {
		t.Errorf("a member writes custody: %d %s", status, body)
	}
	if err := evidencerules.Custody(d.App, d.row("evidencechain01"), evidencerules.Step{Kind: "shared"}); err == nil {
		t.Error("custody was written outside the transaction of what it tells")
	}
}

// What cannot be told is not done, and what is not done is not told.
func TestCustodyStandsOrFallsWithWhatItTells(t *testing.T) {
	d := fellmoor(t)
	content := d.sealedText("evidencefalls01", 4_000)
	d.announce("evidencefalls02", content)
	if _, err := d.App.NonconcurrentDB().NewQuery(`CREATE TRIGGER mute BEFORE INSERT ON evidence_events BEGIN SELECT RAISE(ABORT, 'mute'); END`).Execute(); err != nil {
		t.Fatal(err)
	}
	if a := d.send("evidencefalls02", content); a.Status != 500 || d.row("evidencefalls02").GetString("status") != "announced" {
		t.Errorf("sealed without custody: %d, %s", a.Status, d.row("evidencefalls02").GetString("status"))
	}
	if status, _, body := d.get("/api/evidence/evidencefalls01/original"); status != 500 || strings.Contains(string(body), string(content[:40])) {
		t.Errorf("delivered without custody: %d", status)
	}
	if status, _, _ := d.post("evidence", map[string]any{"case": demo.CaseID(1), "title": "t", "kind": "document", "sha256": strings.Repeat("a", 64), "size": 1}); status == 200 {
		t.Error("announced without custody")
	}
	if got := d.trail("evidencefalls02"); got != "create" {
		t.Errorf("the audit tells what did not happen: %q", got)
	}
}

func TestACopyPointsToItsParentAndNeverChanges(t *testing.T) {
	d := fellmoor(t)
	photo := jpegOf(400, 300)
	d.announce("evidencecopy001", photo, "kind", "home_conditions")
	wantStatus(t, d.send("evidencecopy001", photo), 204, "")
	_, first, one := d.get("/api/evidence/evidencecopy001/preview")
	c := must(d.App.FindFirstRecordByData("evidence_copies", "evidence", "evidencecopy001"))
	if c.GetString("made_by") != "preview/1" || c.GetInt("size") != len(one) || first.Get("ETag") != `"`+c.GetString("sha256")+`"` || c.GetString("case") != demo.CaseID(1) {
		t.Errorf("the copy is %v", c.PublicExport())
	}
	_, second, two := d.as(demo.School).get("/api/evidence/evidencecopy001/copies/" + c.Id)
	if string(one) != string(two) || second.Get("ETag") != first.Get("ETag") {
		t.Error("the copy by its own id is another one")
	}
	if n, _ := d.App.CountRecords("evidence_copies"); n != 1 {
		t.Errorf("%d copies", n)
	}
	c.Set("sha256", strings.Repeat("0", 64))
	if d.App.Save(c) == nil {
		t.Error("a copy was changed")
	}
	wantStatus(t, d.Do("GET", "/api/evidence/evidencecopy001/copies/nosuchcopy00000", d.token, nil), 404, "not_found")
	// PocketBase's own file door is shut for copies too: it would write no custody.
	ticket := must(must(d.App.FindRecordById("users", demo.Practitioner.ID)).NewFileToken())
	for _, name := range []string{"evidence_copies", "hf_evidence_copies"} {
		wantStatus(t, d.Do("GET", "/api/files/"+name+"/"+c.Id+"/preview.jpg?token="+ticket, d.token, nil), 404, "not_found")
	}

	// A crash between the bytes and the row leaves a file that the next start removes.
	stray := filepath.Join(d.App.DataDir(), core.LocalStorageDirName, "hf_evidence_copies", "stray0000000000", "preview.jpg")
	if err := os.MkdirAll(filepath.Dir(stray), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stray, one, 0o600); err != nil {
		t.Fatal(err)
	}
	r := must(newRoom(d.App))
	if err := r.resume(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("the stray copy is still there")
	}
	if status, _, again := d.get("/api/evidence/evidencecopy001/preview"); status != 200 || string(again) != string(one) {
		t.Error("the good copy is not")
	}
}

func TestAHoldWinsAndTwoPeopleDispose(t *testing.T) {
	d := fellmoor(t)
	content := d.sealedText("evidencegone001", 5_000)
	photo := jpegOf(90, 60)
	d.announce("evidencegone002", photo, "kind", "home_conditions")
	wantStatus(t, d.send("evidencegone002", photo), 204, "")
	d.get("/api/evidence/evidencegone002/preview")
	dpo, manager, school := d.as(demo.DPO), d.as(demo.Manager), d.as(demo.School)

	propose := func(as *desk, evidence string) (int, string, string) {
		status, r, body := as.post("evidence_disposals", map[string]any{"case": demo.CaseID(1), "evidence": evidence, "reason": "The time of retention has ended.", "basis": "Schedule 4.2"})
		id, _ := r["id"].(string)
		return status, id, body
	}
	decide := func(as *desk, id, status string) (int, string) {
		code, _, body := as.change("evidence_disposals", id, map[string]any{"status": status})
		return code, body
	}
	status, held, body := dpo.post("evidence_holds", map[string]any{"case": demo.CaseID(1), "evidence": "evidencegone001", "reason": "An inquiry asks.", "authority": "Local review"})
	if status != 200 || !d.row("evidencegone001").GetBool("held") {
		t.Fatalf("the hold: %d %s", status, body)
	}
	if status, _, body := propose(manager, "evidencegone001"); status != 400 || !strings.Contains(body, `"held"`) {
		t.Errorf("a held original can be put forward: %d %s", status, body)
	}
	// Proposed first and held after: the hold still wins.
	_, second, _ := propose(manager, "evidencegone002")
	_, other, _ := d.as(demo.Practitioner).post("evidence_holds", map[string]any{"case": demo.CaseID(1), "evidence": "evidencegone002", "reason": "Court.", "authority": "Family court"})
	if status, body := decide(dpo, second, "approved"); status != 400 || !strings.Contains(body, `"held"`) {
		t.Errorf("a held original was disposed of: %d %s", status, body)
	}
	if status, _, body := manager.change("evidence_holds", other["id"].(string), map[string]any{"lifted": true}); status != 400 || !strings.Contains(body, "lift_reason") {
		t.Errorf("lifted without a reason: %d %s", status, body)
	}
	for _, h := range []string{held["id"].(string), other["id"].(string)} {
		if status, _, body := dpo.change("evidence_holds", h, map[string]any{"lifted": true, "lift_reason": "The inquiry has been concluded."}); status != 200 {
			t.Fatalf("lifting: %d %s", status, body)
		}
	}

	// Nobody alone, and not two who are not the right two.
	if status, body := decide(manager, second, "approved"); status != 400 || !strings.Contains(body, "second_person") {
		t.Errorf("one person alone: %d %s", status, body)
	}
	if status, body := decide(d, second, "approved"); status != 400 || !strings.Contains(body, "two_people") {
		t.Errorf("two of the case, no officer: %d %s", status, body)
	}
	if status, body := decide(school, second, "approved"); status != 404 {
		t.Errorf("a plain member: %d %s", status, body)
	}
	if status, _, body := dpo.change("evidence_disposals", second, map[string]any{"dpo": demo.DPO.ID}); status != 400 {
		t.Errorf("the officer's name can be written in: %d %s", status, body)
	}
	if status, _, _ := propose(school, "evidencegone001"); status == 200 {
		t.Error("a plain member puts a disposal forward")
	}
	file := filepath.Join(d.App.DataDir(), core.LocalStorageDirName, d.row("evidencegone002").BaseFilesPath(), d.row("evidencegone002").GetString("file"))
	if _, err := os.Stat(file); err != nil {
		t.Fatal("gone before two people agreed:", err)
	}

	if status, body := decide(dpo, second, "approved"); status != 200 {
		t.Fatalf("the officer agrees: %d %s", status, body)
	}
	cert := must(d.App.FindRecordById("evidence_disposals", second))
	row := d.row("evidencegone002")
	for name, bad := range map[string]bool{
		"the bytes":     fileThere(file),
		"a copy":        fileThere(filepath.Join(d.App.DataDir(), core.LocalStorageDirName, "hf_evidence_copies", copyID(row.Id, previewMaker), "preview.jpg")),
		"no hash":       cert.GetString("sha256") != row.GetString("sha256") || row.GetString("sha256") == "",
		"no officer":    cert.GetString("dpo") != demo.DPO.ID || cert.GetString("proposed_by") != demo.Manager.ID || cert.GetString("decided_by") != demo.DPO.ID,
		"no time":       cert.GetDateTime("bytes_removed_at").IsZero(),
		"another state": row.GetString("status") != "disposed",
	} {
		if bad {
			t.Errorf("after disposal there is %s", name)
		}
	}
	if got := d.chain(row.Id); got != "announced received verified sealed derived viewed disposal_proposed held hold_lifted disposed bytes_removed" {
		t.Errorf("the custody is %q", got)
	}
	for _, what := range []string{"original", "preview"} {
		wantStatus(t, d.Do("GET", "/api/evidence/evidencegone002/"+what, d.token, nil), 410, "disposed")
	}
	if a := d.ask("POST", "/api/uploads", nil, "Upload-Length", fmt.Sprint(len(photo)), "Upload-Metadata", metadata("evidencegone002")); a.Status != 409 || a.Header.Get("Holdfast-Receipt") == "" {
		t.Errorf("it can be brought again: %d", a.Status)
	}
	if status, _, _ := dpo.post("evidence_holds", map[string]any{"case": demo.CaseID(1), "evidence": row.Id, "reason": "Too late.", "authority": "Court"}); status != 400 {
		t.Errorf("what is gone can be held: %d", status)
	}
	if missing, extra, altered, err := Reconcile(d.App); err != nil || len(missing)+len(extra)+len(altered) != 0 {
		t.Errorf("storage: missing %v, extra %v, altered %v, %v", missing, extra, altered, err)
	}
	// Refused: everything stays, and the word is on record.
	_, third, _ := propose(dpo, "evidencegone001")
	if status, body := decide(manager, third, "refused"); status != 200 {
		t.Errorf("refusing: %d %s", status, body)
	}
	if status, _, body := d.get("/api/evidence/evidencegone001/original"); status != http.StatusOK || string(body) != string(content) {
		t.Error("what was not disposed of is not there")
	}
}

// Until the bytes are gone the work is not done, however often the server falls.
func TestADisposalIsFinishedAfterACrash(t *testing.T) {
	d := fellmoor(t)
	d.sealedText("evidencecrash01", 2_000)
	row := d.row("evidencecrash01")
	file := filepath.Join(d.App.DataDir(), core.LocalStorageDirName, row.BaseFilesPath(), row.GetString("file"))
	if err := kernel.Within(d.App, kernel.Actor{}, func(tx core.App) error { // as if the process ended after the commit
		row.Set("status", "disposed")
		if err := tx.SaveNoValidate(kernel.AsServer(row)); err != nil {
			return err
		}
		_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO evidence_disposals (id, "case", evidence, status, reason, basis, bytes_removed_at, created, updated)
			VALUES ('certificate0001', {:c}, {:e}, 'approved', 'r', 'b', '', '2026', '2026')`).Bind(dbx.Params{"c": demo.CaseID(1), "e": row.Id}).Execute()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	_, extra, _, err := Reconcile(d.App)
	if err != nil || len(extra) != 1 {
		t.Errorf("what is still to be removed is not named: %v, %v", extra, err)
	}
	r := must(newRoom(d.App))
	if err := r.resume(); err != nil {
		t.Fatal(err)
	}
	if fileThere(file) {
		t.Error("the bytes are still there after a restart")
	}
	if cert := must(d.App.FindRecordById("evidence_disposals", "certificate0001")); cert.GetDateTime("bytes_removed_at").IsZero() {
		t.Error("the certificate does not say when")
	}
}

func fileThere(path string) bool { _, err := os.Stat(path); return err == nil }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
