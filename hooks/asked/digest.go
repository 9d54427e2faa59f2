package asked

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/collections/migrations"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// digestHour is when the day's mail of what waits goes out, where the families live.
const digestHour = 8

// How far each person was mailed what waits for them: a position in the feed, of the digest
// and of what is mailed at once. It is moved in the transaction that writes the mail, so
// that a crash neither loses nor doubles one.
func init() {
	migrations.Lay("1765000001_digests", `CREATE TABLE IF NOT EXISTS digests (
		"user" TEXT PRIMARY KEY, day TEXT NOT NULL DEFAULT '', upto INTEGER NOT NULL DEFAULT 0, at_once INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`)
}

func BindDigests(app core.App) {
	_ = app.Cron().Add("digests", "* * * * *", func() {
		if err := errors.Join(tell.RingAsked(app, kernel.Now().Time()), MailWaits(app, kernel.Now().Time())); err != nil {
			app.Logger().Error("Telling of what waits", "error", err)
		}
	})
}

// fresh is what is new of somebody since they were last mailed.
type fresh struct {
	User   string `db:"user"`
	Email  string `db:"email"`
	Name   string `db:"name"`
	Choice string `db:"choice"`
	Day    string `db:"day"`
	New    int64  `db:"new"` // the latest position that the digest did not have yet; 0 for none
	Hot    int64  `db:"hot"` // the same of what goes out at once
}

// MailWaits posts a mail to everybody for whom something new waits: at once where that is
// urgent or they chose so, else in one digest a day, in the morning. What is in a mail is
// written when it is sent: how much waits then. What is no longer so is not mailed.
func MailWaits(app core.App, at time.Time) error {
	var urgent []string
	for _, a := range askings {
		if a.urgent {
			urgent = append(urgent, "'"+a.kind+"'")
		}
	}
	var all []fresh
	err := app.ConcurrentDB().NewQuery(`WITH waits AS (
			SELECT r."user", f.seq, r.kind IN (` + strings.Join(urgent, ", ") + `) AS urgent FROM requests r
				JOIN sync_feed f ON f.record = r.id AND f.collection = {:requests} AND f.gone = 0
			WHERE r.standing = 'waiting' AND r.acknowledged_at = ''
			UNION ALL SELECT n."user", f.seq, 0 FROM notices n JOIN sync_feed f ON f.record = n.id AND f.collection = {:notices} AND f.gone = 0
			WHERE NOT n.` + ofRisk + ` AND n.acknowledged_at = ''),
		them AS (SELECT w.seq, u.id AS "user", u.email, u.name, u.digest AS choice, w.urgent OR u.digest = 'at_once' AS hot,
				coalesce(d.day, '') AS day, coalesce(d.upto, 0) AS upto, coalesce(d.at_once, 0) AS at_once
			FROM waits w JOIN users u ON u.id = w."user" LEFT JOIN digests d ON d."user" = u.id
			WHERE u.active AND u.email != '' AND u.email NOT LIKE {:aside})
		SELECT "user", email, name, choice, day, coalesce(max(CASE WHEN NOT hot AND seq > upto THEN seq END), 0) AS new,
			coalesce(max(CASE WHEN hot AND seq > at_once THEN seq END), 0) AS hot
		FROM them GROUP BY "user" HAVING new > 0 OR hot > 0 ORDER BY "user"`).
		Bind(dbx.Params{"requests": collections.ID("requests"), "notices": collections.ID("notices"), "aside": "%" + collections.Aside}).All(&all)
	if err != nil {
		return fmt.Errorf("what is new for people: %w", err)
	}
	local := at.In(kernel.London)
	day, morning := local.Format(time.DateOnly), local.Hour() >= digestHour
	var faults []error
	for _, f := range all {
		if f.Hot > 0 {
			if err := f.post(app, "asked", fmt.Sprint("asked/", f.User, "/", f.Hot), ""); err != nil {
				faults = append(faults, err)
				continue
			}
		}
		if f.New > 0 && morning && f.Day < day {
			faults = append(faults, f.post(app, "digest", "digest/"+f.User+"/"+day, day))
		}
	}
	return errors.Join(faults...)
}

// post writes the mail and moves the positions, or neither. A digest tells of all that is
// new, and so does what is mailed at once to somebody who chose that: neither comes again
// by the other way when they choose anew.
func (f fresh) post(app core.App, kind, reason, day string) error {
	upto, hot := f.New, max(f.New, f.Hot)
	if day == "" {
		upto, hot = 0, f.Hot
		if f.Choice == "at_once" {
			upto = f.Hot
		}
	}
	return app.RunInTransaction(func(tx core.App) error {
		if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO digests ("user", day, upto, at_once) VALUES ({:u}, {:day}, {:upto}, {:hot})
			ON CONFLICT ("user") DO UPDATE SET day = max(day, excluded.day), upto = max(upto, excluded.upto), at_once = max(at_once, excluded.at_once)`).
			Bind(dbx.Params{"u": f.User, "day": day, "upto": upto, "hot": hot}).Execute(); err != nil {
			return err
		}
		return tell.Post(tx, tell.Mail{Reason: reason, Kind: kind, Collection: "users", Record: f.User, To: f.Email, Name: f.Name})
	})
}
