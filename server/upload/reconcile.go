package upload

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"holdfast/collections"
)

// Reconcile holds storage against the sealed rows, reading every original again.
// Missing and altered are ids of evidence; extra are storage keys that no row
// names. One flipped byte is altered.
func Reconcile(app core.App) (missing, extra, altered []string, err error) {
	fs, err := app.NewFilesystem()
	if err != nil {
		return nil, nil, nil, err
	}
	defer fs.Close()

	// Storage is listed before the rows are read: what is sealed meanwhile is then
	// on the rows, and is not taken for extra.
	objects, err := fs.List(collections.ID("evidence") + "/")
	if err != nil {
		return nil, nil, nil, fmt.Errorf("listing storage: %w", err)
	}
	named := map[string]bool{}
	for after := ""; ; {
		var rows []sealedRow
		err := app.ConcurrentDB().NewQuery(`SELECT id, file, sha256, size FROM evidence
			WHERE id > {:a} AND status = 'sealed' ORDER BY id LIMIT 500`).Bind(dbx.Params{"a": after}).All(&rows)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, row := range rows {
			named[row.key()] = true
			switch same, err := row.same(fs); {
			case errors.Is(err, filesystem.ErrNotFound) || row.File == "":
				missing = append(missing, row.ID)
			case err != nil:
				return nil, nil, nil, fmt.Errorf("reading the original of %s: %w", row.ID, err)
			case !same:
				altered = append(altered, row.ID)
			}
			after = row.ID
		}
		if len(rows) < 500 {
			break
		}
	}
	under, err := underWay(app)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, o := range objects {
		if id := uploadOf(o.Key); !named[o.Key] && !slices.Contains(under, id) {
			extra = append(extra, o.Key)
		}
	}
	return missing, extra, altered, nil
}

type sealedRow struct {
	ID     string `db:"id"`
	File   string `db:"file"`
	SHA256 string `db:"sha256"`
	Size   int64  `db:"size"`
}

func (s sealedRow) key() string { return collections.ID("evidence") + "/" + s.ID + "/" + s.File }

func (s sealedRow) same(fs *filesystem.System) (bool, error) {
	if s.File == "" {
		return false, nil
	}
	f, err := fs.GetReader(s.key())
	if err != nil {
		return false, err
	}
	defer f.Close()
	if f.Size() != s.Size {
		return false, nil
	}
	sum, err := sha256Of(f)
	return sum == s.SHA256, err
}

// underWay are the uploads that may have stored bytes whose row is not written yet.
func underWay(app core.App) (ids []string, err error) {
	if !app.HasTable("uploads") {
		return nil, nil
	}
	err = app.ConcurrentDB().NewQuery(`SELECT id FROM uploads WHERE state = 'open'`).Column(&ids)
	return ids, err
}

// uploadOf is the upload that a storage key was made by, or empty.
func uploadOf(key string) string {
	name := path.Base(key)
	id, ok := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), "original_")
	if !ok {
		return ""
	}
	return id
}
