package engagement

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// A child whom nobody has seen is looked for until somebody sees them. A field of their record
// makes an end of that as well: a year of birth, a day on which they left. It may be the truth,
// and is taken; everybody on the case hears of it at once, and the engine asks whoever ends the
// work about it, which is not whoever changed it.

// Decides are the fields that decide whether a child is looked for.
var Decides = []string{"kind", "date_of_birth", "expected_on", "joined_on", "left_on", "died_on", "care_leaver"}

// Recasts says whether a child is looked for no more, or from another day on, because a field
// is as it is now and not as it was.
func Recasts(field, was string, p *core.Record) bool {
	is := p.GetString(field)
	switch {
	case is == was:
		return false
	case field == "kind":
		return is == "adult"
	case field == "care_leaver":
		return is == "false"
	case field == "date_of_birth" && is != "":
		return was != "" && len(was) >= 4 && is[:min(4, len(is))] != was[:4] || is > kernel.Today() || is <= kernel.Now().Time().In(kernel.London).AddDate(-17, 0, 0).Format(time.DateOnly)
	case field == "date_of_birth":
		return true
	case field == "expected_on":
		return is != "" && p.GetString("date_of_birth") == ""
	}
	return is != ""
}

// ChildChanged is what the timer of a notice begins with that the record of a child was changed
// in what decides whether they are looked for; their id follows.
const ChildChanged = "child_changed/"

// TellOfRecast tells everybody on a case, but who did it, that a child is looked for no more by
// what somebody made of their record.
func TellOfRecast(tx core.App, caseID, child string) error {
	by := kernel.ActorOf(tx).Person()
	if by == nil {
		return nil
	}
	team, err := tell.TeamOf(tx, caseID)
	if err != nil {
		return err
	}
	for _, c := range team {
		if c.User == by.Id {
			continue
		}
		if err := tell.Notify(tx, tell.Notice{User: c.User, CaseID: caseID, Timer: ChildChanged + child, Stage: "verdict_turned", DueOn: kernel.Today(), At: kernel.Now().Time()}); err != nil {
			return err
		}
	}
	return nil
}

// AskedBack is how long before a pathway began a child's record may have been changed so that
// nobody looks for them in it: who plans it changes the record first.
const AskedBack = 28 // days

// Recast are the children of a case whom nobody looks for any more by what somebody made of
// them since some weeks before a pathway began: by their record, by joining it to another child's, or by moving
// them to another family.
func Recast(app core.App, caseID string, since types.DateTime) (list []pathway.Recast, err error) {
	var rows []struct {
		Person string `db:"person"`
		Field  string `db:"field"`
		Was    string `db:"was"`
		By     string `db:"by"`
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT v.record AS person, v.field, v.was, v.changed_by AS "by" FROM record_versions v JOIN people p ON p.id = v.record
			WHERE v.collection = 'people' AND v."case" = {:c} AND p."case" = {:c} AND v.changed_by != '' AND v.changed_at >= {:at}
				AND v.field IN ('` + strings.Join(Decides, "', '") + `')
		UNION ALL SELECT p.id, 'moved', '', m.author FROM person_moves m JOIN people p ON p.id = m.person
			WHERE m."case" = {:c} AND m.direction = 'out' AND p."case" != {:c} AND p.kind = 'child' AND m.moved_at >= {:at}
		UNION ALL SELECT p.id, 'joined', '', j.author FROM person_joins j JOIN people p ON p.id = j.same
			WHERE j."case" = {:c} AND p."case" = {:c} AND p.same_as = j.person AND p.kind = 'child' AND j.undoes = '' AND j.joined_at >= {:at}
		ORDER BY person`).Bind(dbx.Params{"c": caseID, "at": since.AddDate(0, 0, -AskedBack)}).All(&rows); err != nil {
		return nil, fmt.Errorf("what was made of the children of case %s: %w", caseID, err)
	}
	first := map[string]string{} // what a field was before that
	for _, r := range rows {
		var old any
		_ = json.Unmarshal([]byte(r.Was), &old)
		was, _ := old.(string)
		if flag, is := old.(bool); is {
			was = fmt.Sprint(flag)
		}
		if _, known := first[r.Person+r.Field]; !known {
			first[r.Person+r.Field] = was
		}
		p, err := app.FindRecordById("people", r.Person)
		if err != nil {
			return nil, err
		}
		switch r.Field {
		case "moved":
		case "joined":
			with, err := app.FindRecordById("people", p.GetString("same_as"))
			if err != nil {
				return nil, err
			}
			if !Differ(p, with) {
				continue
			}
		default:
			if child := p.GetString("kind") == "child" || r.Field == "kind"; !child || !Recasts(r.Field, first[r.Person+r.Field], p) {
				continue
			}
		}
		if n := slices.IndexFunc(list, func(c pathway.Recast) bool { return c.Child == r.Person }); n >= 0 {
			if !slices.Contains(list[n].By, r.By) {
				list[n].By = append(list[n].By, r.By)
			}
			continue
		}
		last, err := SightOf(app, p)
		if err != nil {
			return nil, err
		}
		list = append(list, pathway.Recast{Child: r.Person, Name: family.PersonOf(p).As(kernel.Today()), By: []string{r.By}, SeenOn: last.On, SeenBy: last.By, SeenElseOn: last.Else})
	}
	return list, nil
}

// Differ says whether the records of two people are hardly of one: other first names, or other
// years of birth.
func Differ(a, b *core.Record) bool {
	for _, f := range []string{"date_of_birth", "expected_on"} {
		if x, y := a.GetString(f), b.GetString(f); len(x) >= 4 && len(y) >= 4 && x[:4] != y[:4] {
			return true
		}
	}
	x, y := strings.Fields(strings.ToLower(a.GetString("name"))), strings.Fields(strings.ToLower(b.GetString("name")))
	return len(x) > 0 && len(y) > 0 && x[0] != y[0]
}
