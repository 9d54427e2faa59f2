package kernel

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// What the data protection officer reads of the audit log, as SQL (l is a line): of a family
// its reference alone.
const (
	AuditTake = `l.at, l.actor_kind, coalesce(u.name, '') AS name, coalesce(a.name, '') AS agency, l.verb, l.collection AS noun, coalesce(c.reference, '') AS reference, l.door,
		coalesce(d.name, '') AS phone, l.count, coalesce(l.fields, '[]') AS fields`
	AuditFrom = `audit_log l LEFT JOIN users u ON u.id = l.actor LEFT JOIN agencies a ON a.id = u.agency LEFT JOIN cases c ON c.id = l."case" LEFT JOIN devices d ON d.id = l.device`
)

// FamiliesCalled are the ids of those whose reference this is, in either case.
func FamiliesCalled(app core.App, reference string) (ids []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT id FROM cases WHERE reference = {:r} COLLATE NOCASE`).Bind(dbx.Params{"r": reference}).Column(&ids)
	return ids, err
}
