package sync

import (
	"container/heap"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"

	"holdfast/hooks/feed"
	contract "holdfast/mobile-contract"
)

// entry is one thing that a pull says.
type entry struct {
	scope, collection, record string // a whole scope is dropped when collection is empty
	rev                       int64
	put                       bool
	body                      string
}

// size is about how many bytes the entry has on the wire.
func (n *entry) size() int {
	return len(n.scope) + len(n.collection) + len(n.record) + len(n.body) + len(`{"op":"drop","scope":"","collection":"","id":"","rev":123456789,"record":},`)
}

// wired is a record's JSON as every reader of lines takes it: whatever came past
// every door into the store, it is UTF-8, and what some take for the end of a line is
// written as an escape.
func wired(body string) string {
	if !utf8.ValidString(body) { // which looks at eight bytes at once
		body = strings.ToValidUTF8(body, "\uFFFD")
	}
	if strings.Contains(body, "\u2028") || strings.Contains(body, "\u2029") || strings.Contains(body, "\u0085") {
		body = lineEnds.Replace(body)
	}
	return body
}

var lineEnds = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`, "\u0085", `\u0085`)

// content makes what a record looks like on the wire where the feed has lost it: one that
// lives is never told as a removal.
func (e *Engine) content(ctx context.Context, noun, record string) (body string, err error) {
	db, err := pool(e.app)
	if err != nil {
		return "", err
	}
	object, err := feed.Object(e.app, noun)
	if err != nil {
		return "", err
	}
	if err := db.QueryRowContext(ctx, `SELECT `+object+` FROM "`+noun+`" r WHERE r.id = ?`, record).Scan(&body); err != nil {
		return "", fmt.Errorf("the feed has no content of %s %s: %w", noun, record, err)
	}
	e.app.Logger().Error("The feed had lost what a record looks like", "collection", noun, "record", record)
	return body, nil
}

// head is a kept scope that has something new, and where.
type head struct {
	scope string
	seq   int64
}

// heads are the scopes held since before seq that changed in (after, until]: one
// index look-up a scope, whatever the store holds.
func (e *Engine) heads(ctx context.Context, user string, after, seq, until int64) ([]head, error) {
	rows, err := e.stmt.heads.QueryContext(ctx, user, after, seq, until)
	if err != nil {
		return nil, fmt.Errorf("reading what changed: %w", err)
	}
	defer rows.Close()
	var out []head
	for rows.Next() {
		var h head
		if err := rows.Scan(&h.scope, &h.seq); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// names runs a statement that answers one column of text.
func names(ctx context.Context, stmt *sql.Stmt, args ...any) ([]string, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// cursor walks one scope in order, a chunk at a time.
type cursor struct {
	scope        string
	after, until int64
	size, most   int // rows and bytes that are read at once
	rows         []row
	dry          bool
}

// merge walks many scopes as one, by seq.
type merge struct {
	ctx     context.Context
	engine  *Engine
	user    string
	text    string
	bound   int64
	cursors []*cursor
}

func (m *merge) Len() int           { return len(m.cursors) }
func (m *merge) Less(i, j int) bool { return m.cursors[i].rows[0].seq < m.cursors[j].rows[0].seq }
func (m *merge) Swap(i, j int)      { m.cursors[i], m.cursors[j] = m.cursors[j], m.cursors[i] }
func (m *merge) Push(x any)         { m.cursors = append(m.cursors, x.(*cursor)) }
func (m *merge) Pop() any {
	last := m.cursors[len(m.cursors)-1]
	m.cursors = m.cursors[:len(m.cursors)-1]
	return last
}

// newMerge opens a cursor on each scope that has something in (after, until].
func (e *Engine) newMerge(ctx context.Context, user, text string, heads []head, until int64, want int) (*merge, error) {
	m := &merge{ctx: ctx, engine: e, user: user, text: text, bound: until}
	for _, h := range heads {
		c := &cursor{scope: h.scope, after: h.seq - 1, until: until, size: min(want, max(4, 2*want/len(heads))), most: contract.PageBytes / min(len(heads), 16)}
		if ok, err := m.fill(c); err != nil {
			return nil, err
		} else if ok {
			m.cursors = append(m.cursors, c)
		}
	}
	heap.Init(m)
	return m, nil
}

func (m *merge) fill(c *cursor) (bool, error) {
	if c.dry {
		return false, nil
	}
	rows, more, err := m.engine.chunk(m.ctx, m.text, m.user, c.scope, c.after, c.until, c.size, c.most, m.bound)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	c.rows, c.dry = rows, !more
	c.after = rows[len(rows)-1].seq
	return true, nil
}

// next answers the next row by seq over all scopes; ok is false at the end.
func (m *merge) next() (scope string, r row, ok bool, err error) {
	if len(m.cursors) == 0 {
		return "", row{}, false, nil
	}
	c := m.cursors[0]
	scope, r = c.scope, c.rows[0]
	c.rows = c.rows[1:]
	if len(c.rows) > 0 {
		heap.Fix(m, 0)
		return scope, r, true, nil
	}
	more, err := m.fill(c)
	if err != nil {
		return "", row{}, false, err
	}
	if more {
		heap.Fix(m, 0)
	} else {
		heap.Pop(m)
	}
	return scope, r, true, nil
}
