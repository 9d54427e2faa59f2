package gate

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

const aChange = "PATCH /api/collections/{collection}/records/{id}"

// nowhere is the id of no record: none of ours has a dash.
const nowhere = "-"

// changing has a record that its asker may not see changed like one that is not there:
// PocketBase reads it before it asks its rules, and takes twice as long over it.
func changing(e *core.RequestEvent) error {
	seen, err := inSight(e, e.Request.PathValue("collection"), e.Request.PathValue("id"))
	if err == nil && !seen {
		e.Request.SetPathValue("id", nowhere)
	}
	return err
}

// ofRecords is the address of a collection's records, or of one of them.
var ofRecords = regexp.MustCompile(`^/api/collections/([^/]+)/records(?:/([^/]+))?$`)

// sights leads the requests of one batch, in their order. Of a record that is out of
// sight, a change goes to none, and a PUT makes one: what PocketBase does with a PUT
// whose record is not there. What an earlier request of the batch makes is in sight of
// the later ones; if it cannot be made they are never reached.
type sights struct {
	e    *core.RequestEvent
	made map[string]bool // "collection/id"
}

func (s *sights) lead(inner *core.InternalRequest, address *url.URL) error {
	at := ofRecords.FindStringSubmatch(address.Path)
	if at == nil {
		return nil
	}
	name := at[1]
	if c, err := s.e.App.FindCachedCollectionByNameOrId(name); err == nil {
		name = c.Id // it is one collection by its name and by its id
	}
	sent, _ := inner.Body["id"].(string)
	switch method := strings.ToUpper(inner.Method); {
	case method == http.MethodPatch && at[2] != "":
		if seen, err := s.sees(name, at[2]); err != nil || seen {
			return err
		}
		address.Path = "/api/collections/" + at[1] + "/records/" + nowhere
		inner.URL = address.String()
	case method == http.MethodPut && at[2] == "":
		if seen, err := s.sees(name, sent); err != nil || seen {
			return err
		}
		inner.Method = http.MethodPost
		s.made[name+"/"+sent] = true
	case method == http.MethodPost && at[2] == "":
		s.made[name+"/"+sent] = true
	}
	return nil
}

func (s *sights) sees(collection, id string) (bool, error) {
	if id == "" || s.made[collection+"/"+id] {
		return id != "", nil
	}
	return inSight(s.e, collection, id)
}

// inSight asks the collection's view rule of a record, by the same work whether it is
// there or not.
func inSight(e *core.RequestEvent, collection, id string) (bool, error) {
	c, err := e.App.FindCachedCollectionByNameOrId(collection)
	if err != nil || c.IsView() {
		return true, nil // PocketBase says what is wrong
	}
	if c.ViewRule == nil {
		return false, nil
	}
	info, err := e.RequestInfo()
	if err != nil {
		return false, err
	}
	var n int
	query := e.App.ConcurrentDB().Select("count(*)").From(c.Name).AndWhere(dbx.HashExp{c.Name + ".id": id})
	if *c.ViewRule != "" {
		resolver := core.NewRecordFieldResolver(e.App, c, info, true)
		expr, err := search.FilterData(*c.ViewRule).BuildExpr(resolver)
		if err != nil {
			return false, err
		}
		query.AndWhere(expr)
		if err := resolver.UpdateQuery(query); err != nil {
			return false, err
		}
	}
	err = query.Row(&n)
	return n > 0, err
}
