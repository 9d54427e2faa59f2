package sync

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/collections/legible"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	riskrules "holdfast/hooks/risk"
	tellrules "holdfast/hooks/tell"
	contract "holdfast/mobile-contract"
)

// refusal is why a mutation was not applied. It is an error inside the engine, so that
// a savepoint takes back what other mutations of its group had begun; of one mutation
// apply answers it before it writes anything.
type refusal struct {
	code    contract.Code
	message string
	fields  map[string]contract.FieldProblem
	waits   string // "collection/id" of the parent that a held child waits for
	later   bool   // it is not taken at all: the phone keeps it and sends it again
}

func (r *refusal) Error() string { return string(r.code) + ": " + r.message }

func refuse(code contract.Code, message string) *refusal {
	if message == "" {
		message = contract.Of(code).Title
	}
	return &refusal{code: code, message: message}
}

func refuseField(code contract.Code, field string) *refusal {
	said := contract.Of(code).Title
	if c, ok := contract.FieldCodeOf(string(code)); ok {
		said = c.Title
	}
	return refuse(code, "").of(map[string]contract.FieldProblem{field: {Code: string(code), Message: said}})
}

// of says which fields are wrong, and what is wrong with each.
func (r *refusal) of(fields map[string]contract.FieldProblem) *refusal {
	r.fields = fields
	if said := contract.SayFields(fields); said != "" {
		r.message = said
	}
	return r
}

// unsound refuses a field with what some reader cannot read, and says what that is.
func unsound(field string, err error) *refusal {
	return refuse(contract.RefusedWrongType, "").of(map[string]contract.FieldProblem{field: reply.Unread(err)})
}

// quarantine keeps a refused mutation whole, where its author and their manager
// see it and can correct it. A mutation has one such record, however often it comes.
func (b *batch) quarantine(m contract.Mutation, why *refusal) (contract.Result, error) {
	m, _, err := b.led(m)
	if err != nil {
		return contract.Result{}, err
	}
	if b.anothers(m) {
		return b.handOn(m)
	}
	out := contract.Result{ID: m.ID, Verdict: contract.Refused, Code: string(why.code), Message: why.message, Errors: why.fields}
	status := "open"
	if why.waits != "" {
		out.Verdict, status, b.held = contract.Held, "held", true
	}
	content, err := b.content(m)
	if err != nil {
		return out, err
	}
	fields, err := json.Marshal(why.fields)
	if err != nil {
		return out, err
	}
	lost, goodFaith, err := b.lost(m)
	if err != nil {
		return out, err
	}
	values := map[string]any{
		"user": b.user.Id, "device": b.device, "mutation": m.ID, "collection": clip(m.Collection), "record": m.Record, "op": m.Op,
		"content": types.JSONRaw(content), "code": string(why.code), "message": why.message, "fields": json.RawMessage(readable(fields, reply.DeepestField)),
		"good_faith": goodFaith, "brought_by": "", "recorded_at": instant(m.RecordedAt), "status": status, "waits_for": why.waits,
	}
	if b.skew != nil {
		values["clock_skew"] = *b.skew
	}
	own, err := b.ownOf(m, lost)
	if err != nil {
		return out, err
	}
	values["agency"], values["own"] = own, own != ""
	if values["agency"], err = b.readBy(m, own); err != nil {
		return out, err
	}
	if out.Refusal, err = b.keep(values, false); err != nil {
		return out, err
	}
	values["agency"] = own
	to := ""
	if goodFaith {
		to = collections.CaseOf(lost)
	}
	if to != "" {
		if to, err = b.room(m, to); err != nil {
			return out, err
		}
	}
	to, untold, err := b.speakUp(m, to)
	if untold {
		out.Message = strings.TrimSpace(out.Message + " " + riskrules.NobodyTold)
	}
	if err == nil && to != "" { // those who now hold the case can apply it in one step
		values["case"] = to
		if own == "" { // the record may have become an agency's own meanwhile
			there, err := b.standing(collections.ID(m.Collection), m.Record)
			if err != nil {
				return out, err
			}
			values["agency"] = collections.AgencyOf(there.Scope)
		}
		_, err = b.keep(values, true)
	}
	return out, err
}

// readBy is whose a refused mutation is to read, beside its author.
func (b *batch) readBy(m contract.Mutation, own string) (string, error) {
	of := said(m, "case")
	if of == "" && b.user.GetString("manager") != "" {
		there, err := b.standing(collections.ID(m.Collection), m.Record)
		if err != nil {
			return "", err
		}
		of = collections.CaseOf(there.Scope)
	}
	return tellrules.RefusedOf(b.tx, of, b.user.GetString("manager"), own)
}

// keep writes a refusal, or writes it anew when the same mutation comes again.
func (b *batch) keep(values map[string]any, handover bool) (string, error) {
	c, err := b.tx.FindCachedCollectionByNameOrId("sync_refusals")
	if err != nil {
		return "", err
	}
	r := core.NewRecord(c)
	r.Id = idOf("refusal", fmt.Sprint(values["user"]), fmt.Sprint(values["mutation"]), fmt.Sprint(handover))
	err = b.tx.RecordQuery(c).Limit(1).AndWhere(dbx.HashExp{"user": values["user"], "mutation": values["mutation"], "handover": handover}).One(r)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("reading a refusal: %w", err)
	}
	r.Load(values)
	r.Set("handover", handover)
	if err := b.tx.Save(kernel.AsServer(r)); err != nil {
		return "", fmt.Errorf("keeping a refused mutation: %w", err)
	}
	return r.Id, nil
}

func clip(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return legible.Mend(s)
}

// keepable is a mutation as it is kept: what every phone can read, for it travels back to
// its author.
func keepable(m contract.Mutation) ([]byte, error) {
	for _, values := range []*map[string]json.RawMessage{&m.Set, &m.Was} {
		*values = maps.Clone(*values)
		for name, value := range *values {
			(*values)[name] = readable(value, reply.DeepestField)
		}
	}
	raw, err := json.Marshal(m)
	return readable(raw, reply.DeepestCopy), err
}

// readable is JSON with what is no text marked in it, and as one text where it nests
// deeper than phones can follow.
func readable(raw []byte, deepest int) []byte {
	if reply.Bounded(raw, 0, deepest) == nil {
		return raw
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err == nil { // Go marks what is no text as it reads
		if again, err := json.Marshal(v); err == nil {
			again = bytes.ReplaceAll(again, []byte(`\u0000`), []byte("\uFFFD"))
			if reply.Bounded(again, 0, deepest) == nil {
				return again
			}
		}
	}
	text, err := json.Marshal(legible.Mend(string(raw)))
	if err != nil {
		return []byte(`""`)
	}
	return text
}
