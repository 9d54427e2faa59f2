package gate

import (
	"net/url"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// expandKey is where a request keeps the names of the relations that it expands, which
// the gate takes out of its query: PocketBase would expand on its own and write nothing
// down.
const expandKey = "holdfast.expand"

// takeExpand takes the expand out of a request's query and keeps it. A superuser's
// dashboard asks for several and for deeper ones: it gets each first step forward.
func takeExpand(e *core.RequestEvent, c *core.Collection, q url.Values) error {
	if !q.Has("expand") {
		return nil
	}
	var names []string
	if e.HasSuperuserAuth() {
		for _, path := range strings.Split(q.Get("expand"), ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(path), ".")
			if _, forward := c.Fields.GetByName(name).(*core.RelationField); forward {
				names = append(names, name)
			}
		}
	} else {
		f, err := relation(c, q)
		if err != nil {
			return err
		}
		if f != nil {
			names = append(names, f.Name)
		}
	}
	q.Del("expand")
	e.Request.URL.RawQuery = q.Encode()
	e.Set(expandKey, names)
	return nil
}

// expand puts beside records what the request's relations lead to, as far as the asker
// may view it, and writes down first what of it is case content.
func expand(e *core.RequestEvent, c *core.Collection, records []*core.Record) error {
	names, _ := e.Get(expandKey).([]string)
	if len(names) == 0 || len(records) == 0 {
		return nil
	}
	fetch := func(to *core.Collection, ids []string) ([]*core.Record, error) {
		found, err := e.App.FindRecordsByIds(to, ids, func(q *dbx.SelectQuery) error { return kernel.Visible(e, to, q) })
		if err != nil || len(found) == 0 {
			return nil, err
		}
		if err := kernel.AuditPage(e, to.Name, found); err != nil {
			return nil, err
		}
		return found, apis.EnrichRecords(e, found)
	}
	for name, err := range e.App.ExpandRecords(records, names, fetch) {
		e.App.Logger().Error("A relation could not be expanded", "collection", c.Name, "relation", name, "error", err)
		return reply.Error(contract.Internal, "")
	}
	return nil
}
