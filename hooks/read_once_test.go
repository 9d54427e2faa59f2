package hooks_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// A pathway is read again once for all the tries at contact of a stretch, when it ends;
// and each time where there is no stretch.
func TestAPathwayIsReadOnceForManyAttempts(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 30*24*time.Hour)
	reader := must(d.FindRecordById("users", demo.Practitioner.ID))
	db := d.NonconcurrentDB().(*dbx.DB)
	readings := 0
	db.QueryLogFunc = func(_ context.Context, _ time.Duration, text string, _ *sql.Rows, _ error) {
		if strings.Contains(text, "FROM contact_attempts WHERE") {
			readings++
		}
	}
	defer func() { db.QueryLogFunc = nil }()
	stands := func(tx core.App) (all string) {
		for _, s := range must(tx.FindRecordsByFilter("pathway_steps", "pathway = {:p}", "code", 0, 0, dbx.Params{"p": p.Id})) {
			all += s.GetString("code") + " " + s.GetString("status") + "\n"
		}
		return all
	}
	tries := 0
	try := func(tx core.App) {
		t.Helper()
		tries++
		r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("contact_attempts")))
		r.Load(map[string]any{"id": fmt.Sprintf("gathered%07d", tries), "case": demo.CaseID(1), "method": "phone", "outcome": "no_answer",
			"occurred_at": time.Now().Add(-time.Duration(20-tries) * 24 * time.Hour)})
		if err := tx.Save(r); err != nil {
			t.Fatal(err)
		}
	}
	within := func(do func(tx core.App)) {
		t.Helper()
		if err := kernel.Within(d.App, kernel.Actor{User: reader, Door: "sync"}, func(tx core.App) error { do(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	read := func(what string, want int) {
		t.Helper()
		if readings != want {
			t.Errorf("%s: read %d times, should be %d", what, readings, want)
		}
		readings = 0
	}

	before := stands(d)
	once := func(tx core.App, on bool) {
		t.Helper()
		if err := engagement.ReadOnce(tx, on); err != nil {
			t.Fatal(err)
		}
	}
	within(func(tx core.App) {
		once(tx, true)
		for range 5 {
			try(tx)
		}
		read("while they are made", 0)
		once(tx, false)
		read("five tries", 1)
		if after := stands(tx); after == before {
			t.Errorf("after five tries the steps still stand so:\n%s", after)
		}
		try(tx)
		read("one outside", 1)
	})
	within(func(tx core.App) {
		once(tx, true)
		try(tx)
		try(tx)
		once(tx, false)
		read("asked for", 1)
		once(tx, false)
		read("nothing new", 0)
	})
}
