package account

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
)

// Ended is what the name of a store's folder and of the list that lies beside it differ in.
const Ended = ".ended"

// A word is how far a phone or an account was believed from a moment on. The words lie
// outside the database, beside the ring and beside the folder, so that a copy put back by
// hand does not believe again whom nobody should.
type word struct {
	Store string `json:"store"` // the ring's name: the folder may have been another's
	Of    string `json:"of"`    // devices or users
	ID    string `json:"id"`
	Is    string `json:"is"` // a device's status; of an account active or off
	At    int64  `json:"at"` // Unix nanoseconds
}

// stops are the words that end something, each stronger than those before it.
var stops = []string{"active", "off", "locked", "ended", "wipe", "wiped"}

func wordsIn(app core.App) []string {
	dir := app.DataDir()
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return []string{filepath.Join(dir, signing.Folder, "ended"), dir + Ended}
}

// standsSQL reads a word as it stands.
const standsSQL = `SELECT coalesce((SELECT value FROM sync_meta WHERE name = 'keys'), '') AS store, `

var standing = map[string]string{
	"devices": standsSQL + `'devices' AS of, id, status AS "is" FROM devices WHERE id = {:id}`,
	"users":   standsSQL + `'users' AS of, id, iif(active, 'active', 'off') AS "is" FROM users WHERE id = {:id}`,
}

// bindEnded writes down, once it is on disk, how each phone and account stands whose
// standing was written: what a savepoint took back does not stand.
func bindEnded(app core.App) {
	kernel.Updating(app, "devices", "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderStamp, Func: func(e *core.RecordEvent) error {
		of, id := e.Record.Collection().Name, e.Record.Id
		field := map[string]string{"devices": "status", "users": "active"}[of]
		before := e.Record.Original().GetString(field)
		tx := e.App.TxInfo()
		err := e.Next()
		if err != nil || e.Record.GetString(field) == before || tx == nil {
			return err
		}
		tx.OnComplete(func(failed error) error {
			if failed != nil {
				return nil
			}
			var w word
			err := app.NonconcurrentDB().NewQuery(standing[of]).Bind(dbx.Params{"id": id}).One(&w)
			if err == nil && w.Store != "" {
				w.At = time.Now().UnixNano()
				err = say(app, w)
			}
			if err != nil { // it has ended all the same: only a copy put back by hand would not know
				app.Logger().Error("Writing down beside the database what has ended", "of", of, "id", id, "error", err)
			}
			return nil
		})
		return nil
	}})
}

func say(app core.App, w word) (err error) {
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	for _, path := range wordsIn(app) {
		f, wrong := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if wrong == nil {
			_, wrong = f.Write(append(raw, '\n'))
			wrong = errors.Join(wrong, f.Sync(), f.Close())
		}
		err = errors.Join(err, wrong)
	}
	return err
}

// lastWords are the latest of each phone and account of a store. A line that is not whole,
// the last of a power cut, says nothing.
func lastWords(app core.App, store string) (map[[2]string]word, error) {
	last := map[[2]string]word{}
	for _, path := range wordsIn(app) {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var w word
			if json.Unmarshal(lines.Bytes(), &w) != nil || w.Store != store || !slices.Contains(stops, w.Is) {
				continue
			}
			if key := [2]string{w.Of, w.ID}; w.At >= last[key].At {
				last[key] = w
			}
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return last, nil
}

// KeepEnded ends again, as the server starts, what the database believes and was ended: it
// is an older copy that was put back by hand.
func KeepEnded(app core.App) error {
	var store string
	if err := app.ConcurrentDB().NewQuery(`SELECT coalesce(max(value), '') FROM sync_meta WHERE name = 'keys'`).Row(&store); err != nil || store == "" {
		return err
	}
	last, err := lastWords(app, store)
	if err != nil {
		return err
	}
	n := map[string]int{}
	err = kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error {
		for key, w := range last {
			var now word
			if q := tx.NonconcurrentDB().NewQuery(standing[w.Of]).Bind(dbx.Params{"id": w.ID}); q.One(&now) != nil {
				continue // the copy has no such phone, or account
			}
			if slices.Index(stops, now.Is) >= slices.Index(stops, w.Is) {
				continue
			}
			r, err := tx.FindRecordById(w.Of, w.ID)
			if err != nil {
				return err
			}
			if w.Of == "users" {
				r.Set("active", false)
			} else {
				r.Set("status", w.Is)
			}
			if err := tx.SaveNoValidate(kernel.AsServer(r)); err != nil {
				return fmt.Errorf("ending %s %s again: %w", key[0], key[1], err)
			}
			n[w.Of]++
		}
		return nil
	})
	if err == nil && len(n) > 0 {
		app.Logger().Error("The database believed again what had been ended since it was copied; it is ended again.", "phones", n["devices"], "accounts", n["users"])
	}
	return err
}
