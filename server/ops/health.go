package ops

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem/blob"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks"
	"holdfast/hooks/feed"
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
	Held      Waiting           `json:"held"`      // pushed, and waiting for what they belong to
	Refused   Waiting           `json:"refused"`   // to be put right by their author
	Conflicts Waiting           `json:"conflicts"` // to be settled
	Mail      map[string]int    `json:"mail"`      // by status, without what is over
	Devices   map[string]Phones `json:"devices"`   // by status
	Evidence  map[string]Stored `json:"evidence"`  // by status
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

// SignIn is what keeps the tally of sign-ins from telling people apart, and who has no
// address to sign in with.
type SignIn struct {
	UnknownProxy bool `json:"unknown_proxy"` // requests come through one that the settings do not name
	SetAside     int  `json:"set_aside"`     // accounts whose address was another's but for capitals
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
	h := &Health{At: stamp(at), Problems: []string{}, Mail: map[string]int{}, Devices: map[string]Phones{}, Evidence: map[string]Stored{}}
	db := app.ConcurrentDB()
	for _, ask := range []func() error{
		func() error { return h.house(app, at) },
		func() error { return h.feed(app) },
		func() error { return h.queues(db) },
		func() error { return h.phones(app, at) },
		func() error { return h.evidence(db) },
		func() error { return h.disk(app) },
		func() error { return h.backup(app) },
		func() error { return h.signIn(app) },
	} {
		if err := ask(); err != nil {
			return nil, err
		}
	}
	h.judge(at)
	if bad := hooks.Illegible(app); len(bad) > 0 {
		h.Problems = append(h.Problems, fmt.Sprintf("%d stored texts hold bytes that no phone can read, the first in %s.", len(bad), bad[0]))
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

func (h *Health) signIn(app core.App) error {
	h.SignIn.UnknownProxy = hooks.ProxyUnknown(app, false)
	return app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM users WHERE email LIKE {:e}) + (SELECT count(*) FROM _superusers WHERE email LIKE {:e})`).
		Bind(dbx.Params{"e": "%" + collections.Aside}).Row(&h.SignIn.SetAside)
}

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

// judge says in words what somebody should see to.
func (h *Health) judge(at time.Time) {
	say := func(when bool, format string, args ...any) {
		if when {
			h.Problems = append(h.Problems, fmt.Sprintf(format, args...))
		}
	}
	for _, what := range h.House.Differences {
		say(true, "This store was changed from outside: %s. Stop the server and run `holdfast repair`.", what)
	}
	for _, a := range h.House.Tried {
		say(true, "%s on %s; it was refused.", a.What, a.At.Time().Format("2 January"))
	}
	for _, ends := range h.House.Glasses {
		say(true, "Case content is open to an operator until %s.", ends.Time().In(london).Format("15:04"))
	}
	for _, since := range h.House.Untold {
		say(true, "An operator opened case content on %s, and nobody could be told: no mail about it has left. See to the mail settings, and tell the data protection officer.", since.Time().In(london).Format("2 January, 15:04"))
	}
	say(!h.Feed.InPlace, "Phones do not hear of every change: %s.", h.Feed.Problem)
	say(h.Backup == nil, "There is no backup in this server's folder.")
	say(h.Backup != nil && at.Sub(h.Backup.At.Time()) > backupAge, "The last backup is more than a day old.")
	say(h.Storage.Size > 0 && h.Storage.Free < h.Storage.Size/100*fullBelow, "Less than %d %% of the disk is free.", fullBelow)
	say(h.Mail["failed"] > 0, "Mails that could not be sent: %d.", h.Mail["failed"])
	say(h.Mail["unsure"] > 0, "Mails that may not have arrived: %d.", h.Mail["unsure"])
	say(h.Evidence["quarantined"].Count > 0, "Files in quarantine: %d.", h.Evidence["quarantined"].Count)
	say(h.SignIn.UnknownProxy, "Requests come through a proxy that the settings do not name: everybody seems to sign in from one address. Set the trusted proxy's headers.")
	say(h.SignIn.SetAside > 0, "Accounts that share an e-mail address with another but for capitals, and sign in nowhere: %d. Give each an address of its own in place of the one ending in %s, or remove it.", h.SignIn.SetAside, collections.Aside)
	say(h.Devices["wipe"].Count > 0, "Phones that have not yet confirmed that they are wiped: %d.", h.Devices["wipe"].Count)
}

func health(e *core.RequestEvent) error {
	h, err := healthOf(e.App, time.Now())
	if err != nil {
		return err
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, h)
}

func stamp(t time.Time) types.DateTime {
	d, _ := types.ParseDateTime(t)
	return d
}
