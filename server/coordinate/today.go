package coordinate

import (
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/clock"
)

// todayBody is what needs the visitor, each with a number and a way to it.
type todayBody struct {
	First string // the visitor's name
	Items []item
	Steps []item // of the pathways everywhere, by number
	Clear bool   // nothing waits
}

// item is one thing that may need somebody.
type item struct {
	Name, Hint, Address string
	Count               int
	Words               string
	Needs               bool
}

func today(v *visit) error {
	body := todayBody{First: v.user.GetString("name")}
	work, err := v.todayWork()
	if err != nil {
		return err
	}
	body.Items = work
	if v.holds(everyone...) {
		queues, err := v.todayQueues()
		if err != nil {
			return err
		}
		renewals, err := v.todayRenewals()
		if err != nil {
			return err
		}
		meetings, err := v.todayFirstMeetings()
		if err != nil {
			return err
		}
		body.Items = append(append(body.Items, queues...), renewals, meetings)
	}
	if v.holds(coordinator) {
		if body.Steps, err = v.todayPathways(); err != nil {
			return err
		}
		steps, err := v.todaySteps()
		if err != nil {
			return err
		}
		body.Items = append(body.Items, steps...)
	}
	if v.holds(scheme...) {
		gaps, err := v.todayGaps()
		if err != nil {
			return err
		}
		body.Items = append(body.Items, gaps...)
	}
	body.Clear = !slices.ContainsFunc(body.Items, func(i item) bool { return i.Needs })
	slices.SortStableFunc(body.Items, func(a, b item) int { return rank(a) - rank(b) })
	return v.show(http.StatusOK, "today", page{Title: "What needs me today", Body: body})
}

// rank puts first what needs somebody.
func rank(i item) int {
	if i.Needs {
		return 0
	}
	return 1
}

func (v *visit) todayQueues() ([]item, error) {
	var found []struct {
		Status string         `db:"status"`
		N      int            `db:"n"`
		Oldest types.DateTime `db:"oldest"`
	}
	t := v.sight()
	if err := v.App.ConcurrentDB().NewQuery(`SELECT r.status, count(*) AS n, min(r.created) AS oldest FROM champion_registrations r WHERE ` + t.where() + ` GROUP BY r.status`).
		Bind(t.params).All(&found); err != nil {
		return nil, err
	}
	submitted := item{Name: "New registrations", Address: "/coordinate/registrations?status=submitted"}
	manager := item{Name: "Registrations waiting for a manager", Address: "/coordinate/registrations?status=awaiting_manager"}
	for _, f := range found {
		oldest := "The oldest came on " + clock.DayOf(f.Oldest.Time()) + "."
		switch f.Status {
		case "submitted":
			submitted.Count, submitted.Hint = f.N, oldest
		case "awaiting_manager":
			manager.Count, manager.Hint = f.N, oldest
		}
	}
	submitted.Words = count(submitted.Count, "waiting", "waiting")
	if v.holds(coordinator) {
		submitted.Words = count(submitted.Count, "to decide", "to decide")
	}
	manager.Words = count(manager.Count, "waiting", "waiting")
	submitted.Needs, manager.Needs = submitted.Count > 0, manager.Count > 0
	return []item{submitted, manager}, nil
}

func (v *visit) todayGaps() ([]item, error) {
	covers, err := v.coversNow(v.App)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(covers, champion.Widest)
	none := item{Name: "Agencies with no active champion", Address: "/coordinate/coverage"}
	short := item{Name: "Agencies with fewer champions than their target", Address: "/coordinate/coverage"}
	lead := item{Name: "Agencies that need a champion lead", Address: "/coordinate/coverage"}
	for _, c := range covers {
		switch {
		case c.Serving == 0:
			none.Count++
		case c.Gap() > 0:
			short.Count++
		}
		if c.NeedLead && !c.Led {
			lead.Count++
			lead.Hint = "One of them: " + alone(c.Agency.Name) + "."
		}
	}
	if len(covers) > 0 && none.Count > 0 {
		none.Hint = "First of them: " + alone(covers[0].Agency.Name) + "."
	}
	out := []item{none, short, lead}
	for i := range out {
		out[i].Words, out[i].Needs = count(out[i].Count, "agency", "agencies"), out[i].Count > 0
	}
	return out, nil
}

// todaySteps are what waits for a coordinator's own step.
func (v *visit) todaySteps() ([]item, error) {
	today := v.room.now().In(london)
	var out []item
	for _, q := range []struct{ name, address, sql, one, many string }{
		{"Agreed by the manager, induction to begin", "/coordinate/registrations?status=approved",
			`SELECT count(*) FROM champion_registrations WHERE status = 'approved'`, "waiting", "waiting"},
		{"In induction", "/coordinate/registrations?status=induction",
			`SELECT count(*) FROM champion_registrations WHERE status = 'induction'`, "under way", "under way"},
		{"Champions whose time ends within 30 days", "/coordinate/champions?sort=until&order=up",
			`SELECT count(*) FROM champion_registrations WHERE status IN ('active', 'renewed') AND valid_until != '' AND valid_until <= {:soon}`, "champion", "champions"},
		{"Good practice to read", "/coordinate/good-practice?status=submitted",
			`SELECT count(*) FROM good_practice WHERE status = 'submitted'`, "to read", "to read"},
		{"Other mail that may not have arrived", "/coordinate/registrations?status=all",
			`SELECT count(*) FROM outbox o WHERE o.status IN ('failed', 'unsure') AND o.kind NOT IN ('agreement', 'renewal') AND o.due_at >= {:lately}`, "mail", "mails"},
		{"Managers whose mail may not have arrived", "/coordinate/registrations?status=awaiting_manager",
			`SELECT count(*) FROM outbox o JOIN champion_registrations r ON r.id = o.record WHERE o.status IN ('failed', 'unsure') AND o.kind IN ('agreement', 'renewal')
				AND (r.status = 'awaiting_manager' OR r.renewal_asked) AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.record = o.record AND n.kind = o.kind AND n.rowid > o.rowid)`, "mail", "mails"},
	} {
		i := item{Name: q.name, Address: q.address}
		if err := v.App.ConcurrentDB().NewQuery(q.sql).Bind(dbx.Params{"soon": today.AddDate(0, 0, 30).Format(time.DateOnly), "lately": today.AddDate(0, 0, -14).UTC().Format(storedAt)}).Row(&i.Count); err != nil {
			return nil, err
		}
		i.Words, i.Needs = count(i.Count, q.one, q.many), i.Count > 0
		out = append(out, i)
	}
	return out, nil
}
