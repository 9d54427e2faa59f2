package upload

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// parts is the folder of what has arrived so far, one file an upload.
type parts string

const partExt = ".part"

func (p parts) path(id string) string { return filepath.Join(string(p), id+partExt) }

// begin makes an empty part file that is there after a power cut.
func (p parts) begin(id string) error {
	f, err := os.OpenFile(p.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("beginning a part: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("beginning a part: %w", err)
	}
	return syncDir(string(p))
}

// stands is how many bytes have arrived and when the last of them did.
func (p parts) stands(id string) (int64, time.Time, error) {
	info, err := os.Stat(p.path(id))
	if err != nil {
		return 0, time.Time{}, err
	}
	return info.Size(), info.ModTime(), nil
}

// drop removes a part; one that is gone already is no error.
func (p parts) drop(id string) error {
	if err := os.Remove(p.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// list is the ids of all parts.
func (p parts) list() ([]string, error) {
	entries, err := os.ReadDir(string(p))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), partExt); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// syncFile writes a file's bytes through to the disk, wherever a crash left them.
func syncFile(path string) error {
	f, err := os.Open(path) // it may be read-only by now
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes the names in a folder survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// full reports whether an error says that the disk has no more room.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// free is freeBytes; a test makes the disk small by it.
var free = freeBytes

// freeBytes is how many bytes the disk under a folder still takes.
func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("asking for the room on the disk: %w", err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
