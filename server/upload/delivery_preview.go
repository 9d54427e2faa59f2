package upload

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"holdfast/collections"
	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/upload/inspection"
)

// previewMaker is the step and its version that copies are marked with: a renderer
// that draws otherwise gets the next number and makes copies of its own.
const previewMaker = "preview/1"

// maxPreviewing is how many previews are made at once.
const maxPreviewing = 1

// preview delivers a picture made anew from the pixels of an image or of a PDF's first
// page: smaller, the right way up, and with nothing else of the original in it. The GPS of a refuge is
// lethal data (domain 5.5). The first who asks has it made; from then on it is a
// derived copy that never changes.
func (r *Room) preview(e *core.RequestEvent) error {
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	c, err := findCopy(e.App, row.Id)
	if err == nil && c == nil {
		c, err = r.draw(e, row)
	}
	if err != nil {
		return err
	}
	return r.deliver(e, row, pieceOf(c))
}

// copied delivers one derived copy by its own id.
func (r *Room) copied(e *core.RequestEvent) error {
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	c, err := e.App.FindRecordById("evidence_copies", e.Request.PathValue("copy"))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err != nil || c.GetString("evidence") != row.Id {
		return refuse(contract.NotFound, "")
	}
	return r.deliver(e, row, pieceOf(c))
}

func pieceOf(c *core.Record) piece {
	return piece{
		key: c.BaseFilesPath() + "/" + c.GetString("file"), copy: c.Id, what: c.GetString("kind"), kind: c.GetString("mime"),
		hash: c.GetString("sha256"), place: "inline", name: c.GetString("file"), at: c.GetDateTime("created").Time(),
	}
}

// findCopy answers the preview of a row, or nil.
func findCopy(app core.App, evidence string) (*core.Record, error) {
	c, err := app.FindFirstRecordByFilter("evidence_copies", "evidence = {:e} && kind = 'preview' && made_by = {:m}",
		dbx.Params{"e": evidence, "m": previewMaker})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return c, err
}

// draw makes a preview, a bounded number of them at once, and keeps it.
func (r *Room) draw(e *core.RequestEvent, row *core.Record) (*core.Record, error) {
	if !intake.Drawable(row.GetString("mime")) || row.GetString("preview") == "none" {
		return nil, refuse(contract.NoPreview, "")
	}
	select {
	case r.eyes <- struct{}{}:
		defer func() { <-r.eyes }()
	case <-e.Request.Context().Done():
		return nil, e.Request.Context().Err()
	}
	if c, err := findCopy(e.App, row.Id); err != nil || c != nil {
		return c, err // made while we waited
	}
	fs, err := e.App.NewFilesystem()
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	file, err := fs.GetReader(row.BaseFilesPath() + "/" + row.GetString("file"))
	if err != nil {
		return nil, fmt.Errorf("opening the original of %s: %w", row.Id, err)
	}
	defer file.Close()
	source := &source{ReadSeeker: file}
	picture, err := inspection.Picture(e.Request.Context(), filepath.Join(e.App.DataDir(), "firstpage"), row.GetString("mime"), source)
	if source.err != nil { // storage's fault, whatever became of the picture
		return nil, fmt.Errorf("reading the original of %s: %w", row.Id, source.err)
	}
	if inspection.Undrawable(err) {
		e.App.Logger().Info("No preview", "evidence", row.Id, "reason", err)
		if err := r.giveUp(e, row.Id); err != nil {
			return nil, err
		}
		return nil, refuse(contract.NoPreview, "")
	}
	if err != nil {
		return nil, err
	}
	return r.derive(e, row, fs, picture)
}

// source remembers that it was the storage that failed, not what was read.
type source struct {
	io.ReadSeeker
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// giveUp says on a row that there is no preview of it, so that what is dear to try is
// tried once.
func (r *Room) giveUp(e *core.RequestEvent, id string) error {
	return kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error {
		row, err := tx.FindRecordById("evidence", id)
		if err != nil {
			return err
		}
		row.Set("preview", "none")
		row.IgnoreUnchangedFields(true)
		return tx.SaveNoValidate(kernel.AsServer(row))
	})
}

// derive keeps a copy: its bytes first, then its row with the step of custody in one
// transaction, in which the parent must still be there to be read. The id is the
// parent's and the maker's, so that a crash in between leaves one file at most,
// which the next attempt writes again.
func (r *Room) derive(e *core.RequestEvent, row *core.Record, fs *filesystem.System, picture []byte) (*core.Record, error) {
	copies, err := e.App.FindCachedCollectionByNameOrId("evidence_copies")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(picture)
	c := core.NewRecord(copies)
	c.Id = copyID(row.Id, previewMaker)
	c.Load(map[string]any{
		"case": row.GetString("case"), "evidence": row.Id, "kind": "preview", "sha256": hex.EncodeToString(sum[:]), "size": len(picture),
		"mime": "image/jpeg", "made_by": previewMaker,
	})
	c.SetRaw("file", "preview.jpg") // validation and upload are for files that PocketBase itself brings
	key := c.BaseFilesPath() + "/preview.jpg"
	if err := store(e.App, fs, picture, key); err != nil {
		return nil, err
	}
	err = kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error {
		parent, err := tx.FindRecordById("evidence", row.Id)
		if err != nil {
			return err
		}
		if parent.GetString("status") != sealed {
			return refuse(contract.NotFound, "")
		}
		if err := tx.SaveNoValidate(kernel.AsServer(c)); err != nil {
			return err
		}
		return evidencerules.Custody(tx, parent, evidencerules.Step{Kind: "derived", Copy: c.Id, Detail: previewMaker})
	})
	if err != nil {
		return nil, errors.Join(err, fs.Delete(key))
	}
	return c, nil
}

// copyID is the id of what one maker derives from one original.
func copyID(evidence, maker string) string {
	sum := sha256.Sum256([]byte(evidence + "\n" + maker))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:15]
}

// orphans removes stored copies that no row names: a crash came between the two.
func (r *Room) orphans() error {
	fs, err := r.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	objects, err := fs.List(collections.ID("evidence_copies") + "/")
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range objects {
		if _, err := r.app.FindRecordById("evidence_copies", path.Base(path.Dir(o.Key))); errors.Is(err, sql.ErrNoRows) {
			failed = append(failed, fs.Delete(o.Key))
		}
	}
	return errors.Join(failed...)
}
