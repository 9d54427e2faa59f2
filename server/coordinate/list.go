package coordinate

import (
	"maps"
	"net/http"
	"path"
	"strings"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
)

// list is one list of the desk: which rows there are and who sees them, what it can be
// narrowed to and sorted by, and what each row shows. The page and the file are made of
// it, so that they never differ. Whom they open to stands in the table of doors.
type list[R any] struct {
	title, path string
	says        string // what stands above it
	caption     string // of the table, for who hears it; empty: the title
	none        string // what is said when no row fits

	take, from string // the columns and the tables
	sight      func(*visit) (terms, error)
	found      string   // what the search looks through, in words
	words      []string // and in SQL
	filters    []filter

	columns []column[R]
	first   string // what it is sorted by when nothing is asked for
	down    bool
	last    string // settles equal rows

	file   string // empty: the last part of the path
	offers string // what the link to the file says; empty: that it is the whole
	noun   string // what the audit log calls what was taken; empty: there is no file
	only   string // holds of every row in the file
	header []string
	cells  func(R) []string // nil: the row goes into no file

	fill func(*visit, []R) error              // what no query knows
	more func(*visit, *listBody, terms) error // what else the page shows
}

// column is one of a list. One without a heading can be sorted by and is not shown.
type column[R any] struct {
	head
	order string // in SQL
	shows func(R) shown
}

// head is the heading of a column, Sort what the address calls it.
type head struct {
	Name, Sort string
	Number     bool
}

// listBody is what the page of a list shows.
type listBody struct {
	narrowing
	tabled
	Says, Above, Done string
	Back, Add, Invite *link
	Aside             *link // beside the file
	Figures, Themes   []line
	Theme             string
	CSV, Offers, None string
	All               *link // the way out when nothing fits
	Pages             pages
}

// tabled is a table as the page draws it.
type tabled struct {
	Heads []head
	Rows  [][]shown
}

// asking is what an address asks of a list.
type asking struct {
	narrowing
	terms
	problems []problem
	file     []string // the choices that the file is taken by
}

// ask reads the address, for the page or for the file.
func (l *list[R]) ask(v *visit, file bool) (a asking, err error) {
	sorts := []string{l.first}
	for _, c := range l.columns {
		if c.Sort != "" {
			sorts = append(sorts, c.Sort)
		}
	}
	a.search, a.Found, a.Caption = parseSearch(v.Request.URL, sorts, l.down), l.found, l.caption
	if a.terms, err = l.sight(v); err != nil {
		return a, err
	}
	for _, f := range l.filters {
		if f.pageAlone && file {
			continue
		}
		n, err := f.read(v, a.search)
		if err != nil {
			return a, err
		}
		if n.Bad != "" {
			a.problems = append(a.problems, problem{f.id, n.Bad})
		} else if is := f.condition(n.Value); is != "" {
			a.and(is, dbx.Params{f.id: n.Value})
		}
		a.Filters = append(a.Filters, n)
		if f.pageAlone {
			n.Value = ""
		}
		a.file = append(a.file, f.id, n.Value)
	}
	if err := find(v.App, &a.terms, a.Asked("q"), l.from, l.words...); err != nil {
		return a, err
	}
	if file && l.only != "" {
		a.and(l.only, nil)
	}
	return a, nil
}

// rows are those that fit, in order; a limit below nought is none.
func (l *list[R]) rows(v *visit, a asking, limit, offset int) (rows []R, err error) {
	params := dbx.Params{"limit": limit, "offset": offset}
	maps.Copy(params, a.params)
	order := ""
	for _, c := range l.columns {
		if c.Sort == a.Sort {
			order = c.order
		}
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT ` + l.take + ` FROM ` + l.from + ` WHERE ` + a.where() + ` ORDER BY ` + order + a.direction() + `, ` + l.last +
		` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&rows)
	if err == nil && l.fill != nil {
		err = l.fill(v, rows)
	}
	return rows, err
}

// page shows the list.
func (l *list[R]) page(v *visit) error {
	a, err := l.ask(v, false)
	if err != nil {
		return err
	}
	var total int
	if err := v.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM ` + l.from + ` WHERE ` + a.where()).Bind(a.params).Row(&total); err != nil {
		return err
	}
	body := listBody{narrowing: a.narrowing, Says: l.says, None: l.none, Pages: a.pages(total)}
	if body.Caption == "" {
		body.Caption = l.title
	}
	if l.noun != "" {
		body.CSV, body.Offers = a.with(l.path+".csv", a.file...), l.offers
	}
	rows, err := l.rows(v, a, perPage, (body.Pages.Page-1)*perPage)
	if err != nil {
		return err
	}
	body.tabled = draw(l.columns, rows)
	if l.more != nil {
		if err := l.more(v, &body, a.terms); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if len(a.problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "list", page{Title: l.title, Body: body, Problems: a.problems})
}

// draw is a table of rows.
func draw[R any](columns []column[R], rows []R) (t tabled) {
	t.Rows = make([][]shown, len(rows))
	for _, c := range columns {
		if c.shows == nil {
			continue
		}
		t.Heads = append(t.Heads, c.head)
		for i, r := range rows {
			t.Rows[i] = append(t.Rows[i], c.shows(r))
		}
	}
	return t
}

// csv is the same list whole, as a file; the audit log says who took it.
func (l *list[R]) csv(v *visit) error {
	a, err := l.ask(v, true)
	if err != nil {
		return err
	}
	if len(a.problems) > 0 {
		return noSuchDay(a.problems, l.path, l.title)
	}
	rows, err := l.rows(v, a, -1, 0)
	if err != nil {
		return err
	}
	var cells [][]string
	for _, r := range rows {
		if c := l.cells(r); c != nil {
			cells = append(cells, c)
		}
	}
	if err := kernel.Audit(v.App, v.actor(), kernel.Entry{Verb: "read", Collection: l.noun, Count: len(cells)}); err != nil {
		return err
	}
	name := l.file
	if name == "" {
		name = path.Base(l.path)
	}
	return v.sendCSV(name, l.header, cells)
}

// noSuchDay refuses a file of a day that is none.
func noSuchDay(problems []problem, address, title string) error {
	return &refusal{Status: http.StatusUnprocessableEntity, Heading: "There is no such day", Text: problems[0].Text + ".", Next: address, Link: "Go to " + strings.ToLower(title)}
}
