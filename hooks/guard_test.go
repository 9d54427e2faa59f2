package hooks_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// What may only be added to is neither changed nor deleted, by nobody: of each such noun the
// demo has a record of, by whoever wrote it and by the operator.
func TestWhatIsAddedToOnlyStaysAsItWas(t *testing.T) {
	d := openOffice(t)
	tried := 0
	for _, n := range collections.All() {
		if !n.AppendOnly {
			continue
		}
		some := must(d.FindRecordsByFilter(n.Name, "", "@rowid", 1, 0))
		if len(some) == 0 {
			continue
		}
		field := ""
		for _, f := range n.Fields {
			if _, text := f.(*core.TextField); text && !n.Owns(f.GetName()) && f.GetName() != "id" {
				field = f.GetName()
			}
		}
		for who, actor := range map[string]kernel.Actor{
			"a practitioner": {User: must(d.FindRecordById("users", demo.Practitioner.ID)), Door: "rest"},
			"the dashboard":  {Door: "dashboard"},
		} {
			r := must(d.FindRecordById(n.Name, some[0].Id))
			if err := kernel.Within(d.App, actor, func(tx core.App) error { return tx.Delete(r) }); !appendOnly(err) {
				t.Errorf("%s deletes one of %s: %v", who, n.Name, err)
			}
			if field == "" {
				continue
			}
			tried++
			r.Set(field, "Written over what stood here.")
			if err := kernel.Within(d.App, actor, func(tx core.App) error { return tx.Save(r) }); !appendOnly(err) {
				t.Errorf("%s changes %s of %s: %v", who, field, n.Name, err)
			}
		}
	}
	if tried < 8 {
		t.Errorf("only %d changes were tried", tried)
	}
}

func appendOnly(err error) bool {
	fields, _ := kernel.Refusal(err)
	e, ok := fields["id"].(interface{ Code() string })
	return ok && e.Code() == "append_only"
}

// A line of the log is written of what stands: what a savepoint took back leaves none.
func TestWhatWasTakenBackHasNoLineInTheLog(t *testing.T) {
	d := openOffice(t)
	c := must(d.FindCachedCollectionByNameOrId("notes"))
	note := func(body string) *core.Record {
		r := core.NewRecord(c)
		r.Load(map[string]any{"case": demo.CaseID(1), "body": body, "source": "seen_by_worker", "occurred_at": just()})
		return r
	}
	gone, kept := note("Taken back."), note("It stands.")
	actor := kernel.Actor{User: must(d.FindRecordById("users", demo.Practitioner.ID)), Door: "rest"}
	enough := errors.New("enough")
	err := kernel.Within(d.App, actor, func(tx core.App) error {
		if err := kernel.Savepoint(tx, func() error {
			if err := tx.Save(gone); err != nil {
				return err
			}
			return enough
		}); !errors.Is(err, enough) {
			return err
		}
		return tx.Save(kept)
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{gone.Id: 0, kept.Id: 1} {
		var n int
		if err := d.DB().NewQuery(`SELECT count(*) FROM audit_log WHERE record = {:r} AND verb = 'create'`).Bind(dbx.Params{"r": id}).Row(&n); err != nil || n != want {
			t.Errorf("%d lines, want %d (%v)", n, want, err)
		}
	}
}
