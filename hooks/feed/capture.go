package feed

import (
	"fmt"
	"slices"
	"strings"

	"holdfast/collections"
)

// prefix marks every trigger and view of ours that comes and goes.
const prefix = "hf_"

// earlier is the one view that builds before this had in place of three.
const earlier = "sync_capture"

// Own reports whether a trigger or view is the feed's by its name: whether it is as it
// should be is for Altered to say.
func Own(name string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) || name == earlier
}

// next raises the counter; here is its present value.
const (
	next = `UPDATE sync_counter SET seq = seq + 1`
	here = `(SELECT seq FROM sync_counter)`
)

// part is one trigger or view of ours, by name, as the CREATE statement. Each connection
// holds every one parsed, so their size is its memory and the time that it takes to open:
// what several say the same stands once, in a view.
type part struct{ kind, name, sql string }

// captures are the parts of one noun. Its view is what its records look like on the wire;
// its triggers say what a write did to one of the three views of told, whose own triggers
// write the feed.
func captures(s shape) []part {
	n := s.noun
	var differs []string
	for _, f := range s.fields {
		differs = append(differs, fmt.Sprintf(`%s, OLD.%[2]s IS NOT NEW.%[2]s`, quoteText(f.GetName()), quote(f.GetName())))
	}
	say := func(what, id, was, now, body, changed string) string {
		return fmt.Sprintf("INSERT INTO %s VALUES (%s, %s, %s, %s, %s, %s)", prefix+what, quoteText(collections.ID(n.Name)), id, was, now, body, changed)
	}
	table, was, is := quote(n.Name), scopeOf(n, "OLD"), scopeOf(n, "NEW")
	wire := as(n.Name+"_wire", "SELECT r.rowid AS place, "+s.object("r")+" AS body FROM "+table+" r")
	body := "(SELECT body FROM " + quote(wire.name) + " WHERE place = NEW.rowid)"
	return []part{
		wire,
		on(n.Name, "insert", "AFTER INSERT ON "+table, say("came", "NEW.id", "NULL", is, body, "NULL")),
		on(n.Name, "update", "AFTER UPDATE ON "+table, say("changed", "NEW.id", was, is, body, "json_object("+strings.Join(differs, ", ")+")")),
		on(n.Name, "delete", "AFTER DELETE ON "+table, say("went", "OLD.id", was, "NULL", "NULL", "NULL")),
	}
}

// recorders are what the nouns' triggers tell the feed's of a row that came, one that
// changed or moved, and one that went: the record's scope before and after, what it looks
// like now, and of each field whether it changed. The views hold nothing; their triggers
// write the feed, and beside it what the record looks like on the wire. Why three views and
// not one: a trigger that does nothing costs a write as much memory as one that does.
func recorders() []part {
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
	told := `SELECT NULL AS collection, NULL AS record, NULL AS was, NULL AS now, NULL AS body, NULL AS changed WHERE 0`
	return []part{
		as("came", told), as("changed", told), as("went", told),
		on("came", "insert", instead("came")+` WHEN NEW.now IS NOT NULL`, next, put, body),
		on("changed", "insert", instead("changed")+` WHEN `+moved+` OR instr(NEW.changed, '":1')`,
			strip, next, drop+` AND `+moved, next+` WHERE `+moved, put, body,
			`INSERT INTO sync_fields (record, collection, field, seq, device)
			SELECT NEW.record, NEW.collection, key, `+here+`, '' FROM json_each(NEW.changed) WHERE value
			ON CONFLICT (record, collection, field) DO UPDATE SET seq = excluded.seq, device = ''`),
		on("went", "insert", instead("went"), strip, next, drop, `DELETE FROM sync_fields WHERE `+ofIt),
	}
}

func instead(view string) string { return "INSTEAD OF INSERT ON " + prefix + view }

// movers are the triggers that take along, when a record comes or moves, what sync keeps
// of it. They are told of every change and do nothing where the scope stays.
func movers(all []shape) []part {
	for _, name := range []string{"sync_conflicts", "sync_refusals"} {
		if !slices.ContainsFunc(all, func(s shape) bool { return s.noun.Name == name && s.has("own") }) {
			return nil // a store of an earlier build, under way to this one
		}
	}
	var out []part
	for _, view := range []string{"came", "changed"} {
		out = append(out, on(view, "moved", instead(view)+` WHEN NEW.now IS NOT NEW.was AND NEW.now IS NOT NULL AND `+collections.Copied, collections.Copies()...))
	}
	return out
}

