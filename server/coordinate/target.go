package coordinate

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	schemerules "holdfast/hooks/scheme"
)

// targetRow is one target that somebody set by hand.
type targetRow struct {
	Agency   string         `db:"agency"`
	AgencyID string         `db:"agency_id"`
	From     string         `db:"from"`
	Target   int            `db:"target"`
	Reason   string         `db:"reason"`
	By       string         `db:"by"`
	At       types.DateTime `db:"at"`
	Holds    bool           `db:"holds"`
}

// holding is true for the target (alias t) that an agency has on the day: the latest
// that has begun, and of two for one day the one written last (champion.Cover).
const holding = `t."from" <= {:day} AND NOT EXISTS (SELECT 1 FROM coverage_targets o WHERE o.agency = t.agency AND o."from" <= {:day}
	AND (o."from" > t."from" OR (o."from" = t."from" AND o.rowid > t.rowid)))`

// targets is every target that was ever set: the list is its own history.
var targets = &list[targetRow]{
	title: "Targets set by hand", path: "/coordinate/scheme/targets", caption: "Targets", none: "No targets match your filters.",
	take: `a.name AS agency, t.agency AS agency_id, t."from", CAST(t.target AS INTEGER) AS target, t.reason, coalesce(u.name, '') AS by, t.created AS at, ` + holding + ` AS holds`,
	from: `coverage_targets t JOIN agencies a ON a.id = t.agency LEFT JOIN users u ON u.id = t.set_by`,
	sight: func(v *visit) (terms, error) {
		t := v.ownAgency()
		t.and("1", dbx.Params{"day": v.room.now().In(london).Format(time.DateOnly)})
		return t, nil
	},
	found: "Agency or reason", words: []string{"a.name", "t.reason"},
	filters: []filter{
		{id: "status", label: "Which", all: "All that were set", is: holding, fixed: []choice{{"holding", "Those that hold today"}}},
		{id: "agency", is: `t.agency = {:agency}`},
	},
	first: "written", down: true, last: "t.rowid DESC",
	columns: []column[targetRow]{
		{head{Name: "Agency", Sort: "agency"}, "a.name COLLATE NOCASE", func(r targetRow) shown { return leading("/coordinate/coverage?agency="+r.AgencyID, r.Agency) }},
		{head{Name: "Target", Sort: "target", Number: true}, "t.target", func(r targetRow) shown { return number(r.Target) }},
		{head{Name: "From", Sort: "from"}, `t."from"`, func(r targetRow) shown {
			c := ours(clock.Day(r.From))
			if r.Holds {
				c.Tag = stage{Name: "Holds today", Colour: "green"}
			}
			return c
		}},
		{head{Name: "Why"}, "", func(r targetRow) shown { return shown{Text: given(r.Reason), Long: true} }},
		{head{Name: "Set by", Sort: "written"}, "t.rowid", func(r targetRow) shown { return text(cmp.Or(r.By, "The operator"), clock.Said(r.At.Time())) }},
	},
	more: func(v *visit, b *listBody, t terms) error {
		policy, err := schemerules.PolicyOn(v.App, t.params["day"].(string))
		b.Says = "How many champions an agency should have where somebody decided it. Every other agency should have one for every " + strconv.Itoa(policy.StaffPerChampion) +
			" staff, and at least one. A target that was set is kept: a new one takes its place from its day on."
		b.Back = &link{Name: "How the scheme runs", Address: "/coordinate/scheme"}
		if v.holds(coordinator) {
			b.Add = &link{Name: "Set a target", Address: "/coordinate/scheme/targets/new"}
		}
		if v.Request.URL.Query().Get("done") != "" {
			b.Done = "The target is set."
		}
		return err
	},
}

// targetForm is a target as it stands in a form.
type targetForm struct {
	Agency, From, Target, Reason string
	Agencies                     []champion.Agency
}

func newTarget(v *visit) error {
	f := targetForm{Agency: v.Request.URL.Query().Get("agency"), From: v.room.now().In(london).Format(time.DateOnly)}
	return v.showTarget(http.StatusOK, f, nil)
}

func (v *visit) showTarget(status int, f targetForm, problems []problem) error {
	var err error
	if f.Agencies, err = v.agenciesSeen(); err != nil {
		return err
	}
	return v.show(status, "target-form", page{Title: "Set a target", Body: f, Problems: sortedProblems(problems)})
}

// setTarget takes a target for an agency from a day on.
func setTarget(v *visit) error {
	form := v.Request.PostForm
	f := targetForm{Agency: form.Get("agency"), From: typed(form.Get("from")), Target: typed(form.Get("target")), Reason: typed(form.Get("reason"))}
	var problems []problem
	n, err := strconv.Atoi(f.Target)
	if err != nil || n < 0 || n > 10_000 {
		problems = append(problems, problem{"target", "Enter a whole number"})
	}
	seen, err := v.agenciesSeen()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(seen, func(a champion.Agency) bool { return a.ID == f.Agency }) {
		problems = append(problems, problem{"agency", "Choose an agency"})
	}
	if len(problems) == 0 {
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
			c, err := tx.FindCachedCollectionByNameOrId("coverage_targets")
			if err != nil {
				return err
			}
			r := core.NewRecord(c)
			r.Load(map[string]any{"agency": f.Agency, "from": f.From, "target": n, "reason": f.Reason})
			return tx.Save(r)
		})
		fields, refused := kernel.Refusal(err)
		if err == nil {
			return v.Redirect(seeOther, "/coordinate/scheme/targets?done=1")
		}
		if !refused {
			return err
		}
		for field, why := range fields {
			problems = append(problems, problem{field, sentence(why)})
		}
	}
	return v.showTarget(http.StatusUnprocessableEntity, f, problems)
}
