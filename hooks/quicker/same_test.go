package quicker_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/quicker"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// What is written with PocketBase's own validation and what is written with ours is one
// and the same: the row, the feed, the audit log and what a refusal says, for every noun,
// with every field as it is, empty, of another kind, too long, and pointing at nothing;
// made anew and changed; once and, in the same transaction, again.
func TestOursIsPocketBasesOwn(t *testing.T) {
	ours := demotest.App(t)
	t.Setenv(quicker.Stock, "1")
	stock := demotest.App(t)
	tried, wrote, refused := 0, 0, 0
	for _, n := range collections.All() {
		if n.Fields == nil {
			continue
		}
		a, b := matrix(t, ours, n), matrix(t, stock, n)
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("%s (-PocketBase +ours):\n%s", n.Name, diff)
		}
		for _, said := range a {
			tried++
			if strings.Contains(said, "error: ") {
				refused++
			} else {
				wrote++
			}
		}
	}
	if tried < 2000 || wrote < 300 || refused < 300 {
		t.Errorf("%d writes were compared, %d of them written, %d refused: it proves little", tried, wrote, refused)
	}
}

var back = errors.New("taken back")

// matrix tries every write of a noun, each in a savepoint of one transaction, as the
// server and as a worker, and says what each left.
func matrix(t *testing.T, app core.App, n *collections.Noun) (said map[string]string) {
	t.Helper()
	said = map[string]string{}
	worker, err := app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	c, err := app.FindCachedCollectionByNameOrId(n.Name)
	if err != nil {
		t.Fatal(err)
	}
	err = app.RunInTransaction(func(tx core.App) error {
		sample := core.NewRecord(c)
		if one, err := tx.FindRecordsByFilter(c, "", "id", 1, 0); err == nil && len(one) > 0 {
			sample = one[0]
		}
		for at, f := range c.Fields {
			for kind, value := range values {
				if !tells(kind, f, at) {
					continue
				}
				for _, who := range []string{"server", "worker"} {
					actor := kernel.Actor{Door: "server"}
					if who == "worker" {
						actor = kernel.Actor{User: worker, Device: "device", Door: "rest"}
					}
					save := func(r *core.Record) error {
						return kernel.Within(tx, actor, func(tx core.App) error {
							if who == "server" {
								return tx.Save(kernel.AsServer(r))
							}
							return tx.Save(r)
						})
					}
					for _, verb := range []string{"create", "update"} {
						if verb == "update" && sample.IsNew() {
							continue
						}
						r := sample.Fresh()
						if verb == "create" {
							r = made(sample, fmt.Sprintf("same%02dxxxxxxxxx", at))
						}
						if kind != "as it is" {
							r.Set(f.GetName(), value)
						}
						var left []string
						err := kernel.Savepoint(tx, func() error {
							if err := save(r); err != nil {
								left = append(left, "error: "+err.Error())
							} else {
								left = leftBy(tx, c.Name, r.Id)
							}
							if verb == "create" { // what it points at is known by now
								for n, twice := range []*core.Record{made(sample, fmt.Sprintf("twice%02dxxxxxxxx", at)), made(sample, fmt.Sprintf("thrice%02dxxxxxxx", at))} {
									if n == 0 && kind != "as it is" {
										twice.Set(f.GetName(), value)
									}
									if err := save(twice); err != nil {
										left = append(left, "again: "+err.Error())
									}
								}
							}
							return back
						})
						if !errors.Is(err, back) {
							return err
						}
						for i := range left {
							left[i] = strings.ReplaceAll(left[i], r.Id, "its id")
						}
						said[strings.Join([]string{verb, f.GetName(), kind, who}, " ")] = strings.Join(left, "\n")
					}
				}
			}
		}
		return back
	})
	if !errors.Is(err, back) {
		t.Fatalf("%s: %v", n.Name, err)
	}
	return said
}

// values are what each field is tried with, beside what it is.
var values = map[string]any{
	"as it is": nil, "nothing": nil, "a word": "nosuchrecord000", "long": strings.Repeat("word ", 2000),
	"several": []string{"nosuchrecord000", demo.Practitioner.ID}, "a person": demo.Practitioner.ID, "blank": "\u2800", "fifteen": "Fifteen letters",
}

// tells says whether it is worth to try a field with a value.
func tells(kind string, f core.Field, at int) bool {
	switch kind {
	case "as it is":
		return at == 0
	case "nothing", "a word":
		return true
	case "long", "blank", "fifteen":
		return f.Type() == core.FieldTypeText
	}
	return f.Type() == core.FieldTypeRelation
}

// made is a new record like another.
func made(like *core.Record, id string) *core.Record {
	r := core.NewRecord(like.Collection())
	r.Load(like.FieldsData())
	r.Set("id", id)
	if like.Collection().IsAuth() {
		r.SetEmail(id + "@fellmoor.example")
		r.SetPassword("quarry lantern 4417 heron")
	}
	return r
}

// leftBy is what stands of a record: the row, its place in the feed, what the log says.
func leftBy(tx core.App, table, id string) (left []string) {
	for _, q := range []string{
		`SELECT * FROM {{` + table + `}} WHERE id = {:id}`,
		`SELECT scope, collection, record, gone FROM sync_feed WHERE record = {:id} ORDER BY scope, gone`,
		`SELECT actor, actor_kind, device, door, verb, fields FROM audit_log WHERE record = {:id} AND verb IN ('create', 'update') ORDER BY rowid DESC LIMIT 1`,
	} {
		rows, err := tx.NonconcurrentDB().NewQuery(q).Bind(dbx.Params{"id": id}).Rows()
		if err != nil {
			return append(left, "reading: "+err.Error())
		}
		for rows.Next() {
			row := dbx.NullStringMap{}
			if err := rows.ScanMap(row); err != nil {
				return append(left, "reading: "+err.Error())
			}
			for column, v := range row {
				if !chance[column] && !strings.HasPrefix(v.String, "20") { // a time of now
					left = append(left, column+"="+v.String)
				}
			}
		}
		rows.Close()
	}
	slices.Sort(left)
	return left
}

// chance are columns that differ each time whoever writes.
var chance = map[string]bool{"tokenKey": true, "password": true, "token": true, "data": true, "reference": true}
