package verify

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Shelf is where bytes are kept, to be read only.
type Shelf interface {
	// Each hands out every object below a prefix that ends in a slash.
	Each(prefix string, do func(key string, at time.Time) error) error
	// Open reads one; ErrNotThere when there is none.
	Open(key string) (io.ReadSeekCloser, error)
}

// ErrNotThere says that there is no such object.
var ErrNotThere = errors.New("there is no such object in storage")

// Disk is the local storage below a folder, walked without a list of it.
type Disk string

// attributes is the ending of what PocketBase writes beside an object.
const attributes = ".attrs"

// Each hands out every file below a prefix.
func (d Disk) Each(prefix string, do func(key string, at time.Time) error) error {
	root := filepath.Join(string(d), filepath.FromSlash(prefix))
	return filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing was ever stored, or it went while we walked
		}
		if err != nil || entry.IsDir() {
			return err
		}
		if beside, ok := strings.CutSuffix(at, attributes); ok {
			if _, err := os.Lstat(beside); err == nil {
				return nil
			}
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := filepath.Rel(string(d), at)
		if err != nil {
			return err
		}
		return do(filepath.ToSlash(key), info.ModTime())
	})
}

// Open reads one file.
func (d Disk) Open(key string) (io.ReadSeekCloser, error) {
	f, err := os.Open(filepath.Join(string(d), filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotThere
	}
	return f, err
}
