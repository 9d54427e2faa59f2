package place

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Unfinished is in a folder for as long as it is not a whole copy.
const Unfinished = "unfinished"

// Aside is a free name beside a store's folder for what is not in use.
func Aside(dir string, at time.Time) string {
	name := dir + ".replaced-" + at.Format("2006-01-02-150405")
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		name = fmt.Sprintf("%s.replaced-%s-%d", dir, at.Format("2006-01-02-150405"), n)
	}
}

// Leftovers are copies beside a store's folder that were never finished.
func Leftovers(dir string) (all []string) {
	found, _ := filepath.Glob(dir + ".replaced-*/" + Unfinished)
	for _, f := range found {
		all = append(all, filepath.Dir(f))
	}
	return all
}

// Apart refuses two folders of which one is the other, or lies in it.
func Apart(a, b string) error {
	var at []string
	for _, path := range []string{a, b} {
		real, err := filepath.EvalSymlinks(path)
		if errors.Is(err, fs.ErrNotExist) {
			real, err = filepath.Abs(path)
		}
		if err != nil {
			return err
		}
		at = append(at, real+string(filepath.Separator))
	}
	if strings.HasPrefix(at[0], at[1]) || strings.HasPrefix(at[1], at[0]) {
		return fmt.Errorf("%s is the store itself, or lies in it: a copy is put back from a folder of its own", b)
	}
	return nil
}

// Copy copies a store's files into a new folder, for this user alone and onto the disk. What
// belongs to a process that has it open is left out; the copy says that it is unfinished.
func Copy(from, to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, Unfinished), nil, 0o600); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rest)
		switch name := d.Name(); {
		case rest == ".", rest == "lock", rest == Unfinished, strings.HasSuffix(name, ".db-shm"):
			return nil
		case d.IsDir():
			return os.MkdirAll(at, 0o700)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a folder: it cannot be copied", path)
		}
		return copyFile(path, at)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Exchange gives two folders each other's name: at once where the system can, so that
// whoever looks finds a whole store.
func Exchange(a, b string) error {
	if err := exchange(a, b); err != nil {
		return fmt.Errorf("putting %s in the place of %s: %w (a folder that is a mount of its own cannot be replaced: have the store in a folder below it)", a, b, err)
	}
	return nil
}

// oneByOne is Exchange where the system has no such call.
func oneByOne(a, b string) error {
	between := b + ".between"
	if err := os.Rename(b, between); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(between, b))
	}
	return os.Rename(between, a)
}
