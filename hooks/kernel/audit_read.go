package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// AuditRead writes down, before it is delivered, what somebody is about to be shown.
//
// Why beside the database, in a file that SettleAudit empties into the log: a reader
// that wrote there itself would wait for the one writer and for the disk, behind every
// push and upload under way, and would empty every other reader's cache. A process
// that is killed loses no line; a power cut may lose those of its last second. Reads
// only: a write's entry is in the write's own transaction.
func AuditRead(app core.App, a Actor, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var out bytes.Buffer
	for _, e := range entries {
		l, err := newLine(a, e)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(&out).Encode(l); err != nil {
			return err
		}
	}
	s := spoolOf(app)
	s.appending.Lock()
	defer s.appending.Unlock()
	f, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing down what is read: %w", err)
	}
	_, err = f.Write(out.Bytes())
	return errors.Join(err, f.Close())
}

// SettleAudit moves into the audit log what was read until now. Cut off anywhere, it
// moves the same lines again, and each counts once.
func SettleAudit(app core.App) error {
	s := spoolOf(app)
	s.moving.Lock()
	defer s.moving.Unlock()
	if err := s.settle(app); err != nil { // what an earlier one left
		return err
	}
	s.appending.Lock()
	err := os.Rename(s.path, s.taken())
	s.appending.Unlock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, s.settle(app))
}

// SettleAuditUntil settles every second until the context ends, and once more then.
func SettleAuditUntil(ctx context.Context, app core.App) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := SettleAudit(app); err != nil {
			app.Logger().Error("What was read waits to be moved into the audit log", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			_ = SettleAudit(app)
			return
		}
	}
}

// spool is where a store's read lines wait.
type spool struct {
	path              string
	appending, moving sync.Mutex
}

var spools sync.Map // a store's folder -> *spool

func spoolOf(app core.App) *spool {
	s, _ := spools.LoadOrStore(app.DataDir(), &spool{path: filepath.Join(app.DataDir(), "audit.reads")})
	return s.(*spool)
}

func (s *spool) taken() string { return s.path + ".taken" }

// settle moves the lines that were taken, and lets them go when the log has them.
func (s *spool) settle(app core.App) error {
	raw, err := os.ReadFile(s.taken())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var lines []line
	for text := range bytes.Lines(raw) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil { // the last one, cut by a power cut
			app.Logger().Error("A line of what was read cannot be made out", "error", err)
			continue
		}
		lines = append(lines, l)
	}
	if err := app.RunInTransaction(func(tx core.App) error { return writeAudit(tx, movedLines, lines) }); err != nil {
		return fmt.Errorf("moving what was read into the audit log: %w", err)
	}
	return os.Remove(s.taken())
}

// BindAuditRead moves what was read into the log while the server runs.
func BindAuditRead(app core.App) { WhileServed(app, SettleAuditUntil) }
