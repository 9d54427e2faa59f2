package ops

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
)

// When the operator is told of something.
const (
	backupAge = 26 * time.Hour     // a night's backup, and two hours' patience
	quietFor  = 7 * 24 * time.Hour // a phone in use renews its tokens every ten minutes
	fullBelow = 10                 // per cent of the disk that is free
)

// Health is how the server is, in numbers: no name of anybody and nothing of a case.
type Health struct {
	At       types.DateTime `json:"at"`
	Problems []string       `json:"problems"` // what somebody should see to, in words
	Feed     struct {
		InPlace bool   `json:"in_place"`
		Problem string `json:"problem,omitempty"`
		Epoch   string `json:"epoch"`
		Head    int64  `json:"head"`
	} `json:"feed"`
	History   History           `json:"history"`
	Held      Waiting           `json:"held"`      // pushed, and waiting for what they belong to
	Refused   Waiting           `json:"refused"`   // to be put right by their author
	Conflicts Waiting           `json:"conflicts"` // to be settled
	Mail      map[string]int    `json:"mail"`      // by status, without what is over
	Unsent    Unsent            `json:"unsent"`
	Keys      []string          `json:"keys"`     // for what those are that are older than they should be
	Devices   map[string]Phones `json:"devices"`  // by status
	Evidence  map[string]Stored `json:"evidence"` // by status
	Storage   Storage           `json:"storage"`
	Backup    *Backup           `json:"backup"` // the latest; null: there is none
	House     House             `json:"house"`
	SignIn    SignIn            `json:"sign_in"`
}

// Waiting is a queue: how much, and since when.
type Waiting struct {
	Count  int            `json:"count"`
	Oldest types.DateTime `json:"oldest"`
}

// Phones are those of one status; quiet ones were not seen for a week.
type Phones struct {
	Count    int            `json:"count"`
	Quiet    int            `json:"quiet"`
	LastSeen types.DateTime `json:"last_seen"`
}

// Stored is evidence of one status.
type Stored struct {
	Count int   `json:"count"`
	Bytes int64 `json:"bytes"`
}

// Storage is room on the disk, in bytes; the disk's own are 0 where they cannot be told.
type Storage struct {
	Database int64 `json:"database"`
	Log      int64 `json:"log"` // written and not yet folded into the database
	Free     int64 `json:"free"`
	Size     int64 `json:"size"`
}

// Backup is a file in the server's folder of backups. What the host copies elsewhere
// is not seen from here.
type Backup struct {
	Name  string         `json:"name"`
	At    types.DateTime `json:"at"`
	Bytes int64          `json:"bytes"`
}

// healthOf asks everything at one moment. Each question is answered by what is open,
// by a small table or by an index alone: evidence is counted from its index, and
// nothing else grows with the store.
func healthOf(app core.App, at time.Time) (*Health, error) {
	h := &Health{At: stamp(at), Problems: []string{}, Keys: []string{}, Mail: map[string]int{}, Devices: map[string]Phones{}, Evidence: map[string]Stored{}}
	db := app.ConcurrentDB()
	for _, ask := range []func() error{
		func() error { return h.house(app, at) },
		func() error { return h.feed(app) },
		func() error { return h.lineage(app) },
		func() error { return h.queues(db) },
		func() error { return h.phones(app, at) },
		func() error { return h.evidence(db) },
		func() error { return h.disk(app) },
		func() error { return h.backup(app) },
		func() error { return h.signIn(app) },
		func() error { return h.mail(app, at) },
		func() error { return h.keys(app, at) },
	} {
		if err := ask(); err != nil {
			return nil, err
		}
	}
	h.judge(at)
	if bad := kernel.Illegible(app); len(bad) > 0 {
		h.Problems = append(h.Problems, fmt.Sprintf("%d stored texts hold bytes that no phone can read, the first in %s.", len(bad), bad[0]))
	}
	if bad := kernel.Untimely(app); len(bad) > 0 {
		h.Problems = append(h.Problems, fmt.Sprintf("%d stored days or times cannot be true, the first in %s.", len(bad), bad[0]))
	}
	return h, nil
}

