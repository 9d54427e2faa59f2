package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// office is Fellmoor with what the tests of the pathway do to it.
type office struct {
	core.App
	t *testing.T
}

func openOffice(t *testing.T) *office { return &office{demotest.App(t), t} }

// by saves a record as a person does by any door; nil for the operator.
func (d *office) by(p *demo.Person, noun, id string, values map[string]any) (*core.Record, error) {
	d.t.Helper()
	r := core.NewRecord(must(d.FindCachedCollectionByNameOrId(noun)))
	if id != "" {
		r = must(d.FindRecordById(noun, id))
	}
	for k, v := range values {
		r.Set(k, v)
	}
	a := kernel.Actor{Door: "dashboard"}
	if p != nil {
		a = kernel.Actor{User: must(d.FindRecordById("users", p.ID)), Door: "rest"}
	}
	return r, kernel.Within(d.App, a, func(tx core.App) error { return tx.Save(r) })
}

// does is by for what must be taken.
func (d *office) does(p *demo.Person, noun, id string, values map[string]any) *core.Record {
	d.t.Helper()
	r, err := d.by(p, noun, id, values)
	if err != nil {
		d.t.Fatalf("%s %v: %v", noun, values, err)
	}
	return r
}

// opens starts the engagement pathway on a case, some time ago.
func (d *office) opens(p demo.Person, caseID string, ago time.Duration) *core.Record {
	d.t.Helper()
	return d.does(&p, "pathways", "", map[string]any{
		"case": caseID, "template": d.template("early-help-engagement").Id, "trigger": "missed_contact",
		"opened_at": types.NowDateTime().Add(-ago),
	})
}

func (d *office) template(key string) *core.Record {
	d.t.Helper()
	return must(d.FindFirstRecordByFilter("pathway_templates", "key = {:k} && status = 'published'", dbx.Params{"k": key}))
}

// tells adds an event that happened just now.
func (d *office) tells(p demo.Person, pathway *core.Record, kind string, data map[string]any) *core.Record {
	d.t.Helper()
	return d.does(&p, "pathway_events", "", map[string]any{
		"case": pathway.GetString("case"), "pathway": pathway.Id, "kind": kind, "occurred_at": types.NowDateTime(), "data": data,
	})
}

func (d *office) fresh(r *core.Record) *core.Record {
	d.t.Helper()
	return must(d.FindRecordById(r.Collection().Name, r.Id))
}

func (d *office) step(pathway *core.Record, code string) *core.Record {
	d.t.Helper()
	return must(d.FindFirstRecordByFilter("pathway_steps", "pathway = {:p} && code = {:c}", dbx.Params{"p": pathway.Id, "c": code}))
}

func (d *office) events(pathway *core.Record, kind string) []*core.Record {
	d.t.Helper()
	return must(d.FindAllRecords("pathway_events", dbx.HashExp{"pathway": pathway.Id, "kind": kind}))
}

// account changes what somebody's account says, as those who may do.
func (d *office) account(p demo.Person, field string, value any) {
	d.t.Helper()
	r := must(d.FindRecordById("users", p.ID))
	r.Set(field, value)
	if err := d.Save(kernel.AsServer(r)); err != nil {
		d.t.Fatal(err)
	}
}

// joins puts somebody on a case.
func (d *office) joins(p demo.Person, caseID, role string) *core.Record {
	d.t.Helper()
	return d.does(nil, "case_members", "", map[string]any{"case": caseID, "user": p.ID, "role": role})
}
