package upload

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// put gives storage the bytes of a part under a record's name for them, on the disk
// when it returns. On the local disk that is a second name for the same bytes. It
// may be asked again after a crash.
func put(app core.App, part string, row *core.Record, name string) error {
	key := row.BaseFilesPath() + "/" + name
	if !app.Settings().S3.Enabled {
		to := filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(key))
		if err := link(part, to); err == nil {
			return nil
		}
	}
	fs, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	file, err := filesystem.NewFileFromPath(part)
	if err != nil {
		return err
	}
	if err := fs.UploadFile(file, key); err != nil {
		return fmt.Errorf("storing the original: %w", err)
	}
	if app.Settings().S3.Enabled {
		return nil
	}
	to := filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(key))
	return errors.Join(syncFile(to), syncDir(filepath.Dir(to)))
}

// store gives storage a small file, on the disk when it returns.
func store(app core.App, fs *filesystem.System, content []byte, key string) error {
	if err := fs.Upload(content, key); err != nil {
		return fmt.Errorf("storing %s: %w", key, err)
	}
	if app.Settings().S3.Enabled {
		return nil
	}
	at := filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(key))
	return errors.Join(syncFile(at), syncDir(filepath.Dir(at)), syncDir(filepath.Dir(filepath.Dir(at))))
}

// link gives a file a second name that survives a power cut, and makes its bytes
// read-only.
func link(from, to string) error {
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Link(from, to); err != nil {
		return err
	}
	return errors.Join(os.Chmod(to, 0o400), syncDir(dir), syncDir(filepath.Dir(dir)))
}

// discard takes back what put has stored for an upload that was not sealed.
func discard(app core.App, row *core.Record, name string) error {
	fs, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	if err := fs.Delete(row.BaseFilesPath() + "/" + name); err != nil && !errors.Is(err, filesystem.ErrNotFound) {
		return err
	}
	return nil
}
