package hooks

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// knock is what was refused, as far as the lines about it are alike: of a flood of them
// the first few are written and the others become one line with their count.
type knock struct {
	verb, door       string
	actor            string // a superuser; empty: somebody who has not signed in
	in, record, what string
}

// heard puts a knock on record, at once or with others.
func (k knock) heard(app core.App, at time.Time) {
	if ways(app).lines.Write(k, at) {
		k.write(app, 1)
	}
}

func (k knock) write(app core.App, count int) {
	entry := Entry{Verb: k.verb, Collection: k.in, Record: k.record, Fields: []string{k.what}, Count: count}
	var err error
	if k.actor == "" {
		if k.record == "" {
			entry.Fields = append(entry.Fields, "unknown account")
		}
		err = Audit(app, Actor{Door: k.door, Guest: true}, entry)
	} else if operator, missing := app.FindRecordById(core.CollectionNameSuperusers, k.actor); missing == nil {
		err = AuditRead(app, Actor{User: operator, Door: k.door}, entry) // beside a transaction that is given up
	}
	if err != nil {
		app.Logger().Error("What was refused is not on record", "error", err)
	}
}

// RecordFailures writes the lines that were held back; all when the server stops.
func RecordFailures(app core.App, at time.Time, all bool) {
	for k, count := range ways(app).lines.Due(at, all) {
		k.write(app, count)
	}
}
