package coordinate

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
)

// perPage is how many rows a list shows at once.
const perPage = 25

// search is what the address of a list asks for. Everything a reader chose is in
// the address, so that it can be kept, sent and come back to.
type search struct {
	path   string
	values url.Values
	Page   int
	Sort   string // a key of the list's columns
	Down   bool
}

// parseSearch reads an address; what it does not know is passed over. The first
// column of those that can sort is the one in use when none is asked for.
func parseSearch(u *url.URL, columns []string, down bool) search {
	s := search{path: u.Path, values: url.Values{}, Sort: columns[0], Down: down, Page: 1}
	for key, values := range u.Query() {
		if len(values[0]) <= 200 {
			s.values.Set(key, strings.ToValidUTF8(strings.ReplaceAll(values[0], "\x00", ""), ""))
		}
	}
	if asked := s.values.Get("sort"); slices.Contains(columns, asked) {
		s.Sort, s.Down = asked, s.values.Get("order") == "down"
	}
	if n, err := strconv.Atoi(s.values.Get("page")); err == nil && n > 1 && n < 1_000_000 {
		s.Page = n
	}
	return s
}

// Asked is what was chosen for a filter.
func (s search) Asked(key string) string { return s.values.Get(key) }

// with is this list with one choice made differently; from its first page on,
// unless the choice is the page.
func (s search) with(path string, pairs ...string) string {
	q := url.Values{}
	for _, key := range kept {
		if v := s.values.Get(key); v != "" {
			q.Set(key, v)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// kept are the choices that links carry on; the page is not among them.
var kept = []string{"status", "agency", "locality", "sector", "group", "kind", "topic", "when", "from", "until", "date", "by", "q", "sort", "order"}

// SortBy is the address that sorts by a column, the other way round when it does
// already.
func (s search) SortBy(column string) string {
	order := "up"
	if s.Sort == column && !s.Down {
		order = "down"
	}
	return s.with(s.path, "sort", column, "order", order)
}

// Order is a column's aria-sort.
func (s search) Order(column string) string {
	switch {
	case s.Sort != column:
		return "none"
	case s.Down:
		return "descending"
	}
	return "ascending"
}

// direction is the SQL of which way.
func (s search) direction() string {
	if s.Down {
		return " DESC"
	}
	return " ASC"
}

// find narrows to the rows whose columns hold every word of a text, in any order and as the
// eye reads them: without accents, and in either case.
func find(app core.App, t *terms, text, from string, columns ...string) error {
	words := strings.Fields(family.ToTheEye(text))
	switch {
	case len(columns) == 0 || strings.TrimSpace(text) == "":
		return nil
	case len(words) == 0: // signs alone
		t.and("0", nil)
		return nil
	}
	said := `(coalesce(` + strings.Join(columns, `, '') || ' ' || coalesce(`) + `, ''))`
	var all, fit []string
	if err := app.ConcurrentDB().NewQuery(`SELECT DISTINCT ` + said + ` FROM ` + from + ` WHERE ` + t.where()).Bind(t.params).Column(&all); err != nil {
		return err
	}
	for _, one := range all {
		if seen := family.ToTheEye(one); !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(seen, w) }) {
			fit = append(fit, one)
		}
	}
	list, err := json.Marshal(fit)
	t.and(said+` IN (SELECT value FROM json_each({:fit}))`, dbx.Params{"fit": string(list)})
	return err
}

// pages is where a reader is in a list, and where to go from here.
type pages struct {
	Total, From, To, Page, Last int
	Before, After               string
}

func (s search) pages(total int) pages {
	p := pages{Total: total, Last: max(1, (total+perPage-1)/perPage)}
	p.Page = min(s.Page, p.Last)
	p.From, p.To = min(total, (p.Page-1)*perPage+1), min(total, p.Page*perPage)
	if p.Page > 1 {
		p.Before = s.with(s.path, "page", strconv.Itoa(p.Page-1))
	}
	if p.Page < p.Last {
		p.After = s.with(s.path, "page", strconv.Itoa(p.Page+1))
	}
	return p
}
