package coordinate

import (
	"net/http"
	"time"

	askedrules "holdfast/hooks/asked"
	"holdfast/hooks/risk"
)

// waitingBody is everything that waits for the visitor, each with its family and its day.
type waitingBody struct {
	Asked []askedRow
	Told  []toldRow
	Steps []stepRow
	Done  bool
}

type askedRow struct {
	askedrules.Asked
	Day  string // in words
	Late bool
}

type toldRow struct {
	askedrules.Told
	Day string
}

type stepRow struct {
	askedrules.LateStep
	Day  string
	Late bool
}

func yourList(v *visit) error {
	day := v.room.now().In(london).Format(time.DateOnly)
	asks, told, steps, err := askedrules.WaitingFor(v.App, v.actor(), day)
	if err != nil {
		return err
	}
	body := waitingBody{Done: v.Request.URL.Query().Has("done")}
	for _, a := range asks {
		a.Approval = a.Approval && v.holds(manager)
		body.Asked = append(body.Asked, askedRow{a, weekday(a.DueOn), a.DueOn != "" && a.DueOn < day})
	}
	for _, n := range told {
		body.Told = append(body.Told, toldRow{n, weekday(n.DueOn)})
	}
	for _, s := range steps {
		body.Steps = append(body.Steps, stepRow{s, weekday(s.DueOn), s.DueOn < day})
	}
	return v.show(http.StatusOK, "waiting", page{Title: "What waits for you", Body: body, OfCases: true})
}

// readWaiting writes that the visitor has read what wanted no more than that.
func readWaiting(v *visit) error {
	id := v.Request.PathValue("id")
	done, err := askedrules.ReadAsked(v.App, v.actor(), id)
	if err == nil && !done {
		done, err = risk.Acknowledge(v.App, v.actor(), id, false)
	}
	switch {
	case err != nil:
		return err
	case !done:
		return errMissing
	}
	return v.Redirect(seeOther, "/coordinate/waiting?done=1")
}

// todayWaits are what waits for the visitor, in numbers, each with its day.
func (v *visit) todayWaits() (out []item, err error) {
	day := v.room.now().In(london).Format(time.DateOnly)
	all, err := askedrules.Waits(v.App, v.user.Id, day)
	for _, w := range all {
		i := item{Name: "You have " + count(w.Count, w.Words, w.Words), Address: "/coordinate/waiting", Count: w.Count, Words: "waiting", Needs: true}
		switch {
		case w.Kind == askedrules.RiskWaits || v.holds(manager) && askedrules.IsApproval(w.Kind):
			continue // which have rows of their own
		case w.Kind == askedrules.DueWaits:
			i.Words = "today"
		case w.Late > 0:
			i.Words, i.Hint = "late", "It was due on "+weekday(w.Soonest)+"."
			if w.Count > 1 {
				i.Hint = "The oldest was due on " + weekday(w.Soonest) + "."
			}
		case w.Soonest == day:
			i.Words = "by today"
		case w.Soonest != "":
			i.Words = "by " + weekday(w.Soonest)
		}
		out = append(out, i)
	}
	return out, err
}

// weekday is a civil date as people say it; with its year where that is not this one.
func weekday(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.Format("Monday 2 January 2006")
}

// chooseDigest keeps how the visitor has what waits for them mailed.
func chooseDigest(v *visit) error {
	choice := v.Request.PostForm.Get("digest")
	if choice != "daily" && choice != "at_once" {
		b, err := v.ownAccount()
		if err != nil {
			return err
		}
		return v.show(http.StatusUnprocessableEntity, "account", page{Title: "Your account", Body: b,
			Problems: []problem{{"digest", "Choose how what waits for you is mailed"}}})
	}
	if err := askedrules.ChooseDigest(v.App, v.actor(), choice); err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/account?done=digest")
}
