package feed

import (
	"fmt"
	"slices"
	"strings"

	"holdfast/collections"
)

// prefix marks every trigger of ours.
const prefix = "hf_"

// next raises the counter; here is its present value.
const (
	next = `UPDATE sync_counter SET seq = seq + 1`
	here = `(SELECT seq FROM sync_counter)`
)

// trigger is one database trigger, by name, as the CREATE statement.
type trigger struct{ name, sql string }

// captures are the triggers that write the feed for one noun, and beside it what the
// record looks like on the wire.
func captures(s shape) []trigger {
	n := s.noun
	cid := quoteText(collections.ID(n.Name))
	was, is := scopeOf(n, "OLD"), scopeOf(n, "NEW")
	put := fmt.Sprintf(`INSERT INTO sync_feed (scope, seq, collection, record, gone)
		SELECT %s, %s, %s, NEW.id, 0 WHERE %s IS NOT NULL
		ON CONFLICT (record, collection, scope) DO UPDATE SET seq = excluded.seq, gone = 0`, is, here, cid, is)
	body := fmt.Sprintf(`INSERT INTO sync_bodies (seq, body) SELECT %s, %s WHERE %s IS NOT NULL`, here, s.object("NEW"), is)
	drop := fmt.Sprintf(`UPDATE sync_feed SET seq = %s, gone = 1 WHERE record = OLD.id AND collection = %s AND scope = %s`, here, cid, was)
	strip := fmt.Sprintf(`DELETE FROM sync_bodies WHERE seq = (SELECT seq FROM sync_feed WHERE record = OLD.id AND collection = %s AND scope = %s)`, cid, was)

	var changed, each []string
	for _, f := range s.fields {
		differs := fmt.Sprintf(`OLD.%[1]s IS NOT NEW.%[1]s`, quote(f.GetName()))
		changed = append(changed, differs)
		each = append(each, fmt.Sprintf(`SELECT NEW.id, %s, %s, %s, '' WHERE %s`, cid, quoteText(f.GetName()), here, differs))
	}
	changed = append(changed, fmt.Sprintf(`%s IS NOT %s`, was, is))
	remember := fmt.Sprintf(`INSERT INTO sync_fields (record, collection, field, seq, device)
		SELECT * FROM (%s) WHERE true
		ON CONFLICT (record, collection, field) DO UPDATE SET seq = excluded.seq, device = ''`, strings.Join(each, "\n\t\tUNION ALL "))

	return []trigger{
		on(n.Name, "insert", "AFTER INSERT ON "+quote(n.Name)+" WHEN "+is+" IS NOT NULL", next, put, body),
		on(n.Name, "update", "AFTER UPDATE ON "+quote(n.Name)+" WHEN "+strings.Join(changed, " OR "),
			strip, next,
			fmt.Sprintf(`%s AND %s IS NOT %s`, drop, was, is),
			fmt.Sprintf(`%s WHERE %s IS NOT %s`, next, was, is),
			put, body, remember),
		on(n.Name, "delete", "AFTER DELETE ON "+quote(n.Name),
			strip, next, drop,
			fmt.Sprintf(`DELETE FROM sync_fields WHERE record = OLD.id AND collection = %s`, cid)),
	}
}

// entitlements are the triggers that keep grants equal to what the tables say, in
// the transaction that changes them.
func entitlements() []trigger {
	var out []trigger
	for _, s := range collections.EntitledBy() {
		newUser, oldUser := "NEW."+quote(s.User), "OLD."+quote(s.User)
		var changed []string
		for _, c := range s.Columns {
			changed = append(changed, fmt.Sprintf(`OLD.%s IS NOT NEW.%s`, quote(c), quote(c)))
		}
		when := strings.Join(changed, " OR ")
		table := quote(s.Table)
		out = append(out,
			on(s.Table, "entitle_insert", "AFTER INSERT ON "+table, reconcile(newUser)...),
			on(s.Table, "entitle_update", "AFTER UPDATE ON "+table+" WHEN "+when,
				append(reconcile(newUser), reconcile(oldUser)...)...),
			on(s.Table, "entitle_delete", "AFTER DELETE ON "+table, reconcile(oldUser)...),
		)
	}
	return out
}

// reconcile ends the rights that no longer hold and begins those that do, for one
// user, who is named by an SQL expression.
func reconcile(user string) []string {
	return []string{
		next,
		fmt.Sprintf(`UPDATE sync_grants SET until = %s WHERE "user" = %s AND until IS NULL
			AND scope NOT IN (SELECT scope FROM (%s) e WHERE e."user" = %s)`, here, user, entitled(), user),
		fmt.Sprintf(`INSERT INTO sync_grants ("user", scope, since) SELECT e."user", e.scope, %s FROM (%s) e WHERE e."user" = %s
			AND NOT EXISTS (SELECT 1 FROM sync_grants g WHERE g."user" = e."user" AND g.scope = e.scope AND g.until IS NULL)`,
			here, entitled(), user),
	}
}

// entitled is the union of every reason to hold a scope.
func entitled() string {
	var parts []string
	for _, e := range collections.Entitlements() {
		parts = append(parts, e.Select)
	}
	return strings.Join(parts, "\nUNION ")
}

func on(table, event, when string, body ...string) trigger {
	name := prefix + table + "_" + event
	body = slices.DeleteFunc(body, func(s string) bool { return s == "" })
	return trigger{name, "CREATE TRIGGER " + quote(name) + " " + when + " BEGIN\n\t" + strings.Join(body, ";\n\t") + ";\nEND"}
}

func scopeOf(n *collections.Noun, row string) string {
	return "(" + strings.ReplaceAll(n.Sync.Scope, "{r}", row) + ")"
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteText(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
