package chronology

import (
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/chronology"
	"holdfast/hooks/engagement"
	"holdfast/hooks/workday"
)

// source is one kind of record and how it tells of itself. Its columns are SQL over
// the noun's own row; what is left out is empty.
type source struct {
	kind, noun string
	key        string // when: an indexed column
	where      string // which of the noun's rows; empty for all of the case
	until      string // the last day of a period
	said       string // what it rests on
	impact     string
	action     string
	agency     string
	children   string // a JSON list of ids
	tags       string // a JSON list
	method     string // how a child told it
	voice      string // whether it is a child's own, 1 or nothing
	at         string // whom it was done with, by name
	a, b, c, d string // what its words are made of
	words      func(*record) string
	judge      func(*record) // impact and tags that follow from what happened
}

// record is one stored row as a source reads it.
type record struct {
	ID       string `db:"id"`
	Key      string `db:"at"`
	Until    string `db:"until"`
	Said     string `db:"said"`
	Impact   string `db:"impact"`
	Action   string `db:"action"`
	Agency   string `db:"agency"`
	Children string `db:"children"`
	Tags     string `db:"tags"`
	Method   string `db:"method"`
	Voice    string `db:"voice"`
	At       string `db:"with_whom"`
	A        string `db:"a"`
	B        string `db:"b"`
	C        string `db:"c"`
	D        string `db:"d"`
}

// sql reads a source's rows of one case from a place on, by its index.
func (s *source) sql(order chronology.Order) string {
	col := func(expr, as string) string {
		if expr == "" {
			expr = "''"
		}
		return ", coalesce(" + expr + ", '') AS " + as
	}
	compare, direction := ">", "ASC"
	if order == chronology.Newest {
		compare, direction = "<", "DESC"
	}
	where := ""
	if s.where != "" {
		where = " AND " + s.where
	}
	return `SELECT id, ` + s.key + ` AS at` + col(s.until, "until") + col(s.said, "said") + col(s.impact, "impact") + col(s.action, "action") +
		col(s.agency, "agency") + col(s.children, "children") + col(s.tags, "tags") + col(s.method, "method") + col(s.voice, "voice") + col(s.at, "with_whom") + col(s.a, "a") + col(s.b, "b") + col(s.c, "c") + col(s.d, "d") +
		` FROM ` + s.noun + ` WHERE "case" = {:case}` + where + ` AND (` + s.key + `, id) ` + compare + ` ({:key}, {:id})` + s.within(order) +
		` ORDER BY ` + s.key + ` ` + direction + `, id ` + direction + ` LIMIT {:limit}`
}

// within keeps a source to the days asked for, where its rows are of one day; a day
// more on either side, since a local day is not one of UTC.
func (s *source) within(chronology.Order) string {
	out := ` AND ` + s.key + ` <= {:high}`
	if s.until == "" {
		out += ` AND ` + s.key + ` >= {:low}`
	}
	return out
}

// open is the source as the engine reads it: in batches, each from where the last
// one ended.
func (r *reading) open(number int, batch int) chronology.Source {
	s := &sources[number]
	if r.filter.Kind != "" && r.filter.Kind != s.kind {
		return func() (chronology.Row, bool, error) { return chronology.Row{}, false, nil }
	}
	low, high := "", "~"
	if from, err := time.Parse(time.DateOnly, r.filter.From); err == nil {
		low = from.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	if until, err := time.Parse(time.DateOnly, r.filter.Until); err == nil {
		high = until.AddDate(0, 0, 2).Format(time.DateOnly)
	}
	key, id := r.after.Bounds(number, r.order)
	query := r.App.ConcurrentDB().NewQuery(s.sql(r.order))
	var rows []record
	next, ended := 0, false
	return func() (chronology.Row, bool, error) {
		if next == len(rows) && !ended {
			rows, next = nil, 0
			err := query.Bind(dbx.Params{"case": r.caseID, "key": key, "id": id, "limit": batch, "low": low, "high": high, "mine": r.agency, "now": engagement.ByNow()}).All(&rows)
			if err != nil {
				return chronology.Row{}, false, err
			}
			ended = len(rows) < batch
		}
		if next == len(rows) {
			return chronology.Row{}, false, nil
		}
		one := &rows[next]
		next++
		key, id = one.Key, one.ID
		row := s.tell(one)
		r.settle(&row)
		return row, true, nil
	}
}

// tell is a stored row as a row of the chronology.
func (s *source) tell(r *record) chronology.Row {
	if s.judge != nil {
		s.judge(r)
	}
	out := chronology.Row{
		Kind: s.kind, ID: r.ID, Key: r.Key, On: localDay(r.Key), Until: localDay(r.Until), Words: strings.TrimSpace(s.words(r)),
		Source: r.Said, Method: r.Method, Voice: r.Voice != "", Impact: r.Impact, Action: r.Action, Agency: r.Agency, Children: list(r.Children), Tags: list(r.Tags),
	}
	if out.Impact == "" {
		out.Impact = "neutral"
	}
	return out
}

var london = workday.London

// today is the day where the families live.
func today() string { return time.Now().In(london).Format(time.DateOnly) }

// localDay is the day on which a stored day or instant falls where the families live.
func localDay(s string) string {
	if at, err := time.Parse("2006-01-02 15:04:05.000Z", s); err == nil {
		return at.In(london).Format(time.DateOnly)
	}
	return s
}
