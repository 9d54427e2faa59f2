package upkeep

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// BindKept keeps the words that a write replaces or removes, in its transaction, by
// whatever door it comes: who had written them and when, and who changed them.
func BindKept(app core.App) {
	kept := map[string][]string{}
	for _, n := range collections.All() {
		kept[n.Name] = n.Keeps()
	}
	h := func(verb string) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderAudit - 1, Func: func(e *core.RecordEvent) error {
			fields := kept[e.Record.Collection().Name]
			if len(fields) == 0 {
				return e.Next()
			}
			return keepWords(e, collections.ByName(e.Record.Collection().Name), fields, verb)
		}}
	}
	app.OnRecordUpdateExecute().Bind(h("changed"))
	app.OnRecordDeleteExecute().Bind(h("deleted"))
}

var versionColumns = []string{
	"id", "collection", "record", "case", "agency", "written_for", "what", "field", "was", "written_by", "written_name", "written_at",
	"changed_by", "changed_name", "changed_at", "device", "door", "rev", "created", "updated",
}

var newVersions = kernel.NewRows("record_versions", versionColumns, "")

// keepWords writes a row for each field that changes, or one for the whole of what goes.
func keepWords(e *core.RecordEvent, n *collections.Noun, fields []string, what string) error {
	original := e.Record.Original()
	was := map[string]any{}
	if what == "deleted" {
		was[""] = original.PublicExport()
	}
	for _, f := range fields {
		if what == "changed" && kernel.Changed(e.Record, f) {
			was[f] = original.Get(f)
		}
	}
	before, err := ownAgency(e.App, n, e.Record.Id)
	if err != nil {
		return err
	}
	var rows [][]any
	if len(was) > 0 {
		if rows, err = versions(e, n, what, before, was); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	if len(rows) > 0 {
		if err := newVersions.Write(e.App, rows); err != nil {
			return fmt.Errorf("keeping what %s/%s said: %w", n.Name, e.Record.Id, err)
		}
	}
	if what == "deleted" {
		return nil
	}
	after, err := ownAgency(e.App, n, e.Record.Id)
	if err != nil || after == before {
		return err
	}
	// What was everybody's is its agency's own with the record; what was its agency's own
	// when it was written does not become everybody's with it.
	_, err = kernel.Query(e.App, `UPDATE record_versions SET agency = CASE WHEN {:a} != '' THEN {:a} ELSE written_for END WHERE collection = {:n} AND record = {:r}`).
		Bind(dbx.Params{"a": after, "n": n.Name, "r": e.Record.Id}).Execute()
	return err
}

func versions(e *core.RecordEvent, n *collections.Noun, what, agency string, was map[string]any) (rows [][]any, err error) {
	rev, err := feed.Rev(e.App.ConcurrentDB(), n.Name, e.Record.Id)
	if err != nil {
		return nil, err
	}
	wrote, err := writers(e.App, n, e.Record)
	if err != nil {
		return nil, err
	}
	a := kernel.ActorOf(e.App)
	by := penned{By: a.ID(), Name: nameOf(a.User)}
	if a.Kind() != "user" {
		by.By = "" // no worker's account
	}
	at := time.Now().UTC()
	stamp := at.Format("2006-01-02 15:04:05.000Z")
	for field, value := range was {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		w, ok := wrote[field]
		if !ok {
			w = wrote[" first"]
		}
		id := contract.RecordID(at, security.PseudorandomStringWithAlphabet(contract.ChanceInID, core.DefaultIdAlphabet))
		rows = append(rows, []any{
			id, n.Name, e.Record.Id, kernel.CaseOf(n, e.Record), agency, agency, what, field, string(raw), w.By, w.Name, w.At,
			by.By, by.Name, stamp, a.Device, a.Door, rev, stamp, stamp,
		})
	}
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[7].(string), b[7].(string)) })
	return rows, nil
}

// penned is who wrote something, and when.
type penned struct {
	Field string `db:"field"`
	By    string `db:"changed_by"`
	Name  string `db:"changed_name"`
	At    string `db:"changed_at"`
}

// writers are who wrote what now stands in each field of a record: who changed it last,
// else who made the record.
func writers(app core.App, n *collections.Noun, r *core.Record) (map[string]penned, error) {
	var list []penned
	err := app.ConcurrentDB().NewQuery(`SELECT field, changed_by, changed_name, changed_at FROM record_versions WHERE collection = {:n} AND record = {:r} ORDER BY rowid`).
		Bind(dbx.Params{"n": n.Name, "r": r.Id}).All(&list)
	if err != nil {
		return nil, err
	}
	out := map[string]penned{}
	for _, w := range list {
		out[w.Field] = w
	}
	first := penned{By: r.GetString(n.Stamps.Who), At: r.GetDateTime("created").String()}
	var made []struct {
		Actor string `db:"actor"`
		Kind  string `db:"actor_kind"`
		At    string `db:"at"`
	}
	err = app.ConcurrentDB().NewQuery(`SELECT actor, actor_kind, at FROM audit_log WHERE collection = {:n} AND record = {:r} AND verb = 'create' LIMIT 1`).
		Bind(dbx.Params{"n": n.Name, "r": r.Id}).All(&made)
	if err != nil {
		return nil, err
	}
	if len(made) > 0 {
		first.At = made[0].At
		switch {
		case first.By != "":
		case made[0].Kind == "user":
			first.By = made[0].Actor
		case made[0].Kind == "superuser":
			first.Name = "The operator"
		default:
			first.Name = "The server"
		}
	}
	if first.By != "" {
		if person, err := app.FindRecordById("users", first.By); err == nil {
			first.Name = nameOf(person)
		}
	}
	out[" first"] = first
	return out, nil
}

// nameOf is how an account is called where its words are kept.
func nameOf(account *core.Record) string {
	switch {
	case account == nil:
		return "The server"
	case account.IsSuperuser():
		return kernel.Short("The operator, " + account.Email())
	}
	return account.GetString("name")
}

// ownAgency is the agency whose own a stored record is; empty where it is everybody's who
// is on the case.
func ownAgency(app core.App, n *collections.Noun, id string) (string, error) {
	if n.Sync == nil || !strings.Contains(n.Sync.Scope, "agency:") {
		return "", nil
	}
	var scope string
	err := kernel.Query(app, `SELECT `+strings.ReplaceAll(n.Sync.Scope, "{r}", "r")+` FROM "`+n.Name+`" r WHERE r.id = {:id}`).Bind(dbx.Params{"id": id}).Row(&scope)
	_, agency, _ := strings.Cut(scope, "agency:")
	return agency, err
}
