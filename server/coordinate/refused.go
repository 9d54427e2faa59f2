package coordinate

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/casework"
	contract "holdfast/mobile-contract"
)

// refusalsBody is work that could not be applied, kept whole until it is put right.
type refusalsBody struct {
	Rows  []refusedRow
	Done  string
	Tried string
}

// refusedRow is one refused piece of work.
type refusedRow struct {
	ID, What, Does, Where, Why string
	By                         author
	Own, Handover              bool
	Decision                   string // the id of what is decided here: sent twice, it counts once
	Risk, Waits                bool   // an immediate risk; one that waits for its pathway
	Unread                     bool   // it is not of the form, and cannot be sent again
	Words                      string // of an immediate risk: what was said; of what cannot be read at all: how it came
	Fields                     []refusedField
}

// refusedField is one value of it; Options are the values it can have.
type refusedField struct {
	Name, Label, Value, Was, Kind, Bad string
	Options                            []choice
}

// done is what is said when it is done, by the last part of the address.
var refusalDone = map[string]string{"resend": "It was sent again and is on the record.", "withdraw": "It is withdrawn. It stays on file as withdrawn."}

func refusals(v *visit) error {
	body, err := v.refusalsBody()
	if err != nil {
		return err
	}
	body.Done = refusalDone[v.Request.URL.Query().Get("done")]
	return v.show(http.StatusOK, "refusals", page{Title: unsaved, Body: body, OfCases: true})
}

func (v *visit) refusalsBody() (refusalsBody, error) {
	list, err := casework.RefusedMutations(v.App, v.actor())
	body := refusalsBody{}
	for _, d := range list {
		row := refusedRow{ID: d.Id, Decision: newDecision(), What: oneOf(d.GetString("collection")), Does: ops[d.GetString("op")], Where: d.Reference, Why: d.GetString("message"),
			By: author{d.ByName, d.ByAgency, d.GetDateTime("recorded_at")}, Own: d.GetString("user") == v.user.Id, Handover: d.GetBool("handover") && d.GetBool("good_faith"),
			Risk: d.IsRisk(), Waits: d.GetString("status") == "held"}
		if row.Risk {
			row.What, row.Words = "immediate risk", riskWords(d.Mutation.Set["data"])
		}
		switch {
		case d.Chooses():
			row.What, row.Does = "choice between two versions", "new"
		case d.Corrects():
			row.What, row.Does = "correction of work that could not be saved", "new"
		}
		row.Fields = refusedFields(d)
		if d.Unread != "" {
			row.unread(d)
		}
		body.Rows = append(body.Rows, row)
	}
	return body, err
}

// unread shows what cannot be sent again as what was said in it, as far as that can be
// made out; else as it came.
func (r *refusedRow) unread(d casework.Refused) {
	r.Unread = true
	r.What, r.Does = oneOf(d.Mutation.Collection), ops[d.Mutation.Op]
	if collections.ByName(d.Mutation.Collection) == nil {
		r.What, r.Does = "piece of work", "new"
	}
	for i := range r.Fields {
		r.Fields[i].Kind = "fixed"
	}
	if len(r.Fields) == 0 {
		r.Words = d.Unread
	}
}

// riskWords is what somebody said of an immediate risk, by the event's data.
func riskWords(data json.RawMessage) string {
	var d struct {
		What string `json:"what"`
	}
	if json.Unmarshal(data, &d) != nil {
		return ""
	}
	return d.What
}

var ops = map[string]string{"create": "new", "upsert": "new", "update": "a change of", "delete": "a deletion of"}

