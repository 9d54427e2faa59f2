package kernel

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/feed"
)

// revName is the member of a record's JSON that says which change of it this is.
const revName = "rev"

// bindRev says with every record that a stock door delivers what its rev is, in its body
// and, where there is one record, in the header that If-Match answers to.
func bindRev(app core.App) {
	app.OnRecordEnrich().BindFunc(func(e *core.RecordEnrichEvent) error {
		c := e.Record.Collection()
		said := e.Record.GetRaw(revName) != nil && c.Fields.GetByName(revName) == nil // a field of that name is not it
		if !said && travels(c.Name) {
			rev, err := feed.Rev(e.App.ConcurrentDB(), c.Name, e.Record.Id)
			if err != nil {
				return err
			}
			sayRev(e.Record, rev)
		}
		return e.Next()
	})
	app.OnRecordsListRequest().BindFunc(func(e *core.RecordsListRequestEvent) error {
		if !travels(e.Collection.Name) || len(e.Records) == 0 {
			return e.Next()
		}
		ids := make([]any, len(e.Records))
		for i, r := range e.Records {
			ids[i] = r.Id
		}
		var known []struct {
			Record string `db:"record"`
			Rev    int64  `db:"rev"`
		}
		err := e.App.ConcurrentDB().Select("record", "max(seq) AS rev").From("sync_feed").
			Where(dbx.And(dbx.HashExp{"record": ids, "collection": collections.ID(e.Collection.Name), "gone": 0})).GroupBy("record").All(&known)
		if err != nil {
			return err
		}
		revs := map[string]int64{}
		for _, k := range known {
			revs[k.Record] = k.Rev
		}
		for _, r := range e.Records {
			sayRev(r, revs[r.Id])
		}
		return e.Next()
	})
	one := func() *hook.Handler[*core.RecordRequestEvent] {
		// Innermost: the record is written and its answer is not.
		return &hook.Handler[*core.RecordRequestEvent]{Priority: orderWrite, Func: func(e *core.RecordRequestEvent) error {
			err := e.Next()
			if err == nil && e.App.TxInfo() != nil {
				err = sayETag(e)
			}
			return err
		}}
	}
	app.OnRecordCreateRequest().Bind(one())
	app.OnRecordUpdateRequest().Bind(one())
	app.OnRecordViewRequest().BindFunc(func(e *core.RecordRequestEvent) error {
		if err := sayETag(e); err != nil {
			return err
		}
		return e.Next()
	})
}

func sayETag(e *core.RecordRequestEvent) error {
	rev, err := feed.Rev(e.App.ConcurrentDB(), e.Collection.Name, e.Record.Id)
	if err == nil && rev > 0 {
		e.Response.Header().Set("ETag", etag(rev))
	}
	return err
}

func travels(noun string) bool {
	n := collections.ByName(noun)
	return n != nil && n.Sync != nil
}

// sayRev puts the rev into a record's JSON, and nothing else that the house keeps with
// it.
func sayRev(r *core.Record, rev int64) {
	if rev == 0 {
		return
	}
	r.SetRaw(revName, rev)
	for name := range r.CustomData() {
		if name != revName {
			r.Hide(name)
		}
	}
	r.WithCustomData(true)
}
