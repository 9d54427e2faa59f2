package clock

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
)

// Read is the instant that a phone's text names, and whether it names one at all: RFC
// 3339 in either case (its section 5.6), in the years that the store can order.
func Read(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if year := at.UTC().Year(); err != nil || year < 1 || year > 9999 {
		return time.Time{}, false
	}
	return at.UTC(), true
}

// written is RFC 3339 to the letter, which is less than Go reads.
var written = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// Moment is the instant that a field's text names, and whether it names one: as Read has
// it, or as a pull delivers it, with a blank between day and time. It always says its
// zone: an hour without one is another instant in summer.
func Moment(text string) (time.Time, bool) {
	if text = withT(text); !written.MatchString(text) { // the store would have none of a small z, and another of an offset of a day
		return time.Time{}, false
	}
	return Read(text)
}

// Written says whether a text has the form of a moment, whether or not there is such a day.
func Written(text string) bool { return written.MatchString(withT(text)) }

func withT(text string) string {
	if len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == ' ' {
		return text[:len(time.DateOnly)] + "T" + text[len(time.DateOnly)+1:]
	}
	return text
}

// Skew is by how many seconds a phone's clock was behind the server's when it sent:
// negative for one that goes ahead, nil for one that told no time. The way of the
// request is in it, so a second or two mean nothing.
func Skew(sent string, received time.Time) *int64 {
	at, ok := Read(sent)
	if !ok {
		return nil
	}
	seconds := int64(math.Round(float64(received.UnixMilli()-at.UnixMilli()) / 1000))
	return &seconds
}

// What was last measured of each device.
func init() {
	migrations.Lay("1765000001_clock", `CREATE TABLE IF NOT EXISTS device_clocks (
		device TEXT PRIMARY KEY, skew INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID`)
}

// Keep remembers what was measured of a device.
func Keep(tx core.App, device string, skew int64, at time.Time) error {
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO device_clocks (device, skew, at) VALUES ({:d}, {:s}, {:t})
		ON CONFLICT (device) DO UPDATE SET skew = excluded.skew, at = excluded.at`).
		Bind(dbx.Params{"d": device, "s": skew, "t": at.Unix()}).Execute()
	if err != nil {
		return fmt.Errorf("keeping a device's clock: %w", err)
	}
	return nil
}

// Last is what was last measured of a device, nil when nothing was.
func Last(app core.App, device string) (*int64, error) {
	var skew int64
	err := app.ConcurrentDB().NewQuery(`SELECT skew FROM device_clocks WHERE device = {:d}`).Bind(dbx.Params{"d": device}).Row(&skew)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &skew, err
}
