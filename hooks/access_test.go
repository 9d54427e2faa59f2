package hooks_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
	"pgregory.net/rapid"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// Two descriptions of access exist, the rules and the scopes. Whatever happens to
// memberships, agencies, accounts and notes, every row in a user's scopes is one
// that the rules let them list, and for a practitioner the other way round too.
func TestRulesAndScopesAreOne(t *testing.T) {
	app := demotest.App(t)
	furnish(t, app)
	pairs := 0
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			change(rt, app)
		}
		for _, p := range demo.Cast {
			user := must(app.FindRecordById("users", p.ID))
			for _, n := range collections.All() {
				if n.Sync == nil {
					continue
				}
				listed, held := byRule(rt, app, n, user), byScope(rt, app, n, user)
				pairs += len(listed) + len(held)
				for id := range held {
					if !listed[id] {
						rt.Errorf("%s: %s/%s is in their scopes and the rules do not list it", p.Account, n.Name, id)
					}
				}
				if fmt.Sprint(p.Roles) != "[practitioner]" && n.Name != "sync_refusals" {
					continue
				}
				for id := range listed {
					if !held[id] {
						rt.Errorf("%s: the rules list %s/%s and it is in none of their scopes", p.Account, n.Name, id)
					}
				}
			}
		}
	})
	t.Logf("%d pairs of user and record compared", pairs)
	if pairs < 10_000 {
		t.Fatalf("only %d pairs compared", pairs)
	}
}

// change does to Fellmoor one of the things that change who may see what.
func change(rt *rapid.T, app core.App) {
	person := rapid.SampledFrom(demo.Cast).Draw(rt, "person")
	c := demo.CaseID(rapid.IntRange(1, 12).Draw(rt, "case"))
	var err error
	switch rapid.IntRange(0, 7).Draw(rt, "what") {
	case 0: // joins a case
		r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("case_members")))
		r.Load(map[string]any{"case": c, "user": person.ID, "role": "member"})
		if app.Save(r) != nil {
			return // a member already
		}
	case 1: // leaves a case
		r, missing := app.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": c, "u": person.ID})
		if missing == nil {
			r.Set("until", "2020-01-01 00:00:00.000Z")
			if app.Save(r) != nil {
				return // a manager stays with their people
			}
		}
	case 2: // moves to another agency
		r := must(app.FindRecordById("users", person.ID))
		r.Set("agency", rapid.SampledFrom(demo.Agencies).Draw(rt, "agency").ID)
		err = app.Save(kernel.AsServer(r))
	case 3: // is suspended, or comes back
		r := must(app.FindRecordById("users", person.ID))
		r.Set("active", !r.GetBool("active"))
		err = app.Save(kernel.AsServer(r))
	case 4: // a note is shared, or kept to its agency
		notes := must(app.FindAllRecords("notes"))
		r := rapid.SampledFrom(notes).Draw(rt, "note")
		r.Set("shared", !r.GetBool("shared"))
		err = app.Save(r)
	case 6: // has another manager, or none
		r := must(app.FindRecordById("users", person.ID))
		r.Set("manager", rapid.SampledFrom([]string{"", demo.Manager.ID, demo.Colleague.ID}).Draw(rt, "manager"))
		err = app.Save(kernel.AsServer(r))
	case 7: // something of theirs is refused, maybe of an agency's own
		r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("sync_refusals")))
		agency := rapid.SampledFrom([]string{"", demo.Agencies[0].ID, demo.Agencies[1].ID}).Draw(rt, "own")
		r.Load(map[string]any{"user": person.ID, "mutation": core.GenerateDefaultRandomId(), "collection": "notes", "record": "r", "code": "invalid", "status": "open", "agency": agency, "own": agency != ""})
		err = app.Save(kernel.AsServer(r))
	case 5: // a membership row is deleted behind the hooks' back
		_, err = app.NonconcurrentDB().NewQuery(`DELETE FROM case_members WHERE "case" = {:c} AND "user" = {:u}`).
			Bind(dbx.Params{"c": c, "u": person.ID}).Execute()
	}
	if err != nil {
		rt.Fatal(err)
	}
}

// byRule is what PocketBase's own list would give the user.
func byRule(rt *rapid.T, app core.App, n *collections.Noun, user *core.Record) map[string]bool {
	c := must(app.FindCachedCollectionByNameOrId(n.Name))
	info := &core.RequestInfo{Auth: user, Method: "GET", Query: map[string]string{}, Headers: map[string]string{}, Body: map[string]any{}}
	resolver := core.NewRecordFieldResolver(app, c, info, true)
	where, err := search.FilterData(*c.ListRule).BuildExpr(resolver)
	if err != nil {
		rt.Fatal(err)
	}
	query := app.ConcurrentDB().Select(c.Name + ".id").From(c.Name).AndWhere(where)
	if err := resolver.UpdateQuery(query); err != nil {
		rt.Fatal(err)
	}
	var ids []string
	if err := query.Column(&ids); err != nil {
		rt.Fatal(err)
	}
	return set(ids)
}

func byScope(rt *rapid.T, app core.App, n *collections.Noun, user *core.Record) map[string]bool {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT f.record FROM sync_feed f JOIN sync_grants g ON g.scope = f.scope AND g."user" = {:u} AND g.until IS NULL
		WHERE f.collection = {:c} AND f.gone = 0`).Bind(dbx.Params{"u": user.Id, "c": collections.ID(n.Name)}).Column(&ids)
	if err != nil {
		rt.Fatal(err)
	}
	if sorted := slices.Sorted(slices.Values(ids)); len(slices.Compact(sorted)) != len(ids) {
		rt.Errorf("a record of %s is in two scopes", n.Name)
	}
	return set(ids)
}

func set(ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
