package lineage

import (
	"sync"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Line is a store's history as one process knows it.
type Line struct {
	app       core.App
	seen      atomic.Pointer[Place] // the furthest place that was read
	run       int64                 // with which this process began
	beginning sync.Mutex            // one epoch at a time
	outside   *marks
	tell      func(core.App) error
}

const stored = "holdfast.lineage"

// Of is the line of an app's store.
func Of(app core.App) *Line {
	if l, ok := app.Store().Get(stored).(*Line); ok {
		return l
	}
	l := &Line{app: app, outside: marksIn(app.DataDir())}
	return app.Store().GetOrSet(stored, func() any { return l }).(*Line)
}

// Bind has every process begin a run before it writes anything else, and leave its mark
// when it ends. tell tells people of each epoch that began, when it can be.
func Bind(app core.App, tell func(core.App) error) {
	app.OnBootstrap().BindFunc(func(e *core.BootstrapEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		l := Of(e.App)
		l.tell = tell
		return l.start()
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		defer Leave(e.App) // no request is under way any more
		return e.Next()
	})
}

// Leave writes down how far this process came, and no more after that.
func Leave(app core.App) {
	l := Of(app)
	if err := l.outside.leave(); err != nil {
		app.Logger().Warn("Writing down how far the store's history goes", "error", err)
	}
}

// start holds the database against the marks outside it, and begins this process's run. A
// store that has no tables yet begins its first when they are laid.
func (l *Line) start() error {
	if !l.app.HasTable("sync_counter") || !l.app.HasTable("sync_runs") {
		l.outside.forget()
		return nil
	}
	shown := l.outside.read()
	why := ""
	err := l.app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		epoch, err := present(db)
		if err != nil {
			return err
		}
		if err := First(db); err != nil {
			return err
		}
		if err := db.NewQuery(`SELECT max(run) + 1 FROM sync_runs`).Row(&l.run); err != nil {
			return err
		}
		above, strange, err := marked(db, shown)
		if err != nil {
			return err
		}
		if strange {
			why = OlderCopy
		}
		if why != "" {
			_, err = anew(db, why, above)
			return err
		}
		return begin(db, epoch, above)
	})
	if err != nil {
		return err
	}
	if why != "" {
		l.app.Logger().Error(Says(why))
	}
	_, err = l.Now()
	return err
}

// marked holds a database against marks outside it: how far they tell of, and whether of
// what it does not know.
func marked(db dbx.Builder, shown []Place) (above int64, strange bool, err error) {
	for _, p := range shown {
		above = max(above, p.Seq)
		s, err := stand(db, p)
		if err != nil {
			return 0, false, err
		}
		if s == news {
			strange = true
			if err := lose(db, p); err != nil {
				return 0, false, err
			}
		}
	}
	return above, strange, nil
}

// Now is the place of now. A database that is behind what this process has read of it was
// changed for another under it.
func (l *Line) Now() (Place, error) {
	before := l.seen.Load()
	p, err := Here(l.app.ConcurrentDB())
	if err != nil {
		return p, err
	}
	return l.Read(before, p)
}

// Seen is the furthest place that was read; what is read after asking for it lies no lower.
func (l *Line) Seen() *Place { return l.seen.Load() }

// Read takes note of a place that was read after before was asked for.
func (l *Line) Read(before *Place, p Place) (Place, error) {
	if before == nil || p.Seq >= before.Seq {
		l.Note(p)
		return p, nil
	}
	err := l.Begin(Swapped, *before)
	if err == nil {
		p, err = Here(l.app.ConcurrentDB())
	}
	if err == nil {
		l.seen.Store(&p)
	}
	return p, err
}

// Note takes note of a place that is on the disk.
func (l *Line) Note(p Place) {
	for {
		was := l.seen.Load()
		if was != nil && was.Seq >= p.Seq {
			return
		}
		if l.seen.CompareAndSwap(was, &p) {
			break
		}
	}
	if err := l.outside.note(p); err != nil {
		l.app.Logger().Warn("The mark beside the store cannot be written: that an older copy of the whole folder was put back is then noticed only by its phones", "error", err)
	}
}

// Epoch is the identity of the present history.
func (l *Line) Epoch() string {
	if p := l.seen.Load(); p != nil {
		return p.Epoch
	}
	p, err := l.Now()
	if err != nil {
		return ""
	}
	return p.Epoch
}

// Judge tells whether a place that somebody shows is of this history. One that proves that
// an older copy was put in this database's place begins a new epoch, once.
func (l *Line) Judge(p Place) (bool, error) {
	if at := l.seen.Load(); at != nil && p.Mark == at.Mark && p.Epoch == at.Epoch && p.Seq <= at.Seq {
		return true, nil
	}
	if _, err := l.Now(); err != nil {
		return false, err
	}
	s, err := stand(l.app.ConcurrentDB(), p)
	if err == nil && s == news {
		return false, l.Begin(Phone, p)
	}
	return s == ours, err
}

// Begin begins a new epoch because of a place that is not of this history; where another
// request did so meanwhile, that one stands.
func (l *Line) Begin(why string, p Place) error {
	return l.beginIf(why, p.Seq, func(db dbx.Builder) (bool, error) {
		s, err := stand(db, p)
		if err != nil || s != news {
			return false, err
		}
		return true, lose(db, p)
	})
}

// Ahead begins a new epoch because something is known outside that this database should
// know, and is no place. A restore implies a new process: an epoch that began since this
// one did is the answer already, so that there is one, and not one for each who comes.
func (l *Line) Ahead(why string) error {
	return l.beginIf(why, 0, func(db dbx.Builder) (due bool, err error) {
		err = db.NewQuery(`SELECT min(run) < {:mine} FROM sync_runs WHERE epoch = (SELECT epoch FROM sync_runs WHERE run = (SELECT max(run) FROM sync_runs))`).
			Bind(dbx.Params{"mine": l.run}).Row(&due)
		return due, err
	})
}

func (l *Line) beginIf(why string, above int64, is func(dbx.Builder) (bool, error)) error {
	l.beginning.Lock()
	defer l.beginning.Unlock()
	begun := false
	err := l.app.RunInTransaction(func(tx core.App) (err error) {
		if begun, err = is(tx.NonconcurrentDB()); err != nil || !begun {
			return err
		}
		_, err = anew(tx.NonconcurrentDB(), why, above)
		return err
	})
	if err != nil || !begun {
		return err
	}
	p, err := Here(l.app.ConcurrentDB())
	if err != nil {
		return err
	}
	l.Note(p)
	l.app.Logger().Error(Says(why), "epoch", p.Epoch)
	if l.tell != nil {
		err = l.tell(l.app)
	}
	return err
}
