package kernel

import (
	"encoding/json"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// Entry is one line of the audit log: who did, read or was sent what. Field
// names, never values (domain 7.5).
type Entry struct {
	Verb       string // create, update, delete, read, sync, file, export, sign_in, sign_in_failed, received, sealed, quarantined
	Collection string
	Record     string // one record, or empty for a page of them
	Case       string
	Fields     []string
	Count      int // how many records were delivered
}

// line is an entry as it is stored, in the order of the columns up to count.
type line [12]any

var (
	lineColumns = []string{
		"id", "at", "actor", "actor_kind", "device", "door", "verb", "collection", "record", "case", "fields", "count", "created", "updated",
	}
	newLines   = NewRows("audit_log", lineColumns, "") // to ask of each whether it is there already costs a sixth of it
	movedLines = NewRows("audit_log", lineColumns, "ON CONFLICT (id) DO NOTHING")
)

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
		contract.RecordID(now, security.PseudorandomStringWithAlphabet(contract.ChanceInID, core.DefaultIdAlphabet)), now.Format("2006-01-02 15:04:05.000Z"), a.ID(), a.Kind(), a.Device, a.Door,
		e.Verb, e.Collection, e.Record, e.Case, string(fields), e.Count,
	}, nil
}

// Audit writes one entry in the app's transaction when it is in one: inside Within
// at its end, all entries of a push as one statement.
func Audit(tx core.App, a Actor, e Entry) error {
	l, err := newLine(a, e)
	if err != nil {
		return err
	}
	if tx.TxInfo() != nil {
		if s := StateOf(tx); s.depth > 0 {
			s.audits = append(s.audits, l)
			return nil
		}
	}
	return writeAudit(tx, newLines, []line{l})
}

func flushAudit(tx core.App, s *state) error {
	lines := s.audits
	s.audits = nil
	return writeAudit(tx, newLines, lines)
}

// writeAudit stores lines.
func writeAudit(tx core.App, as *Rows, lines []line) error {
	rows := make([][]any, len(lines))
	for i, l := range lines {
		rows[i] = append(l[:], l[1], l[1])
	}
	return as.Write(tx, rows)
}

// BindAudit writes a row for every write, in its transaction, and for every page
// of case content that a stock door delivers, before it is delivered.
func BindAudit(app core.App) {
	written := func(verb string) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: OrderAudit, Func: func(e *core.RecordEvent) error {
			name := e.Record.Collection().Name
			n := collections.ByName(name)
			operator := e.Record.IsSuperuser() && e.App.HasTable("audit_log") // the first one is made before it is
			if n == nil && !operator || name == "audit_log" {
				return e.Next()
			}
			entry := Entry{Verb: verb, Collection: name, Record: e.Record.Id, Fields: touched(e.Record, verb), Count: 1}
			if n != nil {
				entry.Case = CaseOf(n, e.Record)
			}
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
		if n := collections.ByName(e.Collection.Name); n != nil && n.ReadAs() != "" {
			entry := Entry{Verb: "read", Collection: n.Name, Record: e.Record.Id, Case: CaseOf(n, e.Record), Count: 1}
			if err := AuditRead(e.App, ActorFrom(e.RequestEvent), entry); err != nil {
				return err
			}
		}
		return e.Next()
	})
	app.OnRecordsListRequest().BindFunc(func(e *core.RecordsListRequestEvent) error {
		if err := AuditPage(e.RequestEvent, e.Collection.Name, e.Records); err != nil {
			return err
		}
		return e.Next()
	})
}

// AuditPage writes down a page of records that a stock door is about to deliver, a line
// for each case that is in it.
func AuditPage(e *core.RequestEvent, noun string, records []*core.Record) error {
	n := collections.ByName(noun)
	if n == nil || n.ReadAs() == "" {
		return nil
	}
	var entries []Entry
	for id, count := range casesIn(n, records) {
		entries = append(entries, Entry{Verb: "read", Collection: n.Name, Case: id, Count: count})
	}
	if len(entries) == 0 && e.Get(GlassKey) != nil { // how many there are is an answer too
		entries = append(entries, Entry{Verb: "read", Collection: n.Name})
	}
	return AuditRead(e.App, ActorFrom(e), entries...)
}

func casesIn(n *collections.Noun, records []*core.Record) map[string]int {
	out := map[string]int{}
	for _, r := range records {
		out[CaseOf(n, r)]++
	}
	return out
}

func CaseOf(n *collections.Noun, r *core.Record) string {
	switch n.ReadAs() {
	case "":
		return ""
	case "id":
		return r.Id
	}
	return r.GetString(n.ReadAs())
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
		was = func(name string) string { return TextOf(original, name) }
	}
	for _, f := range r.Collection().Fields {
		name := f.GetName()
		if f.Type() == core.FieldTypeAutodate || name == core.FieldNameId || name == core.FieldNameTokenKey {
			continue
		}
		if now, before := TextOf(r, name), was(name); now != before && !(empty(now) && empty(before)) {
			out = append(out, name)
		}
	}
	if key := core.FieldNameTokenKey; len(out) == 0 && r.Collection().IsAuth() && r.GetString(key) != was(key) {
		out = append(out, key) // it changes with a password, and says nothing then; alone it ends what somebody is signed in with
	}
	return out
}