func (h *Health) feed(app core.App) (err error) {
	if err := feed.Check(app); err != nil {
		h.Feed.Problem = err.Error()
	}
	h.Feed.InPlace = h.Feed.Problem == ""
	if h.Feed.Epoch, err = feed.Epoch(app.ConcurrentDB()); err != nil {
		return err
	}
	h.Feed.Head, err = feed.Head(app.ConcurrentDB())
	return err
}

func (h *Health) queues(db dbx.Builder) error {
	for _, q := range []struct {
		to            *Waiting
		table, status string
	}{{&h.Held, "sync_refusals", "held"}, {&h.Refused, "sync_refusals", "open"}, {&h.Conflicts, "sync_conflicts", "open"}} {
		if err := db.NewQuery(`SELECT count(*), coalesce(min(created), '') FROM `+q.table+` WHERE status = {:s}`).
			Bind(dbx.Params{"s": q.status}).Row(&q.to.Count, &q.to.Oldest); err != nil {
			return fmt.Errorf("counting %s: %w", q.table, err)
		}
	}
	var mail []struct {
		Status string `db:"status"`
		N      int    `db:"n"`
	}
	err := db.NewQuery(`SELECT status, count(*) AS n FROM outbox WHERE status IN ('queued', 'sending', 'failed', 'unsure') GROUP BY status`).All(&mail)
	for _, m := range mail {
		h.Mail[m.Status] = m.N
	}
	return err
}

func (h *Health) phones(app core.App, at time.Time) error {
	seen := `SELECT NULL AS device, 0 AS used WHERE 0`
	if app.HasTable("device_sessions") {
		seen = `SELECT device, max(used) AS used FROM device_sessions GROUP BY device`
	}
	var rows []struct {
		Status string `db:"status"`
		N      int    `db:"n"`
		Quiet  int    `db:"quiet"`
		Last   int64  `db:"last"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT d.status, count(*) AS n, coalesce(sum(coalesce(s.used, 0) < {:since}), 0) AS quiet, coalesce(max(s.used), 0) AS last
		FROM devices d LEFT JOIN (` + seen + `) s ON s.device = d.id GROUP BY d.status`).Bind(dbx.Params{"since": at.Add(-quietFor).Unix()}).All(&rows)
	for _, r := range rows {
		p := Phones{Count: r.N, Quiet: r.Quiet}
		if r.Last > 0 {
			p.LastSeen = stamp(time.Unix(r.Last, 0))
		}
		h.Devices[r.Status] = p
	}
	return err
}

func (h *Health) evidence(db dbx.Builder) error {
	var rows []struct {
		Status string `db:"status"`
		N      int    `db:"n"`
		Bytes  int64  `db:"bytes"`
	}
	err := db.NewQuery(evidenceCounts).All(&rows)
	for _, r := range rows {
		h.Evidence[r.Status] = Stored{r.N, r.Bytes}
	}
	return err
}

// evidenceCounts is answered by the index on status, sealed_at and size alone.
const evidenceCounts = `SELECT status, count(*) AS n, coalesce(sum(size), 0) AS bytes FROM evidence GROUP BY status`

func (h *Health) disk(app core.App) error {
	for name, to := range map[string]*int64{"data.db": &h.Storage.Database, "data.db-wal": &h.Storage.Log} {
		if f, err := os.Stat(filepath.Join(app.DataDir(), name)); err == nil {
			*to = f.Size()
		}
	}
	h.Storage.Free, h.Storage.Size = diskRoom(app.DataDir())
	return nil
}

func (h *Health) backup(app core.App) error {
	fs, err := app.NewBackupsFilesystem()
	if err != nil {
		return fmt.Errorf("opening the folder of backups: %w", err)
	}
	defer fs.Close()
	files, err := fs.List("")
	if err != nil || len(files) == 0 {
		return err
	}
	last := slices.MaxFunc(files, func(a, b *blob.ListObject) int { return cmp.Compare(a.ModTime.UnixNano(), b.ModTime.UnixNano()) })
	h.Backup = &Backup{Name: last.Key, At: stamp(last.ModTime), Bytes: last.Size}
	return nil
}

func stamp(t time.Time) types.DateTime {
	d, _ := types.ParseDateTime(t)
	return d
}
