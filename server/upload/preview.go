package upload

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	contract "holdfast/mobile-contract"
)

// preview delivers a picture made anew from an image's pixels: smaller, the right
// way up, and with nothing else of the original in it. The GPS of a refuge is
// lethal data (domain 5.5).
func (r *Room) preview(e *core.RequestEvent) error {
	guardAnswer(e)
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	view := filepath.Join(r.views, row.Id+"-"+row.GetString("sha256")[:16]+".jpg")
	if _, err := os.Stat(view); err != nil {
		if err := r.draw(e, row, view); err != nil {
			return err
		}
	}
	f, err := os.Open(view)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := r.delivered(e, row, "preview"); err != nil {
		return err
	}
	h := e.Response.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Disposition", `inline; filename="preview.jpg"`)
	http.ServeContent(e.Response, e.Request, "", time.Time{}, f)
	return nil
}

// draw makes a preview, a bounded number of them at once, and keeps it.
func (r *Room) draw(e *core.RequestEvent, row *core.Record, to string) error {
	if !drawable[row.GetString("mime")] {
		return refuse(contract.NoPreview, "")
	}
	select {
	case r.eyes <- struct{}{}:
		defer func() { <-r.eyes }()
	case <-e.Request.Context().Done():
		return e.Request.Context().Err()
	}
	if _, err := os.Stat(to); err == nil {
		return nil // made while we waited
	}
	fs, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	file, err := fs.GetReader(row.BaseFilesPath() + "/" + row.GetString("file"))
	if errors.Is(err, filesystem.ErrNotFound) {
		return fmt.Errorf("the original of %s is missing: %w", row.Id, err)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	picture, err := render(file)
	if errors.Is(err, errUndrawable) {
		e.App.Logger().Info("No preview", "evidence", row.Id, "reason", err)
		return refuse(contract.NoPreview, "")
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(to+".new", picture, 0o600); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
