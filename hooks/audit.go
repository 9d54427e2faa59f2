package hooks

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
)

// Entry is one line of the audit log: who did, read or was sent what. Field
// names, never values (domain 7.5).
type Entry struct {
	Verb       string // create, update, delete, read, sync, file, export, sign_in, received, sealed, quarantined
	Collection string
	Record     string // one record, or empty for a page of them
	Case       string
	Fields     []string
	Count      int // how many records were delivered
}

// line is an entry as it is stored, in the order of auditColumns.
type line [12]any

const auditColumns = `id, at, actor, actor_kind, device, door, verb, collection, record, "case", fields, count`

func newLine(a Actor, e Entry) (line, error) {
	if e.Fields == nil {
		e.Fields = []string{}
	}
	fields, err := json.Marshal(e.Fields)
	if err != nil {
		return line{}, err
	}
	now := time.Now().UTC()
	return line{
		auditID(now), now.Format("2006-01-02 15:04:05.000Z"), a.ID(), a.Kind(), a.Device, a.Door,
		e.Verb, e.Collection, e.Record, e.Case, string(fields), e.Count,
	}, nil
}

// auditID rises with time, so that the log grows at its end: eight characters of
// milliseconds, which last until the year 2059, and seven of chance.
func auditID(at time.Time) string {
	return fmt.Sprintf("%08s", strconv.FormatInt(at.UnixMilli(), 36)) + security.PseudorandomStringWithAlphabet(7, core.DefaultIdAlphabet)
}

// Audit writes one entry in the app's transaction when it is in one: inside Within
// at its end, all entries of a push as one statement.
func Audit(tx core.App, a Actor, e Entry) error {
	l, err := newLine(a, e)
	if err != nil {
		return err
	}
	if tx.TxInfo() != nil {
		if s := stateOf(tx); s.depth > 0 {
			s.audits = append(s.audits, l)
			return nil
		}
	}
	return writeAudit(tx, []line{l})
}

func flushAudit(tx core.App, s *state) error {
	lines := s.audits
	s.audits = nil
	return writeAudit(tx, lines)
}

// writeAudit stores lines, many with one statement. One that is there already, by its
// id, stays as it is.
func writeAudit(tx core.App, lines []line) error {
	for n := mostLines; len(lines) > 0; n /= 2 { // few different statements, whatever the number
		for ; len(lines) >= n; lines = lines[n:] {
			values := make(dbx.Params, n*len(line{}))
			for i, l := range lines[:n] {
				for j, v := range l {
					values[auditValues[i][j]] = v
				}
			}
			if _, err := Query(tx, auditStatements[n]).Bind(values).Execute(); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostLines is how many lines one statement writes at most: a power of two.
const mostLines = 64

// auditValues name the values of each line of a statement, auditStatements are those for
// each power of two.
var auditValues, auditStatements = func() (names [mostLines][len(line{})]string, statements map[int]string) {
	statements = map[int]string{}
	var rows []string
	for i := range names {
		for j := range names[i] {
			names[i][j] = fmt.Sprintf("v%d_%d", i, j)
		}
		rows = append(rows, "({:"+strings.Join(names[i][:], "}, {:")+"}, {:"+names[i][1]+"}, {:"+names[i][1]+"})")
		if n := i + 1; n&(n-1) == 0 {
			statements[n] = "INSERT INTO audit_log (" + auditColumns + ", created, updated) VALUES " + strings.Join(rows, ", ") + " ON CONFLICT (id) DO NOTHING"
		}
	}
	return names, statements
}()

// bindAudit writes a row for every write, in its transaction, and for every page
// of case content that a stock door delivers, before it is delivered.
func bindAudit(app core.App) {
	written := func(verb string) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderAudit, Func: func(e *core.RecordEvent) error {
			n := collections.ByName(e.Record.Collection().Name)
			if n == nil || n.Name == "audit_log" {
				return e.Next()
			}
			entry := Entry{Verb: verb, Collection: n.Name, Record: e.Record.Id, Case: caseOf(n, e.Record), Fields: touched(e.Record, verb), Count: 1}
			if err := e.Next(); err != nil {
				return err
			}
			return Audit(e.App, ActorOf(e.App), entry)
		}}
	}
	app.OnRecordCreateExecute().Bind(written("create"))
	app.OnRecordUpdateExecute().Bind(written("update"))
	app.OnRecordDeleteExecute().Bind(written("delete"))

	app.OnRecordViewRequest().BindFunc(func(e *core.RecordRequestEvent) error {
		if n := collections.ByName(e.Collection.Name); n != nil && n.CaseField != "" {
			entry := Entry{Verb: "read", Collection: n.Name, Record: e.Record.Id, Case: caseOf(n, e.Record), Count: 1}
			if err := AuditRead(e.App, ActorFrom(e.RequestEvent), entry); err != nil {
				return err
			}
		}
		return e.Next()
	})
	app.OnRecordsListRequest().BindFunc(func(e *core.RecordsListRequestEvent) error {
		if n := collections.ByName(e.Collection.Name); n != nil && n.CaseField != "" {
			var entries []Entry
			for id, count := range casesIn(n, e.Records) {
				entries = append(entries, Entry{Verb: "read", Collection: n.Name, Case: id, Count: count})
			}
			if err := AuditRead(e.App, ActorFrom(e.RequestEvent), entries...); err != nil {
				return err
			}
		}
		return e.Next()
	})
}

func casesIn(n *collections.Noun, records []*core.Record) map[string]int {
	out := map[string]int{}
	for _, r := range records {
		out[caseOf(n, r)]++
	}
	return out
}

func caseOf(n *collections.Noun, r *core.Record) string {
	switch n.CaseField {
	case "":
		return ""
	case "id":
		return r.Id
	}
	return r.GetString(n.CaseField)
}

// touched names the fields that a write sets or changes.
func touched(r *core.Record, verb string) []string {
	out := []string{}
	if verb == "delete" {
		return out
	}
	was := func(string) string { return "" }
	if !r.IsNew() {
		original := r.Original() // a copy of the record: once
		was = func(name string) string { return textOf(original, name) }
	}
	for _, f := range r.Collection().Fields {
		name := f.GetName()
		if f.Type() == core.FieldTypeAutodate || name == core.FieldNameId || name == core.FieldNameTokenKey {
			continue
		}
		if now, before := textOf(r, name), was(name); now != before && !(empty(now) && empty(before)) {
			out = append(out, name)
		}
	}
	return out
}
