package signing

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Unite puts into a store's folder its ring of that name, with every key that any of the
// other folders has of it: what was signed after a copy was made stays good when the copy
// is put back, and what was revoked stays so. The first folder's current keys sign. A ring
// that was handed in is only held against the name.
func Unite(name, to string, folders ...string) error {
	if name == "" {
		return nil // from before there were rings: the keys are in the database
	}
	at := place{path: filepath.Join(to, Folder, "ring.json")}
	from := []place{}
	for _, f := range folders {
		from = append(from, place{path: filepath.Join(f, Folder, "ring.json")})
	}
	handed := os.Getenv(Handed) != ""
	if handed {
		at = placeIn(to)
		from = []place{at}
	}
	var whole *ring
	other := ""
	for _, p := range from {
		r, _, err := p.read()
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case r.Name != name:
			other = r.Name
		case whole == nil:
			whole = r
		default:
			whole.unite(r, time.Now())
		}
	}
	if whole == nil {
		return &ErrNoKeys{Place: at.String(), Other: other}
	}
	if handed {
		return nil
	}
	return at.write(whole)
}

func (r *ring) unite(o *ring, at time.Time) {
	var more []Key
	for _, k := range o.Keys {
		i := slices.IndexFunc(r.Keys, func(has Key) bool { return has.ID == k.ID && has.For == k.For })
		switch {
		case i >= 0 && k.Status == Revoked:
			r.Keys[i] = k
		case i < 0:
			if k.Status == Current {
				k.retire(at)
			}
			more = append(more, k)
		}
	}
	r.Keys = append(more, r.Keys...)
}
