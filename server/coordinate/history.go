package coordinate

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"
)

// event is one line of a record's history: who, when, what, and which fields by
// name; the log holds no values.
type event struct {
	At     types.DateTime `db:"at"`
	Actor  string         `db:"actor"`
	Kind   string         `db:"actor_kind"`
	Door   string         `db:"door"`
	Verb   string         `db:"verb"`
	Of     string         `db:"of"` // the collection, where a history has more than one
	Fields string         `db:"fields"`
}

// historyLimit is how many of the latest lines a page shows.
const historyLimit = 50

// history reads a record's lines from the audit log, the latest first.
func history(db dbx.Builder, collection, record string) (events []event, err error) {
	err = db.NewQuery(`SELECT l.at, coalesce(u.name, '') AS actor, l.actor_kind, l.door, l.verb, coalesce(l.fields, '') AS fields
		FROM audit_log l LEFT JOIN users u ON u.id = l.actor
		WHERE l.collection = {:c} AND l.record = {:r} AND l.verb IN ('create', 'update', 'delete')
		ORDER BY l.at DESC, l.rowid DESC LIMIT {:n}`).Bind(dbx.Params{"c": collection, "r": record, "n": historyLimit}).All(&events)
	return events, err
}

// eventHistory is an event's lines and, for who records attendance, those of its
// attendance: champions answer from their phones, which is not for others to read.
func eventHistory(db dbx.Builder, id string, attendance bool) (events []event, err error) {
	if !attendance {
		return history(db, "network_events", id)
	}
	err = db.NewQuery(`SELECT l.at, coalesce(u.name, '') AS actor, l.actor_kind, l.door, l.verb, coalesce(l.fields, '') AS fields, l.collection AS "of"
		FROM audit_log l LEFT JOIN users u ON u.id = l.actor
		WHERE l.verb IN ('create', 'update', 'delete') AND ((l.collection = 'network_events' AND l.record = {:r})
			OR (l.collection = 'network_attendance' AND l.record IN (SELECT id FROM network_attendance WHERE event = {:r})))
		ORDER BY l.at DESC, l.rowid DESC LIMIT {:n}`).Bind(dbx.Params{"r": id, "n": historyLimit}).All(&events)
	return events, err
}

// Did is the verb in words, of whatever record.
func (e event) Did() string {
	switch {
	case e.Of == "network_attendance":
		return "recorded attendance"
	case e.Verb == "create":
		return "made it"
	case e.Verb == "delete":
		return "deleted it"
	}
	return "changed it"
}

// Who is a person, or what wrote when it was nobody.
func (e event) Who() string {
	switch {
	case e.Kind == "superuser":
		return "The operator"
	case e.Kind == "server":
		return "Changed automatically"
	case e.Actor == "":
		return "An account that is no more"
	}
	return e.Actor
}

// What is the verb in words.
func (e event) What() string {
	switch e.Verb {
	case "create":
		return "sent the registration"
	case "delete":
		return "deleted the registration"
	}
	if strings.Contains(e.Fields, `"status"`) {
		return "moved it on"
	}
	return "changed it"
}

// Where is the door that was used.
func (e event) Where() string {
	doors := map[string]string{"sync": "from a phone", "rest": "through the app", "coordinate": "on these pages", "dashboard": "in the operator’s dashboard"}
	return doors[e.Door]
}

// Changed names the fields in words.
func (e event) Changed() string {
	var names []string
	if json.Unmarshal([]byte(e.Fields), &names) != nil {
		return ""
	}
	for i, n := range names {
		if label := labels[n]; label != "" {
			names[i] = label
		} else {
			names[i] = strings.ReplaceAll(n, "_", " ")
		}
	}
	return strings.Join(names, ", ")
}

var labels = map[string]string{
	"on": "day", "resource": "briefing", "resource_version": "version of the briefing",
	"user": "account", "work_email": "work email", "manager_name": "line manager", "manager_email": "line manager’s email",
	"directory_consent": "consent to the directory", "decision_note": "reason for the decision", "decided_at": "time of the decision",
}
