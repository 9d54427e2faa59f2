package coordinate

import (
	"net/http"

	"github.com/pocketbase/pocketbase/tools/types"
)

// todayBody is what needs the visitor, each with a number and a way to it.
type todayBody struct {
	First string // the visitor's name
	Items []item
	Clear bool // nothing waits
}

// item is one thing that may need somebody.
type item struct {
	Name, Hint, Address string
	Count               int
	Words               string
	Needs               bool
}

func today(v *visit) error {
	body := todayBody{First: v.user.GetString("name"), Clear: true}
	queues, err := v.todayQueues()
	if err != nil {
		return err
	}
	body.Items = queues
	if v.holds(scheme...) {
		gaps, err := v.todayGaps()
		if err != nil {
			return err
		}
		body.Items = append(body.Items, gaps...)
	}
	for _, i := range body.Items {
		if i.Needs {
			body.Clear = false
		}
	}
	return v.show(http.StatusOK, "today", page{Title: "What needs me today", Body: body})
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
		oldest := "The oldest came on " + inUK(f.Oldest, "2 January 2006") + "."
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
	rows, err := v.coverRows("")
	if err != nil {
		return nil, err
	}
	none := item{Name: "Agencies with no active champion", Address: "/coordinate/coverage"}
	short := item{Name: "Agencies with fewer champions than their target", Address: "/coordinate/coverage"}
	for _, r := range rows {
		switch {
		case r.Active == 0:
			none.Count++
		case r.Gap() > 0:
			short.Count++
		}
	}
	if len(rows) > 0 && none.Count > 0 {
		none.Hint = "First of them: " + alone(rows[0].Name) + "."
	}
	none.Words, short.Words = count(none.Count, "agency", "agencies"), count(short.Count, "agency", "agencies")
	none.Needs, short.Needs = none.Count > 0, short.Count > 0
	return []item{none, short}, nil
}
