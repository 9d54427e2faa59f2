package upload

import (
	"fmt"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	"holdfast/server/upload/inspection"
)

// finish judges a whole upload and seals it, keeps it apart, or finds that another
// upload of the same row came first. The order is what makes a crash harmless: the
// bytes under their last name, then the row with its audit entries in one
// transaction, then the part goes. Until the row is written, all of it can be done
// again. The caller holds the upload's lock and stands at the counter.
func (r *Room) finish(app core.App, l *upload, actor kernel.Actor) (state string, row *core.Record, err error) {
	row, err = app.FindRecordById("evidence", l.Evidence)
	if err != nil {
		return "", nil, fmt.Errorf("the row of upload %s: %w", l.ID, err)
	}
	part := r.parts.path(l.ID)
	policy, err := evidencerules.EvidencePolicy(app)
	if err != nil {
		return "", nil, err
	}
	v, err := inspection.Judge(part, r.hashes.sumOf(l.ID, l.Size), row, policy)
	if err != nil {
		return "", nil, fmt.Errorf("judging upload %s: %w", l.ID, err)
	}
	if v.Reason == "" {
		state, row, err = r.seal(app, l, actor, part, v.MIME)
	} else {
		state, row, err = r.setApart(app, l, actor, part, v.Reason)
	}
	if err != nil {
		return "", nil, fmt.Errorf("ending upload %s: %w", l.ID, err)
	}
	if err := r.parts.drop(l.ID); err != nil { // the sweep will find it
		app.Logger().Warn("An ended upload's part stays", "upload", l.ID, "error", err)
	}
	return state, row, nil
}

// Statuses of a row beside those it shares with an upload.
const (
	scanning = "scanning"
	disposed = "disposed"
)

// seal attaches the bytes to their row. The file's name is the upload's, so that
// asking twice stores once. PocketBase's own upload would copy the bytes while the
// transaction holds the one writer.
func (r *Room) seal(app core.App, l *upload, actor kernel.Actor, part, mime string) (state string, row *core.Record, err error) {
	row, err = app.FindRecordById("evidence", l.Evidence)
	if err != nil {
		return "", nil, err
	}
	format, _ := intake.FormatOf(mime)
	name := "original_" + l.ID + format.Ext
	if !kept(row) {
		store := func() error { return put(app, part, row, name) }
		if app.Settings().S3.Enabled { // a network away
			err = r.counter.aside(store)
		} else {
			err = store()
		}
		if err != nil {
			return "", nil, err
		}
	}
	err = kernel.Within(app, actor, func(tx core.App) error {
		var err error
		if row, err = tx.FindRecordById("evidence", l.Evidence); err != nil {
			return err
		}
		if kept(row) {
			state = beaten
			return end(tx.NonconcurrentDB(), l.ID, beaten)
		}
		state = sealed
		row.Set("reason", "")
		row.Set("mime", mime)
		row.Set("preview", "none")
		if intake.Drawable(mime) {
			row.Set("preview", "possible")
		}
		row.Set("sealed_at", types.NowDateTime())
		row.Set("file", name)
		row.IgnoreUnchangedFields(true)
		if err := r.arrived(tx, actor, row); err != nil {
			return err
		}
		if err := end(tx.NonconcurrentDB(), l.ID, sealed); err != nil {
			return err
		}
		return tx.SaveNoValidate(kernel.AsServer(row)) // validation knows only files that it uploads itself
	})
	if err == nil && state == sealed {
		r.watch.kick()
	}
	if err == nil && state == beaten && row.GetString("file") != name {
		err = discard(app, row, name)
	}
	return state, row, err
}

// arrived writes that bytes came and are the announced ones. Where there is a scanner
// the row waits for it; where there is none, the row says so.
func (r *Room) arrived(tx core.App, actor kernel.Actor, row *core.Record) error {
	steps := []evidencerules.Step{{Kind: "received"}, {Kind: "verified", Detail: "SHA-256 and length agree"}}
	verbs := []string{"received"}
	if r.watch.on() {
		row.Set("status", scanning)
	} else {
		row.Set("status", sealed)
		row.Set("scan", "not_scanned")
		steps = append(steps, evidencerules.Step{Kind: "sealed", Detail: "not scanned for malware"})
		verbs = append(verbs, "sealed")
	}
	if err := note(tx, actor, row, verbs...); err != nil {
		return err
	}
	return evidencerules.Custody(tx, row, steps...)
}

// kept reports whether a row has had its bytes: others are too late.
func kept(row *core.Record) bool {
	return row.GetString("file") != "" || row.GetString("status") == disposed
}

// setApart keeps bytes that cannot be sealed, for ever, and says on the row why. A
// row that was sealed in the meantime stays sealed.
func (r *Room) setApart(app core.App, l *upload, actor kernel.Actor, part, reason string) (state string, row *core.Record, err error) {
	if err := link(part, filepath.Join(r.apart, l.Evidence+"-"+l.ID)); err != nil {
		return "", nil, err
	}
	err = kernel.Within(app, actor, func(tx core.App) error {
		var err error
		if row, err = tx.FindRecordById("evidence", l.Evidence); err != nil {
			return err
		}
		if err := note(tx, actor, row, "received", "quarantined"); err != nil {
			return err
		}
		if err := evidencerules.Custody(tx, row, evidencerules.Step{Kind: "received"}, evidencerules.Step{Kind: "quarantined", Detail: reason}); err != nil {
			return err
		}
		if err := end(tx.NonconcurrentDB(), l.ID, quarantined); err != nil {
			return err
		}
		if kept(row) {
			state = beaten
			return nil
		}
		state = quarantined
		row.Set("status", quarantined)
		row.Set("reason", kernel.Short(reason))
		row.IgnoreUnchangedFields(true)
		return tx.SaveNoValidate(kernel.AsServer(row))
	})
	return state, row, err
}

// note writes steps of the custody trail.
func note(tx core.App, actor kernel.Actor, row *core.Record, verbs ...string) error {
	for _, verb := range verbs {
		entry := kernel.Entry{Verb: verb, Collection: "evidence", Record: row.Id, Case: row.GetString("case"), Fields: []string{"file"}, Count: 1}
		if err := kernel.Audit(tx, actor, entry); err != nil {
			return err
		}
	}
	return nil
}
