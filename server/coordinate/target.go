package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/champion"
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

// targetsBody is every target that was ever set: the list is its own history.
type targetsBody struct {
	search
	Rows        []targetRow
	Pages       pages
	Clear       string
	May, Done   bool
	PerChampion int
}

var targetColumns = map[string]string{"written": "t.rowid", "agency": "a.name COLLATE NOCASE", "from": `t."from"`, "target": "t.target"}

// holding is true for the target (alias t) that an agency has on the day: the latest
// that has begun, and of two for one day the one written last (champion.Cover).
const holding = `t."from" <= {:day} AND NOT EXISTS (SELECT 1 FROM coverage_targets o WHERE o.agency = t.agency AND o."from" <= {:day}
	AND (o."from" > t."from" OR (o."from" = t."from" AND o.rowid > t.rowid)))`

func targets(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"written", "agency", "from", "target"}, true)
	day := v.room.now().In(london).Format(time.DateOnly)
	t := v.ownAgency()
	t.and("1", dbx.Params{"day": day})
	if s.Asked("status") == "holding" {
		t.and(holding, nil)
	}
	if agency := s.Asked("agency"); agency != "" {
		t.and(`t.agency = {:agency}`, dbx.Params{"agency": agency})
	}
	like(&t, s.Asked("q"), "a.name", "t.reason")
	from := ` FROM coverage_targets t JOIN agencies a ON a.id = t.agency LEFT JOIN users u ON u.id = t.set_by WHERE ` + t.where()
	policy, err := hooks.PolicyOn(v.App, day)
	if err != nil {
		return err
	}
	body := targetsBody{search: s, Clear: "/coordinate/scheme/targets", May: v.holds(coordinator), Done: v.Request.URL.Query().Get("done") != "", PerChampion: policy.StaffPerChampion}
	db := v.App.ConcurrentDB()
	var total int
	if err := db.NewQuery(`SELECT count(*)` + from).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body.Pages = s.pages(total)
	t.params["limit"], t.params["offset"] = perPage, (body.Pages.Page-1)*perPage
	if err := db.NewQuery(`SELECT a.name AS agency, t.agency AS agency_id, t."from", CAST(t.target AS INTEGER) AS target, t.reason, coalesce(u.name, '') AS by,
		t.created AS at, ` + holding + ` AS holds` + from + ` ORDER BY ` + s.order(targetColumns, "t.rowid DESC") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(t.params).All(&body.Rows); err != nil {
		return err
	}
	return v.show(http.StatusOK, "targets", page{Title: "Targets set by hand", Body: body})
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
		err := hooks.Within(v.App, v.actor(), func(tx core.App) error {
			c, err := tx.FindCachedCollectionByNameOrId("coverage_targets")
			if err != nil {
				return err
			}
			r := core.NewRecord(c)
			r.Load(map[string]any{"agency": f.Agency, "from": f.From, "target": n, "reason": f.Reason})
			return tx.Save(r)
		})
		fields, refused := hooks.Refusal(err)
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
