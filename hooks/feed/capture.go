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

// captures are the triggers of one noun. They say what a write did to the sync_capture
// view, whose own triggers write the feed: what is the same for every noun stands once.
// Each connection holds every trigger parsed, so their size is its memory and the time
// that it takes to open.
func captures(s shape) []trigger {
	n := s.noun
	var differs []string
	for _, f := range s.fields {
		differs = append(differs, fmt.Sprintf(`%s, OLD.%[2]s IS NOT NEW.%[2]s`, quoteText(f.GetName()), quote(f.GetName())))
	}
	say := func(id, was, now, body, changed string) string {
		return fmt.Sprintf("INSERT INTO sync_capture VALUES (%s, %s, %s, %s, %s, %s)", quoteText(collections.ID(n.Name)), id, was, now, body, changed)
	}
	table, was, is := quote(n.Name), scopeOf(n, "OLD"), scopeOf(n, "NEW")
	return []trigger{
		on(n.Name, "insert", "AFTER INSERT ON "+table, say("NEW.id", "NULL", is, s.object("NEW"), "NULL")),
		on(n.Name, "update", "AFTER UPDATE ON "+table, say("NEW.id", was, is, s.object("NEW"), "json_object("+strings.Join(differs, ", ")+")")),
		on(n.Name, "delete", "AFTER DELETE ON "+table, say("OLD.id", was, "NULL", "NULL", "NULL")),
	}
}

// recorders are the triggers that write the feed, and beside it what the record looks
// like on the wire: for a row that came, one that changed or moved, and one that went.
func recorders() []trigger {
	const (
		ofIt  = `record = NEW.record AND collection = NEW.collection`
		strip = `DELETE FROM sync_bodies WHERE seq = (SELECT seq FROM sync_feed WHERE ` + ofIt + ` AND scope = NEW.was)`
		drop  = `UPDATE sync_feed SET seq = ` + here + `, gone = 1 WHERE ` + ofIt + ` AND scope = NEW.was`
		put   = `INSERT INTO sync_feed (scope, seq, collection, record, gone)
		SELECT NEW.now, ` + here + `, NEW.collection, NEW.record, 0 WHERE NEW.now IS NOT NULL
		ON CONFLICT (record, collection, scope) DO UPDATE SET seq = excluded.seq, gone = 0`
		body  = `INSERT INTO sync_bodies (seq, body) SELECT ` + here + `, NEW.body WHERE NEW.now IS NOT NULL`
		moved = `NEW.was IS NOT NEW.now`
	)
	return []trigger{
		on("sync_capture", "insert", `INSTEAD OF INSERT ON sync_capture WHEN NEW.changed IS NULL AND NEW.now IS NOT NULL`, next, put, body),
		on("sync_capture", "update", `INSTEAD OF INSERT ON sync_capture WHEN NEW.changed IS NOT NULL AND (`+moved+` OR instr(NEW.changed, '":1'))`,
			strip, next, drop+` AND `+moved, next+` WHERE `+moved, put, body,
			`INSERT INTO sync_fields (record, collection, field, seq, device)
			SELECT NEW.record, NEW.collection, key, `+here+`, '' FROM json_each(NEW.changed) WHERE value
			ON CONFLICT (record, collection, field) DO UPDATE SET seq = excluded.seq, device = ''`),
		on("sync_capture", "delete", `INSTEAD OF INSERT ON sync_capture WHEN NEW.body IS NULL`,
			strip, next, drop, `DELETE FROM sync_fields WHERE `+ofIt),
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
