package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/store"
)

// Folder is where a store has its ring, beside the database.
const Folder = "keys"

// Handed is the variable that hands the ring in: the path of its file, or, where it
// begins with a brace, the ring itself, which is then never changed from here.
const Handed = "HOLDFAST_KEYS"

// place is where a ring is.
type place struct {
	path string // of its file
	text string // the ring itself, when it was handed in so
}

// stamp tells one state of the file from the next.
type stamp struct {
	at   time.Time
	size int64
}

func placeOf(app core.App) place { return placeIn(app.DataDir()) }

func placeIn(dir string) place {
	given := strings.TrimSpace(os.Getenv(Handed))
	switch {
	case strings.HasPrefix(given, "{"):
		return place{text: given}
	case given != "":
		return place{path: given}
	}
	return place{path: filepath.Join(dir, Folder, "ring.json")}
}

func (p place) String() string {
	if p.text != "" {
		return "the variable " + Handed
	}
	return p.path
}

// read answers fs.ErrNotExist where there is no ring.
func (p place) read() (*ring, stamp, error) {
	raw := []byte(p.text)
	var s stamp
	if p.text == "" {
		info, err := os.Stat(p.path)
		if err != nil {
			return nil, s, err
		}
		s = stamp{info.ModTime(), info.Size()}
		if raw, err = os.ReadFile(p.path); err != nil {
			return nil, s, err
		}
	}
	r, err := parseRing(raw)
	if err != nil {
		return nil, s, fmt.Errorf("reading the keys in %s: %w", p, err)
	}
	return r, s, nil
}

// stamp is the file's present state.
func (p place) stamp() (s stamp) {
	if info, err := os.Stat(p.path); p.text == "" && err == nil {
		s = stamp{info.ModTime(), info.Size()}
	}
	return s
}

var errHandedIn = errors.New("the keys were handed in by " + Handed + " itself and are not changed from here: hand in a new ring")

// write puts a ring in place, whole or not at all, and on the disk.
func (p place) write(r *ring) error {
	if p.text != "" {
		return errHandedIn
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(p.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	part := p.path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the keys: %w", err)
	}
	if err := os.Rename(part, p.path); err != nil {
		return err
	}
	for _, folder := range []string{dir, filepath.Dir(dir)} { // the name, and the folder's own where it is new
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// alone keeps other processes from changing the ring meanwhile.
func (p place) alone(change func() error) error {
	if p.text != "" {
		return errHandedIn
	}
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return err
	}
	release, err := store.Lock(p.path+".lock", true)
	if err != nil {
		return err
	}
	return errors.Join(change(), release())
}