// refusedFields are the values of a mutation in the order of its noun, and those that
// the refusal asks for and it lacks. Links to other records and lists stay as they are.
func refusedFields(d casework.Refused) (out []refusedField) {
	noun := collections.ByName(d.Mutation.Collection)
	known := map[string]bool{}
	if noun != nil {
		for _, f := range noun.Fields {
			raw, there := d.Mutation.Set[f.GetName()]
			bad, asked := d.Problems[f.GetName()]
			known[f.GetName()] = true
			if (there || asked) && f.Type() != core.FieldTypeRelation {
				out = append(out, refusedFieldOf(f, raw, bad.Message))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Mutation.Set)) {
		if !known[name] {
			out = append(out, refusedField{Name: name, Label: contract.FieldName(name), Value: plain(d.Mutation.Set[name]), Kind: "fixed", Bad: d.Problems[name].Message})
		}
	}
	return out
}

func refusedFieldOf(f core.Field, raw json.RawMessage, bad string) refusedField {
	r := refusedField{Name: f.GetName(), Label: contract.FieldName(f.GetName()), Value: plain(raw), Was: plain(raw), Kind: "fixed", Bad: bad}
	switch t := f.(type) {
	case *core.TextField:
		if r.Kind = "text"; t.Max > 200 || t.Max == 0 {
			r.Kind = "long"
		}
	case *core.EmailField:
		r.Kind = "text"
	case *core.DateField:
		if r.Kind = "text"; r.Value != "" {
			if at, err := types.ParseDateTime(r.Value); err == nil {
				r.Value, r.Was = at.String(), at.String()
			}
		}
	case *core.NumberField:
		r.Kind = "number"
	case *core.BoolField:
		r.Kind, r.Options = "choice", []choice{{"Yes", "Yes"}, {"No", "No"}}
	case *core.SelectField:
		if !t.IsMultiple() {
			r.Kind = "choice"
			for _, value := range t.Values {
				r.Options = append(r.Options, choice{value, capital(collections.Said(value))})
			}
		}
	}
	return r
}

// encode is what somebody typed as the field's JSON, false when it cannot be one.
func (r refusedField) encode(value string) (json.RawMessage, bool) {
	var v any = value
	switch {
	case r.Kind == "number" && value == "":
		v = nil
	case r.Kind == "number":
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, false
		}
		v = n
	case r.Kind == "choice" && len(r.Options) == 2 && r.Options[0].ID == "Yes":
		v = value == "Yes"
	}
	raw, err := json.Marshal(v)
	return raw, err == nil
}

// answerRefusal corrects and sends again, or withdraws.
func answerRefusal(v *visit) error {
	id, action, form := v.Request.PathValue("id"), v.Request.PathValue("action"), v.Request.PostForm
	if refusalDone[action] == "" {
		return errMissing
	}
	body, err := v.refusalsBody() // only what this person sees is there
	if err != nil {
		return err
	}
	at := slices.IndexFunc(body.Rows, func(r refusedRow) bool { return r.ID == id })
	if at < 0 {
		return errSettled
	}
	ask := contract.ResendRequest{ID: form.Get("decision"), Action: action, Set: map[string]json.RawMessage{}}
	var problems []problem
	fields := body.Rows[at].Fields
	for i, f := range fields {
		if f.Kind == "fixed" || !form.Has("f-"+f.Name) {
			continue
		}
		value := typed(form.Get("f-" + f.Name))
		fields[i].Value = value
		if value == typed(f.Was) || action == "withdraw" {
			continue
		}
		raw, ok := f.encode(value)
		if !ok {
			problems = append(problems, problem{id + "-" + f.Name, f.Label + ": Enter a number"})
		}
		ask.Set[f.Name] = raw
	}
	if len(problems) == 0 {
		settling, err := casework.SettlingOf(v.App)
		if err != nil {
			return err
		}
		_, err = settling.Resend(v.App, v.actor(), id, ask)
		if problems, err = notTaken(id, err); err != nil {
			return err
		}
		if len(problems) == 0 {
			return v.Redirect(seeOther, "/coordinate/refusals?done="+action)
		}
	}
	body.Tried = id
	return v.show(http.StatusUnprocessableEntity, "refusals", page{Title: unsaved, Body: body, Problems: problems, OfCases: true})
}
