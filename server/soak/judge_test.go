package soak

import (
	"encoding/json"
	"fmt"

	contract "holdfast/mobile-contract"
)

// judge holds a server that is down to what it told its phones: each mutation is in
// exactly one state, the one that was told, and had its effects once.
func (a *asleep) judge(deeds []*deed) (verdicts map[string]int) {
	a.t.Helper()
	verdicts = map[string]int{}
	kept := a.verdicts()
	conflicts := a.count(`SELECT mutation, count(*) FROM sync_conflicts GROUP BY mutation`)
	refusals := a.count(`SELECT mutation, count(*) FROM sync_refusals WHERE status != 'settled' GROUP BY mutation`)
	audited := a.count(`SELECT verb || ' ' || collection || '/' || record, count(*) FROM audit_log WHERE door = 'sync' AND verb IN ('create', 'update') GROUP BY 1`)
	writes := map[string]int{}  // what should be in the audit log
	latest := map[string]deed{} // by "collection/record/field", the write that stands
	for _, d := range deeds {
		if d.result == nil {
			a.t.Errorf("%s of %s never got a verdict", d.ID, d.by.user)
			continue
		}
		verdict := d.result.Verdict
		verdicts[verdict]++
		if got := kept[d.by.user+"/"+d.ID]; got != verdict {
			a.t.Errorf("%s was told %q, the server holds %q", d.ID, verdict, got)
		}
		want := map[string][2]int{contract.Conflict: {1, 0}, contract.Refused: {0, 1}}[verdict]
		if got := [2]int{conflicts[d.ID], refusals[d.ID]}; got != want {
			a.t.Errorf("%s, %s: %v conflicts and refusals are kept, not %v", d.ID, verdict, got, want)
		}
		if verdict != contract.Applied && verdict != contract.Merged {
			continue
		}
		key := d.Collection + "/" + d.Record
		writes[d.Op+" "+key]++
		for field := range d.Set {
			if l, ok := latest[key+"/"+field]; !ok || l.result.Rev < d.result.Rev {
				latest[key+"/"+field] = *d
			}
		}
	}
	for what, n := range writes {
		if audited[what] != n {
			a.t.Errorf("%s happened %d times, was recorded %d times", what, audited[what], n)
		}
	}
	a.hold(latest)
	return verdicts
}

// hold proves that every record holds what was last written into it.
func (a *asleep) hold(latest map[string]deed) {
	a.t.Helper()
	type want struct{ value, by string }
	fields := map[string]map[string]map[string]want{} // collection, record, field
	for key, d := range latest {
		field := key[len(d.Collection)+len(d.Record)+2:]
		if fields[d.Collection] == nil {
			fields[d.Collection] = map[string]map[string]want{}
		}
		if fields[d.Collection][d.Record] == nil {
			fields[d.Collection][d.Record] = map[string]want{}
		}
		fields[d.Collection][d.Record][field] = want{stored(d.Set[field]), d.ID}
	}
	for collection, records := range fields {
		for record, values := range a.records(collection) {
			for field, w := range records[record] {
				if values[field] != w.value {
					a.t.Errorf("%s/%s holds %s %q, %s wrote %q", collection, record, field, values[field], w.by, w.value)
				}
			}
			delete(records, record)
		}
		for record := range records {
			a.t.Errorf("%s/%s was acknowledged and is not there", collection, record)
		}
	}
}

// stored is a JSON value as a column of the database reads.
func stored(raw json.RawMessage) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return string(raw)
	}
	switch v {
	case true:
		return "1"
	case false:
		return "0"
	}
	return fmt.Sprint(v)
}

func (a *asleep) records(collection string) map[string]map[string]string {
	out := map[string]map[string]string{}
	var names []string
	a.each(func(c []string) { names = append(names, c[0]) }, `SELECT name FROM pragma_table_info('`+collection+`')`)
	a.each(func(c []string) {
		values := map[string]string{}
		for i, name := range names {
			values[name] = c[i]
		}
		out[values["id"]] = values
	}, `SELECT * FROM "`+collection+`"`)
	return out
}

// verdicts are those that the server keeps, by "user/mutation".
func (a *asleep) verdicts() map[string]string {
	out := map[string]string{}
	a.each(func(c []string) { out[c[0]+"/"+c[1]] = c[2] }, `SELECT "user", id, result->>'verdict' FROM sync_verdicts`)
	return out
}

func (a *asleep) count(text string) map[string]int {
	out := map[string]int{}
	a.each(func(c []string) { out[c[0]] = atoi(c[1]) }, text)
	return out
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}
