package gate

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// What one question may hold.
const (
	mostComparisons = 20
	mostSorts       = 8
	mostRecords     = 500     // a page
	mostQuery       = 8 << 10 // bytes of a query string
)

// constants are the names in a filter that are no field of anything.
var constants = []string{"true", "false", "null", "@now", "@yesterday", "@tomorrow", "@second", "@minute", "@hour", "@day", "@month", "@weekday", "@year",
	"@todayStart", "@todayEnd", "@monthStart", "@monthEnd", "@yearStart", "@yearEnd"}

func refused(format string, values ...any) error {
	return reply.Error(contract.Malformed, fmt.Sprintf(format, values...))
}

// single is the value of a parameter; PocketBase reads the first of several.
func single(q url.Values, name string) (string, error) {
	if len(q[name]) > 1 {
		return "", refused("Give %s once.", name)
	}
	return q.Get(name), nil
}

// list holds what a list asks for to the collection's own fields, and its page to what
// one page may be. It changes what is asked only where nothing is lost by it.
func list(c *core.Collection, q url.Values) error {
	filter, err := single(q, "filter")
	if err != nil {
		return err
	}
	if filter != "" {
		groups, err := fexpr.Parse(filter)
		if err != nil {
			return refused("The filter cannot be read: %v.", err)
		}
		left := mostComparisons
		if err := comparisons(c, groups, &left); err != nil {
			return err
		}
	}
	sort, err := single(q, "sort")
	if err != nil {
		return err
	}
	if sort != "" {
		names := strings.Split(sort, ",")
		if len(names) > mostSorts {
			return refused("Sort by %d fields at most.", mostSorts)
		}
		for _, name := range names {
			name = strings.TrimSpace(name)
			name = strings.TrimPrefix(strings.TrimPrefix(name, "-"), "+")
			// An address that is not shown would show in the order of those that are.
			if name != "@rowid" && (!own(c, name) || c.IsAuth() && name == core.FieldNameEmail) {
				return refused("%s cannot be sorted by %q: only a field of its own.", c.Name, name)
			}
		}
	}
	page, err := single(q, "perPage")
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(page); err == nil && n > mostRecords {
		return refused("A page has %d records at most.", mostRecords)
	}
	return nil
}

// comparisons holds every operand of a filter to own fields and values.
func comparisons(c *core.Collection, groups []fexpr.ExprGroup, left *int) error {
	for _, g := range groups {
		switch item := g.Item.(type) {
		case fexpr.Expr:
			if *left--; *left < 0 {
				return refused("A filter has %d comparisons at most.", mostComparisons)
			}
			for _, operand := range []fexpr.Token{item.Left, item.Right} {
				switch operand.Type {
				case fexpr.TokenText, fexpr.TokenNumber:
				case fexpr.TokenIdentifier:
					if !own(c, operand.Literal) && !constant(operand.Literal) {
						return refused("%s cannot be filtered by %q: only by a field of its own.", c.Name, operand.Literal)
					}
				default:
					return refused("A filter compares fields with values; %q is neither.", operand.Literal)
				}
			}
		case fexpr.ExprGroup:
			if err := comparisons(c, []fexpr.ExprGroup{item}, left); err != nil {
				return err
			}
		case []fexpr.ExprGroup:
			if err := comparisons(c, item, left); err != nil {
				return err
			}
		default:
			return refused("The filter cannot be read.")
		}
	}
	return nil
}

// own reports whether a name is, letter for letter, a visible field of the collection.
func own(c *core.Collection, name string) bool {
	f := c.Fields.GetByName(name)
	return f != nil && !f.GetHidden() && f.Type() != core.FieldTypePassword
}

func constant(name string) bool {
	return slices.ContainsFunc(constants, func(c string) bool { return strings.EqualFold(c, name) })
}

// relation is the one forward relation that an expand names, nil for no expand.
func relation(c *core.Collection, q url.Values) (*core.RelationField, error) {
	name, err := single(q, "expand")
	if err != nil || name == "" {
		return nil, err
	}
	f, ok := c.Fields.GetByName(name).(*core.RelationField)
	if !ok || f.GetHidden() {
		return nil, refused("%s cannot be expanded by %q: one relation of its own, one level, at a time.", c.Name, name)
	}
	return f, nil
}

// plain refuses what only a list or a view may ask.
func plain(q url.Values) error {
	if q.Has("expand") {
		return refused("expand is for lists and views.")
	}
	return nil
}

// bare refuses fields of a record that stand in the query: PocketBase takes them for a
// form's, past whatever looked at the body, and drops them beside JSON.
func bare(q url.Values) error {
	for name := range q {
		if name != "fields" {
			return refused("%q stands in the address: what is written stands in the body.", name)
		}
	}
	return nil
}
