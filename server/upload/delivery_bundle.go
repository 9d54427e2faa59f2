package upload

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/feed"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/upload/bundle"
)

// bundle streams a case's evidence, or that of a period of it, to who leads or
// manages the case and says why. The whole export stands in the audit log and in
// each original's custody before its first byte goes.
func (r *Room) bundle(e *core.RequestEvent) error {
	var ask contract.BundleRequest
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	holds, err := feed.Holds(e.App.ConcurrentDB(), e.Auth.Id, "case:"+ask.Case)
	may, err2 := kernel.May(e.App, e.Auth, kernel.ExportEvidence, ask.Case)
	switch err := cmp.Or(err, err2); {
	case err != nil:
		return err
	case !holds:
		return refuse(contract.NotFound, "")
	case !may:
		return refuse(contract.NotAllowed, "Who leads or manages the case can export its evidence.")
	case ask.From != "" && ask.Until != "" && ask.From > ask.Until:
		return refuse(contract.Malformed, "from is later than until.")
	case len(strings.TrimSpace(ask.Reason)) < 10:
		return refuse(contract.Malformed, "reason says nothing.")
	}
	c, err := e.App.FindRecordById("cases", ask.Case)
	if err != nil {
		return err
	}
	head := bundle.Head{
		ID: newID(), Case: c.GetString("reference"), From: ask.From, Until: ask.Until, Reason: ask.Reason, SharedWith: ask.SharedWith, Basis: ask.Basis,
		MadeBy: e.Auth.GetString("name"), Account: e.Auth.Id, MadeAt: time.Now().UTC().Format(time.RFC3339), Key: r.keys.ID(),
	}
	ids, size, err := r.exported(e, ask, head.ID)
	if err != nil {
		return err
	}
	if err := deadlines(e, time.Time{}, time.Now().Add(patience(size))); err != nil {
		return err
	}
	h := e.Response.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(head.Case, head.ID)+`-evidence.zip"`)
	h.Set(contract.BundleHeader, head.ID)
	if err := r.pack(e.App, e.Response, head, ids); err != nil {
		// What was sent has no list of files: nobody can take it for a whole bundle.
		e.App.Logger().Error("A bundle broke off", "bundle", head.ID, "case", ask.Case, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// exported decides what is in a bundle and writes it down, in one transaction.
func (r *Room) exported(e *core.RequestEvent, ask contract.BundleRequest, id string) (ids []string, size int64, err error) {
	actor := kernel.ActorFrom(e)
	err = kernel.Within(e.App, actor, func(tx core.App) error {
		err := tx.ConcurrentDB().NewQuery(`SELECT id FROM evidence WHERE "case" = {:c}
			AND ({:f} = '' OR substr(captured_at, 1, 10) >= {:f}) AND ({:u} = '' OR substr(captured_at, 1, 10) <= {:u}) ORDER BY captured_at, id`).
			Bind(dbx.Params{"c": ask.Case, "f": ask.From, "u": ask.Until}).Column(&ids)
		if err != nil {
			return err
		}
		steps := []evidencerules.Step{{Kind: "exported", Detail: "bundle " + id + ": " + ask.Reason}}
		if ask.SharedWith != "" {
			steps = append(steps, evidencerules.Step{Kind: "shared", Detail: "with " + ask.SharedWith + "; " + ask.Basis})
		}
		out := 0
		for _, id := range ids {
			row, err := tx.FindRecordById("evidence", id)
			if err != nil {
				return err
			}
			if row.GetString("status") != sealed {
				continue
			}
			out++
			size += int64(row.GetInt("size"))
			if err := evidencerules.Custody(tx, row, steps...); err != nil {
				return err
			}
		}
		return kernel.Audit(tx, actor, kernel.Entry{Verb: "export", Collection: "evidence", Record: id, Case: ask.Case, Fields: []string{"file"}, Count: out})
	})
	return ids, size, err
}

// pack writes the bundle of these rows.
func (r *Room) pack(app core.App, to io.Writer, head bundle.Head, ids []string) error {
	fs, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	w, err := bundle.Begin(to, string(r.parts), head)
	if err != nil {
		return err
	}
	defer w.Drop()
	for _, id := range ids {
		if err := addTo(w, app, fs, id); err != nil {
			return fmt.Errorf("evidence %s: %w", id, err)
		}
	}
	return w.End(func(sum string) (string, error) {
		return r.keys.Sign(signing.Bundle, bundle.Claims{
			RegisteredClaims: jwt.RegisteredClaims{Issuer: signing.Issuer, Subject: head.ID, IssuedAt: jwt.NewNumericDate(time.Now())},
			Manifest:         sum,
		})
	})
}

// why bytes are not in a bundle, by the row's status.
var leftOut = map[string]string{
	"announced": "its bytes have not arrived", scanning: "it waits for the malware scanner",
	quarantined: "it is kept apart", disposed: "it was disposed of",
}

func addTo(w *bundle.Writer, app core.App, fs *filesystem.System, id string) error {
	row, err := app.FindRecordById("evidence", id)
	if err != nil {
		return err
	}
	item := bundle.Item{
		Evidence: row.Id, Title: row.GetString("title"), Kind: row.GetString("kind"), Note: row.GetString("note"), MIME: row.GetString("mime"),
		Size: int64(row.GetInt("size")), SHA256: row.GetString("sha256"), CapturedAt: row.GetString("captured_at"), SealedAt: row.GetString("sealed_at"),
		Status: row.GetString("status"), Scan: row.GetString("scan"), Held: row.GetBool("held"), LeftOut: leftOut[row.GetString("status")],
	}
	if author, err := app.FindRecordById("users", row.GetString("author")); err == nil {
		item.By, item.Account = author.GetString("name"), author.Id
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT at, kind, name, "by", device, detail FROM evidence_events WHERE evidence = {:e} ORDER BY rowid`).
		Bind(dbx.Params{"e": id}).All(&item.Custody); err != nil {
		return err
	}
	if item.Status != sealed {
		return w.Add(item, nil)
	}
	format, _ := intake.FormatOf(item.MIME)
	item.File = "originals/" + row.Id + format.Ext
	file, err := fs.GetReader(row.BaseFilesPath() + "/" + row.GetString("file"))
	if err != nil {
		return err
	}
	defer file.Close()
	return w.Add(item, file)
}
