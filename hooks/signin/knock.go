package signin

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// Knock is what was refused, as far as the lines about it are alike: of a flood of them
// the first few are written and the others become one line with their count.
type Knock struct {
	Verb, Door       string
	Actor            string // a superuser; empty: somebody who has not signed in
	In, record, What string
}

// Heard puts a knock on record, at once or with others.
func (k Knock) Heard(app core.App, at time.Time) {
	if ways(app).lines.Write(k, at) {
		k.write(app, 1)
	}
}

func (k Knock) write(app core.App, count int) {
	entry := kernel.Entry{Verb: k.Verb, Collection: k.In, Record: k.record, Fields: []string{k.What}, Count: count}
	var err error
	if k.Actor == "" {
		if k.record == "" {
			entry.Fields = append(entry.Fields, "unknown account")
		}
		err = kernel.Audit(app, kernel.Actor{Door: k.Door, Guest: true}, entry)
	} else if operator, missing := app.FindRecordById(core.CollectionNameSuperusers, k.Actor); missing == nil {
		err = kernel.AuditRead(app, kernel.Actor{User: operator, Door: k.Door}, entry) // beside a transaction that is given up
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
