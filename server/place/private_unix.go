//go:build linux || darwin || freebsd

package place

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Private has this process make every file and folder for its own user alone.
func Private() { syscall.Umask(0o077) }

// Tighten closes a store that is there to everybody but its owner, and says how many
// files and folders were open. What links lead to is not touched.
func Tighten(dir string) (n int, err error) {
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		if os.IsNotExist(err) {
			return 0, nil // it will be made closed
		}
		return 0, err
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // a running server took it away
		}
		if err != nil || (!d.IsDir() && !d.Type().IsRegular()) {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		n++
		if err := os.Chmod(path, info.Mode().Perm()&^0o077); !os.IsNotExist(err) {
			return err
		}
		return nil
	})
	return n, err
}