// The views of rights: who is to hold which scope now, and the users whose rights are to
// be made so, which holds nothing.
const (
	entitled = prefix + "entitled"
	entitle  = prefix + "entitle"
)

// entitlements are the parts that keep grants equal to what the tables say, in the
// transaction that changes them. They end the rights that no longer hold and begin those
// that do, for each user whom a trigger names.
func entitlements(all []shape) []part {
	out := []part{
		as("entitled", reasons(all)),
		as("entitle", `SELECT NULL AS "user" WHERE 0`),
		on("entitle", "insert", "INSTEAD OF INSERT ON "+entitle,
			next,
			`UPDATE sync_grants SET until = `+here+` WHERE "user" = NEW."user" AND until IS NULL
			AND scope NOT IN (SELECT e.scope FROM `+entitled+` e WHERE e."user" = NEW."user")`,
			`INSERT INTO sync_grants ("user", scope, since) SELECT e."user", e.scope, `+here+` FROM `+entitled+` e WHERE e."user" = NEW."user"
			AND NOT EXISTS (SELECT 1 FROM sync_grants g WHERE g."user" = e."user" AND g.scope = e.scope AND g.until IS NULL)`),
	}
	for _, s := range collections.EntitledBy() {
		if s.When != "" && !travels(all, s.Table) {
			continue
		}
		var changed []string
		for _, c := range s.Columns {
			changed = append(changed, fmt.Sprintf(`OLD.%s IS NOT NEW.%s`, quote(c), quote(c)))
		}
		table, when, changes := quote(s.Table), "", strings.Join(changed, " OR ")
		before := ""
		if s.When != "" {
			when, before = " WHEN "+row(s.When, "NEW"), " WHEN "+row(s.When, "OLD")
			changes = "(" + row(s.When, "NEW") + " OR " + row(s.When, "OLD") + ") AND (" + changes + ")"
		}
		out = append(out,
			on(s.Table, "entitle_insert", "AFTER INSERT ON "+table+when, entitling(s, "NEW")...),
			on(s.Table, "entitle_update", "AFTER UPDATE ON "+table+" WHEN "+changes, append(entitling(s, "NEW"), entitling(s, "OLD")...)...),
			on(s.Table, "entitle_delete", "AFTER DELETE ON "+table+before, entitling(s, "OLD")...),
		)
	}
	return out
}

// entitling says whose rights a row bears on.
func entitling(s collections.Source, r string) []string {
	out := []string{"INSERT INTO " + entitle + " VALUES (" + r + "." + quote(s.User) + ")"}
	if s.Other != "" {
		out = append(out, "INSERT INTO "+entitle+" SELECT other FROM (SELECT "+row(s.Other, r)+" AS other) WHERE other != ''")
	}
	return out
}

func row(sql, r string) string { return strings.ReplaceAll(sql, "{r}", r) }

// reasons is the union of every reason to hold a scope.
func reasons(all []shape) string {
	var parts []string
	for _, e := range collections.Entitlements() {
		if e.Of == "" || travels(all, e.Of) {
			parts = append(parts, e.Select)
		}
	}
	return strings.Join(parts, "\nUNION ")
}

// travels says that the noun is where its records can be told of; in a store of an earlier
// build, under way to this one, it may not be.
func travels(all []shape, noun string) bool {
	return slices.ContainsFunc(all, func(s shape) bool { return s.noun.Name == noun })
}

func as(name, query string) part {
	name = prefix + name
	return part{"VIEW", name, "CREATE VIEW " + quote(name) + " AS " + query}
}

func on(table, event, when string, body ...string) part {
	name := prefix + table + "_" + event
	return part{"TRIGGER", name, "CREATE TRIGGER " + quote(name) + " " + when + " BEGIN\n\t" + strings.Join(body, ";\n\t") + ";\nEND"}
}

func scopeOf(n *collections.Noun, row string) string {
	return "(" + strings.ReplaceAll(n.Sync.Scope, "{r}", row) + ")"
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteText(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
