package upload

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/packs"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/upload/inspection"
	"holdfast/server/upload/verify"
)

// desk is a running Fellmoor with one person's way to its uploads.
type desk struct {
	*demotest.Server
	t     testing.TB
	token string
}

func fellmoor(t testing.TB) *desk { return desks(t, demotest.App(t)) }

func desks(t testing.TB, app core.App) *desk {
	t.Helper()
	s := demotest.Serve(t, app, devices.Open, Open)
	return &desk{s, t, s.Token(demo.Practitioner)}
}

// as is the same desk for somebody else.
func (d *desk) as(who demo.Person) *desk { return &desk{d.Server, d.t, d.Token(who)} }

// announce makes an evidence row of FM-0001 as the practitioner; changes are field,
// value pairs over what the bytes say.
func (d *desk) announce(id string, content []byte, changes ...any) {
	d.t.Helper()
	sum := sha256.Sum256(content)
	values := map[string]any{
		"id": id, "case": demo.CaseID(1), "title": "Kitchen, 14 Quarry Row", "kind": "document",
		"sha256": hex.EncodeToString(sum[:]), "size": len(content), "captured_at": demotest.Today,
	}
	for i := 0; i+1 < len(changes); i += 2 {
		values[changes[i].(string)] = changes[i+1]
	}
	user, err := d.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	err = kernel.Within(d.App, kernel.Actor{User: user, Door: "sync"}, func(tx core.App) error {
		c, err := tx.FindCachedCollectionByNameOrId("evidence")
		if err != nil {
			return err
		}
		row := core.NewRecord(c)
		row.Load(values)
		return tx.Save(row)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// allow publishes the next version of the policy, with other bytes for a family.
func (d *desk) allow(family string, most int64) {
	d.t.Helper()
	d.policy(func(p map[string]any) { p["max_bytes"].(map[string]any)[family] = most })
}

// policy publishes the next version of the policy, as an area does.
func (d *desk) policy(edit func(map[string]any)) {
	d.t.Helper()
	var body map[string]any
	if err := json.Unmarshal(packs.EvidencePolicy(), &body); err != nil {
		d.t.Fatal(err)
	}
	n, err := d.App.CountRecords("evidence_policies")
	if err != nil {
		d.t.Fatal(err)
	}
	body["version"] = n + 1
	edit(body)
	c, err := d.App.FindCollectionByNameOrId("evidence_policies")
	if err != nil {
		d.t.Fatal(err)
	}
	row := core.NewRecord(c)
	row.Load(map[string]any{"key": "evidence", "title": "Ours", "version": n + 1, "status": "published", "body": body})
	if err := d.App.Save(row); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) row(id string) *core.Record {
	d.t.Helper()
	row, err := d.App.FindRecordById("evidence", id)
	if err != nil {
		d.t.Fatal(err)
	}
	return row
}

// ask sends a tus request.
func (d *desk) ask(method, path string, body []byte, header ...string) demotest.Answer {
	d.t.Helper()
	header = append([]string{"Tus-Resumable", "1.0.0", "Content-Type", offsetType}, header...)
	if body == nil {
		return d.Do(method, path, d.token, nil, header...)
	}
	return d.Do(method, path, d.token, bytes.NewReader(body), header...)
}

func metadata(id string) string { return "evidence " + base64.StdEncoding.EncodeToString([]byte(id)) }

// begin creates an upload and answers where it is.
func (d *desk) begin(id string, size int) string {
	d.t.Helper()
	a := d.ask("POST", "/api/uploads", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", metadata(id))
	if a.Status != http.StatusCreated || a.Header.Get("Upload-Offset") != "0" {
		d.t.Fatalf("creating: %d %s %v", a.Status, a.Body, a.Header)
	}
	return a.Header.Get("Location")
}

func (d *desk) patch(path string, at int, body []byte, header ...string) demotest.Answer {
	d.t.Helper()
	return d.ask("PATCH", path, body, append([]string{"Upload-Offset", strconv.Itoa(at)}, header...)...)
}

func (d *desk) offset(path string) string {
	d.t.Helper()
	a := d.ask("HEAD", path, nil)
	if a.Status != http.StatusOK {
		d.t.Fatalf("HEAD: %d", a.Status)
	}
	return a.Header.Get("Upload-Offset")
}

// send uploads in one piece.
func (d *desk) send(id string, content []byte) demotest.Answer {
	d.t.Helper()
	return d.patch(d.begin(id, len(content)), 0, content)
}

// trail is the custody verbs of a row, in their order.
func (d *desk) trail(id string) string {
	d.t.Helper()
	var verbs []string
	err := d.App.ConcurrentDB().NewQuery(`SELECT verb FROM audit_log WHERE collection = 'evidence' AND record = {:r} ORDER BY rowid`).
		Bind(map[string]any{"r": id}).Column(&verbs)
	if err != nil {
		d.t.Fatal(err)
	}
	return strings.Join(verbs, " ")
}

func wantStatus(t testing.TB, a demotest.Answer, status int, code string) demotest.Answer {
	t.Helper()
	if a.Status != status || a.Code() != code {
		t.Fatalf("%d %q, want %d %q: %s", a.Status, a.Code(), status, code, a.Body)
	}
	return a
}

// letterOf is a plain text of n bytes that compresses to nothing useful and names
// no markup.
func letterOf(n int) []byte {
	raw := make([]byte, n/2+1)
	_, _ = rand.Read(raw)
	return []byte(hex.EncodeToString(raw))[:n]
}

// wav is sound of n bytes.
func wav(n int) []byte {
	b := make([]byte, n)
	copy(b, "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
	for i := 64; i < n; i++ {
		b[i] = byte(i * 7)
	}
	return b
}

// Reconcile is verify.Store on a running app, in three lists.
func Reconcile(app core.App) (missing, extra, altered []string, err error) {
	fs, err := app.NewFilesystem()
	if err != nil {
		return nil, nil, nil, err
	}
	defer fs.Close()
	_, err = verify.Store(app.ConcurrentDB(), verify.Remote{System: fs}, func(f verify.Finding) {
		switch f.What {
		case "missing":
			missing = append(missing, f.ID)
		case "altered":
			altered = append(altered, f.ID)
		default:
			extra = append(extra, f.Key)
		}
	})
	return missing, extra, altered, err
}

// render is the picture of an image.
func render(r io.ReadSeeker) ([]byte, error) {
	return inspection.Picture(context.Background(), "", "image/*", r)
}
