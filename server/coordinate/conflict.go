package coordinate

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oklog/ulid/v2"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/casework"
	contract "holdfast/mobile-contract"
)

// conflictsBody is what two people wrote differently and nobody has settled.
type conflictsBody struct {
	Rows  []conflictRow
	Done  bool
	Tried string // the conflict whose answer was not taken
	Typed map[string]string
}

// conflictRow is one conflict, both values side by side.
type conflictRow struct {
	ID, What, Where string
	Deletes         bool // the one on the phone deleted what the other changed
	Mine, Theirs    author
	Sides           []side
	Anew            bool // it can be written anew: every field is a text
	Base            int64
	Decision        string // the id of what is decided here: sent twice, it counts once
}

// author is who wrote a side of a conflict, and when.
type author struct {
	Name, Agency string
	At           types.DateTime
}

// side is one field with both of its values.
type side struct{ Field, Label, Ours, Theirs string }

// errSettled is one answer for what is not there, what is another's and what
// somebody settled first.
var errSettled = &refusal{Status: http.StatusNotFound, Heading: "There is nothing here for you to settle",
	Text: "Nothing was changed by you. Somebody may have settled it before you did.",
	Next: "/coordinate", Link: "Go to what needs you today"}

func conflicts(v *visit) error {
	body, err := v.conflictsBody()
	if err != nil {
		return err
	}
	body.Done = v.Request.URL.Query().Get("done") != ""
	return v.show(http.StatusOK, "conflicts", page{Title: "Conflicts", Body: body, OfCases: true})
}

func (v *visit) conflictsBody() (conflictsBody, error) {
	list, err := casework.Disagreements(v.App, v.actor())
	body := conflictsBody{}
	for _, d := range list {
		row := conflictRow{ID: d.Id, Base: d.Rev, Decision: newDecision(), What: oneOf(d.GetString("collection")), Where: d.Reference, Deletes: d.GetString("op") == "delete",
			Mine: author{d.ByName, d.ByAgency, d.GetDateTime("recorded_at")}, Theirs: author(d.Other)}
		noun := collections.ByName(d.GetString("collection"))
		row.Anew = !row.Deletes && len(d.Fields) > 0
		fields := d.Fields
		if row.Deletes {
			fields = nil
			for f := range d.Theirs {
				fields = append(fields, f)
			}
			slices.Sort(fields)
		}
		for _, f := range fields {
			if linkField(noun, f) {
				row.Anew = false
				continue // an id tells a reader nothing
			}
			row.Anew = row.Anew && isText(d.Ours[f]) && isText(d.Theirs[f])
			row.Sides = append(row.Sides, side{f, contract.FieldName(f), plain(d.Ours[f]), plain(d.Theirs[f])})
		}
		body.Rows = append(body.Rows, row)
	}
	return body, err
}

// settleConflict takes a person's choice. It is judged where a phone's is.
func settleConflict(v *visit) error {
	id, form := v.Request.PathValue("id"), v.Request.PostForm
	ask := contract.SettleRequest{ID: form.Get("decision"), Choice: form.Get("choice")}
	ask.Base, _ = strconv.ParseInt(form.Get("base"), 10, 64) // without one, what the conflict shows counts
	if !slices.Contains([]string{"ours", "theirs", "other"}, ask.Choice) {
		return errBody
	}
	typedIn := map[string]string{}
	if ask.Choice == "other" {
		ask.Set = map[string]json.RawMessage{}
		for name := range form {
			if field, ok := strings.CutPrefix(name, "f-"); ok {
				typedIn[field] = typed(form.Get(name))
				raw, err := json.Marshal(typedIn[field])
				if err != nil {
					return err
				}
				ask.Set[field] = raw
			}
		}
	}
	settling, err := casework.SettlingOf(v.App)
	if err != nil {
		return err
	}
	_, err = settling.Settle(v.App, v.actor(), id, ask)
	problems, err := notTaken(id, err)
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		return v.Redirect(seeOther, "/coordinate/conflicts?done=1")
	}
	body, err := v.conflictsBody()
	if err != nil {
		return err
	}
	body.Tried, body.Typed = id, typedIn
	return v.show(http.StatusUnprocessableEntity, "conflicts", page{Title: "Conflicts", Body: body, Problems: problems, OfCases: true})
}

// notTaken is a refusal of the room that settles as problems beside the fields of one
// entry; what is not there, or not this person's, is a page of its own.
func notTaken(id string, err error) ([]problem, error) {
	var why *router.ApiError
	if !errors.As(err, &why) {
		return nil, err
	}
	switch why.Data["code"] {
	case string(contract.NotFound):
		return nil, errSettled
	case string(contract.AlreadySettled):
		return nil, &refusal{Status: http.StatusConflict, Heading: "This was settled before you", Next: "/coordinate", Link: "Go to what needs you today",
			Text: sentence(errors.New(why.Message)) + " Nothing was changed by you."}
	}
	var problems []problem
	if said := why.Data; said != nil {
		fields, _ := said["errors"].(map[string]contract.FieldProblem)
		for name, p := range fields {
			problems = append(problems, problem{id + "-" + name, contract.FieldName(name) + ": " + p.Message})
		}
	}
	if len(problems) == 0 {
		problems = []problem{{id, sentence(errors.New(why.Message))}}
	}
	return sortedProblems(problems), nil
}

// newDecision is an id for what somebody is about to decide on a page.
func newDecision() string { return strings.ToLower(ulid.Make().String()) }

// linkField reports whether a field holds the ids of other records.
func linkField(noun *collections.Noun, name string) bool {
	if noun == nil {
		return false
	}
	for _, f := range noun.Fields {
		if f.GetName() == name {
			return f.Type() == "relation"
		}
	}
	return false
}
