package coordinate

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// auditRow is one line of the audit log: who did what, and of which family.
type auditRow struct {
	At     types.DateTime `db:"at"`
	Name   string         `db:"name"`
	Agency string         `db:"agency"`
	Kind   string         `db:"actor_kind"`
	Verb   string         `db:"verb"`
	Noun   string         `db:"noun"`
	Family string         `db:"reference"`
	Door   string         `db:"door"`
	Phone  string         `db:"phone"`
	Count  int            `db:"count"`
	Fields string         `db:"fields"`
}

// did are the verbs of the audit log in words.
var did = map[string]string{
	"read": "Looked at", "sync": "Was sent to a phone", "file": "Opened a file", "export": "Took a file away", "ask": "Asked about",
	"create": "Wrote", "update": "Changed", "delete": "Deleted", "move": "Moved", "sql": "Asked the store itself",
	"received": "Handed in a file", "sealed": "File kept", "quarantined": "File set aside",
	"refused": "Was refused", "refused_case": "Was refused a family", "copy_seen": "Copied sign-in noticed",
	"sign_in": "Signed in", "sign_in_failed": "Wrong password or code", "signed_out": "Signed out", "linked": "Linked a sign-in",
	"factor_added": "Added a second factor", "recovery_used": "Used a recovery code",
	"tell": "Mail sent", "told": "Told", "not_told": "Could not be told", "wiped": "Phone wiped", "settings": "Changed the settings",
	"repaired": "Put back what was changed from outside", "history_began": "A new history began", "took_on": "Took on an older store",
}

// Did is the verb in words; one that has none is its own name, said as one.
func (r auditRow) Did() string {
	if said, ok := did[r.Verb]; ok {
		return said
	}
	return contract.FieldName(r.Verb)
}

// Who is whoever did it, in words where it is nobody with an account.
func (r auditRow) Who() string {
	switch r.Kind {
	case "user":
		return given(r.Name)
	case "superuser":
		return "An operator"
	case "guest":
		return "Somebody not signed in"
	}
	return "Holdfast itself"
}

// doors are ways in, in words.
var doorWords = map[string]string{
	"sync": "Phone", "upload": "Phone", "coordinate": "These pages", "page": "A page without sign-in", "rest": "The programming interface", "dashboard": "Operators' dashboard",
	"glass": "Operators' dashboard, in an emergency", "command": "The server's machine", "server": "Holdfast itself", "openid": "Sign-in of the area",
	"mail": "Mail", "repair": "The server's machine", "scanner": "Malware scanner", "demo": "The demonstration",
}

// By is how they came in, and with which phone.
func (r auditRow) By() string {
	door, ok := doorWords[r.Door]
	if !ok {
		door = contract.FieldName(r.Door)
	}
	if r.Phone != "" {
		return door + ": " + alone(r.Phone)
	}
	return door
}

// Of is what it was of, in words.
func (r auditRow) Of() string {
	if r.Noun == "" {
		return ""
	}
	said := contract.FieldName(r.Noun)
	if r.Count > 1 {
		said += ", " + count(r.Count, "entry", "entries")
	}
	return said
}

// changed are the names of what was written, in words.
func (r auditRow) changed() string {
	var names []string
	_ = json.Unmarshal([]byte(r.Fields), &names)
	for i, n := range names {
		names[i] = contract.FieldName(n)
	}
	return strings.Join(names, ", ")
}

// The kinds of doing that a reader asks for.
var kindsOfDoing = []choice{{"seen", "Seen or sent"}, {"taken", "Files taken"}, {"written", "Written or changed"}, {"refused", "Refused"}, {"signing", "Signing in"}, {"emergency", "Emergency access"}}

