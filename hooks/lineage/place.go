package lineage

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"

	"holdfast/hooks/signing"
)

// Place is a place in a store's history.
type Place struct {
	Epoch string `json:"epoch" db:"epoch"`
	Mark  string `json:"mark" db:"mark"` // of the run; none in what an earlier build gave out
	Seq   int64  `json:"seq" db:"seq"`
}

// hereSQL reads the place of now, all of one moment.
const hereSQL = `SELECT r.epoch, r.mark, c.seq FROM sync_counter c, sync_runs r WHERE r.run = (SELECT max(run) FROM sync_runs)`

// Here is the place of now, as a connection or a transaction sees it.
func Here(db dbx.Builder) (p Place, err error) {
	if err = db.NewQuery(hereSQL).One(&p); err != nil {
		err = fmt.Errorf("reading the place in history: %w", err)
	}
	return p, err
}

// standing is what a place is to this history.
type standing int

const (
	ours  standing = iota
	other          // of an epoch that is over here, or known to be lost
	news           // it proves that this database is older than who shows it
)

// stand tells what a place is to the history of a database.
func stand(db dbx.Builder, p Place) (standing, error) {
	here, err := Here(db)
	if err != nil {
		return other, err
	}
	if p.Epoch != here.Epoch {
		var known bool
		err := db.NewQuery(`SELECT EXISTS (SELECT 1 FROM sync_epochs WHERE epoch = {:e})`).Bind(dbx.Params{"e": p.Epoch}).Row(&known)
		if err != nil || known || p.Mark == "" { // an earlier build kept no list of epochs
			return other, err
		}
		return news, nil
	}
	end := here.Seq
	if p.Mark == "" { // before there were runs
		err = db.NewQuery(`SELECT since FROM sync_runs ORDER BY run LIMIT 1`).Row(&end)
	} else {
		err = db.NewQuery(`SELECT coalesce((SELECT n.since FROM sync_runs n WHERE n.run > r.run ORDER BY n.run LIMIT 1), {:head})
			FROM sync_runs r WHERE r.mark = {:m}`).Bind(dbx.Params{"m": p.Mark, "head": here.Seq}).Row(&end)
		if errors.Is(err, sql.ErrNoRows) {
			return news, nil
		}
	}
	if err != nil || p.Seq <= end {
		return ours, err
	}
	return news, nil
}

// sealed is a place as a client keeps it.
type sealed struct {
	jwt.RegisteredClaims
	Place
}

// Seal writes a place as the text that a client keeps and shows.
func (l *Line) Seal(p Place) (string, error) {
	keys, err := signing.Load(l.app)
	if err != nil {
		return "", err
	}
	return keys.Seal(signing.History, sealed{Place: p})
}

// Foreign is what a client showed, where that is not of this history: it gets it back in
// place of the present one, to be known by until it has offered again what was lost.
func (l *Line) Foreign(shown string) (string, error) {
	ours, err := l.Shown(shown)
	if ours {
		shown = ""
	}
	return shown, err
}

// Shown judges what a client shows as its place in history: whether it is of this one. What
// nobody vouches for counts as nothing shown, unless it says that it is of another epoch:
// keys can be lost, and with them a history. It begins no epoch.
func (l *Line) Shown(text string) (ours bool, err error) {
	here, err := l.Now() // whoever asks: a database that is behind itself is noticed
	if err != nil || text == "" {
		return err == nil, err
	}
	keys, err := signing.Load(l.app)
	if err != nil {
		return false, err
	}
	var p sealed
	if err := keys.Open(signing.History, text, &p); err == nil {
		return l.Judge(p.Place)
	} else if !errors.Is(err, signing.ErrUnknownKey) {
		return true, nil
	}
	p = sealed{}
	if _, _, err := jwt.NewParser().ParseUnverified(text, &p); err != nil || p.Epoch == "" {
		return true, nil
	}
	return p.Epoch == here.Epoch, nil
}
