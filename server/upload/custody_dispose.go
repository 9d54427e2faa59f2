package upload

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/kernel"
)

// decided removes at once what two people have just agreed to dispose of. It runs
// after the commit; what a crash leaves is found at the next start or by the sweep.
func (r *Room) decided(e *core.RecordEvent) error {
	if e.Record.GetString("status") == "approved" && e.Record.GetDateTime("bytes_removed_at").IsZero() {
		if err := r.removeDisposed(); err != nil {
			r.app.Logger().Error("Removing disposed evidence", "disposal", e.Record.Id, "error", err)
		}
	}
	return e.Next()
}

// removeDisposed removes the bytes of every approved disposal that still has some,
// then says on the certificate when they were gone. It never decides: what is not
// approved by two people it does not see.
func (r *Room) removeDisposed() error {
	r.bin.Lock()
	defer r.bin.Unlock()
	due, err := r.app.FindRecordsByFilter("evidence_disposals", "status = 'approved' && bytes_removed_at = ''", "decided_at", 0, 0)
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range due {
		if err := r.remove(d); err != nil {
			failed = append(failed, fmt.Errorf("disposal %s: %w", d.Id, err))
		}
	}
	return errors.Join(failed...)
}

func (r *Room) remove(disposal *core.Record) error {
	id := disposal.GetString("evidence")
	row, err := r.app.FindRecordById("evidence", id)
	if err != nil {
		return err
	}
	if row.GetString("status") != disposed {
		return fmt.Errorf("evidence %s is %s", id, row.GetString("status"))
	}
	copies, err := r.app.FindAllRecords("evidence_copies", dbx.HashExp{"evidence": id})
	if err != nil {
		return err
	}
	folders := []string{row.BaseFilesPath()}
	for _, c := range copies {
		folders = append(folders, c.BaseFilesPath())
	}
	if err := r.empty(folders, id); err != nil {
		return err
	}
	return kernel.Within(r.app, kernel.Actor{Door: "upload"}, func(tx core.App) error {
		for _, c := range copies {
			c.Set("removed", true)
			c.IgnoreUnchangedFields(true)
			if err := tx.SaveNoValidate(kernel.AsServer(c)); err != nil {
				return err
			}
		}
		d, err := tx.FindRecordById("evidence_disposals", disposal.Id)
		if err != nil {
			return err
		}
		d.Set("bytes_removed_at", types.NowDateTime())
		d.IgnoreUnchangedFields(true)
		if err := tx.Save(kernel.AsServer(d)); err != nil {
			return err
		}
		return evidencerules.Custody(tx, row, evidencerules.Step{Kind: "bytes_removed", Detail: fmt.Sprintf("the original and %d copies", len(copies))})
	})
}

// empty deletes everything that storage, quarantine and parts hold of a row.
func (r *Room) empty(folders []string, evidence string) error {
	fs, err := r.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	for _, folder := range folders {
		objects, err := fs.List(folder + "/")
		if err != nil {
			return err
		}
		for _, o := range objects {
			if err := fs.Delete(o.Key); err != nil && !errors.Is(err, filesystem.ErrNotFound) {
				return err
			}
		}
	}
	apart, err := filepath.Glob(filepath.Join(r.apart, evidence+"-*"))
	if err != nil {
		return err
	}
	for _, path := range apart {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	var lanes []string
	if err := r.app.ConcurrentDB().NewQuery(`SELECT id FROM uploads WHERE evidence = {:e}`).Bind(dbx.Params{"e": evidence}).Column(&lanes); err != nil {
		return err
	}
	for _, id := range lanes {
		if err := r.parts.drop(id); err != nil {
			return err
		}
	}
	return r.flush(folders)
}

// flush makes what was deleted stay so after a power cut.
func (r *Room) flush(folders []string) error {
	for _, dir := range []string{r.apart, string(r.parts)} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	if r.app.Settings().S3.Enabled {
		return nil
	}
	root := filepath.Join(r.app.DataDir(), core.LocalStorageDirName)
	for _, folder := range append(folders, collections.ID("evidence"), collections.ID("evidence_copies")) {
		if err := syncDir(filepath.Join(root, folder)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