// whoDidWhat is the audit log, for the data protection officer: found by the reference of a
// family or by a person's name, by what was done and since when.
var whoDidWhat = &list[auditRow]{
	title: "Who did what", path: "/coordinate/audit", none: "Nothing matches your filters.",
	says: "Everything that anybody read, was sent, wrote or was refused. It says what of a record was touched, never what stands in it, and a family by its reference alone.",
	take: kernel.AuditTake, from: kernel.AuditFrom,
	sight: func(v *visit) (t terms, err error) {
		err = ofFamilyOrPerson(v, &t)
		return t, err
	},
	found: "Family's reference or person's name",
	filters: []filter{
		{id: "kind", label: "What was done", all: "Anything", fixed: kindsOfDoing, cases: map[string]string{
			"seen": `l.verb IN ('read', 'sync', 'file', 'export', 'ask')`, "taken": `l.verb IN ('export', 'file')`, "written": `l.verb IN ('create', 'update', 'delete', 'move')`,
			"refused": `l.verb IN ('refused', 'refused_case')`, "signing": `l.verb IN ('sign_in', 'sign_in_failed', 'signed_out', 'linked', 'factor_added', 'recovery_used', 'copy_seen')`,
			"emergency": `l.door = 'glass'`}},
		{id: "when", label: "Since", fixed: []choice{{"7", "The last 7 days"}, {"31", "The last 31 days"}, {"366", "The last year"}, {"all", "The beginning"}},
			cases: map[string]string{"7": daysBack(7), "31": daysBack(31), "366": daysBack(366), "all": ""}},
	},
	first: "when", down: true, last: "l.id DESC",
	columns: []column[auditRow]{
		{head{Name: "When", Sort: "when"}, "l.id", func(r auditRow) shown { return ours(clock.Said(r.At.Time())) }},
		{head{Name: "Who"}, "", func(r auditRow) shown { return shown{Text: r.Who(), Under: filled(r.Agency)} }},
		{head{Name: "What they did"}, "", func(r auditRow) shown { return shown{Text: r.Did(), Under: filled(r.Of(), r.changed())} }},
		{head{Name: "Family"}, "", func(r auditRow) shown { return ours(r.Family) }},
		{head{Name: "By"}, "", func(r auditRow) shown { return ours(r.By()) }},
	},
	noun: "audit_log", file: "who-did-what",
	header: []string{"When", "Who", "Agency", "What they did", "Of what", "Entries", "Fields", "Family", "By"},
	cells: func(r auditRow) []string {
		return []string{inUK(r.At, "2006-01-02 15:04:05"), r.Who(), r.Agency, r.Did(), contract.FieldName(r.Noun), strconv.Itoa(r.Count), r.changed(), r.Family, r.By()}
	},
}

// daysBack is the condition that a line is of so many days back or later: its id begins with
// when it was written, so that no line before is looked at.
func daysBack(days int) string {
	return `l.id >= {:since_` + strconv.Itoa(days) + `}`
}

// ofFamilyOrPerson narrows to a family by its reference, or to people by their names: the
// log itself names neither, so both are looked up first.
func ofFamilyOrPerson(v *visit, t *terms) error {
	params := dbx.Params{}
	for _, days := range []int{7, 31, 366} {
		params["since_"+strconv.Itoa(days)] = contract.RecordID(v.room.now().Add(-time.Duration(days)*24*time.Hour), "")
	}
	asked := strings.TrimSpace(v.Request.URL.Query().Get("q"))
	if asked == "" {
		t.and("1", params)
		return nil
	}
	families, err := kernel.FamiliesCalled(v.App, asked)
	if err != nil {
		return err
	}
	var workers []string
	var named terms
	if err := find(v.App, &named, asked, "users u", "u.name", "u.email"); err != nil {
		return err
	}
	if err := v.App.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE ` + named.where() + ` LIMIT 200`).Bind(named.params).Column(&workers); err != nil {
		return err
	}
	of, err := json.Marshal(families)
	if err != nil {
		return err
	}
	by, err := json.Marshal(workers)
	params["families"], params["workers"] = string(of), string(by)
	t.and(`l."case" IN (SELECT value FROM json_each({:families})) OR l.actor IN (SELECT value FROM json_each({:workers}))`, params)
	return err
}

// filled are the texts that are not empty.
func filled(texts ...string) (out []string) {
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}
