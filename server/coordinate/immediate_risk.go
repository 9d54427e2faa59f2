package coordinate

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/risk"
	"holdfast/hooks/tell"
)

// risksBody is the immediate risks that the visitor was told of, and those of their cases.
type risksBody struct {
	Told, Open, Over []riskRow
	Done             string
	NobodyTold       string
	Now              resolution // what a form begins with
}

type riskRow struct {
	risk.Alarm
	By, OverBy author
	Form       resolution // what was typed and not taken
}

// resolution is how somebody says that a danger is over.
type resolution struct{ Event, Day, Time, How, SpokenTo, Contact, What string }

// whom is who was spoken to and where they are reached: one text on the record.
func (r resolution) whom() string {
	if r.Contact == "" {
		return r.SpokenTo
	}
	return r.SpokenTo + ", " + r.Contact
}

// riskActs are what is said of a risk that was done, by the last part of the address.
var riskActs = map[string]string{
	"read":    "It is noted that you have read it.",
	"take":    "You are on this family’s case now, and everybody on it sees that you came.",
	"resolve": "It is on record that this danger is over. Whoever raised it is told, and can raise it again.",
	"again":   "It is raised again, and told at once.",
}

func risks(v *visit) error {
	return v.showRisks(http.StatusOK, resolution{}, riskActs[v.Request.URL.Query().Get("done")])
}

func (v *visit) showRisks(status int, typed resolution, done string, problems ...problem) error {
	all, err := risk.Alarms(v.App, v.actor())
	if err != nil {
		return err
	}
	at, _ := types.ParseDateTime(v.room.now())
	body := risksBody{Done: done, NobodyTold: risk.NobodyTold, Now: resolution{Day: inUK(at, "2006-01-02"), Time: inUK(at, "15:04")}}
	for _, a := range all {
		row := riskRow{Alarm: a, By: author{a.By, a.Agency, a.At}, OverBy: author{a.OverBy, a.OverAgency, a.OverAt}, Form: body.Now}
		if typed.Event == a.Event {
			row.Form = typed
		}
		switch {
		case a.Over != "":
			body.Over = append(body.Over, row)
		case a.Member && !a.Waits:
			body.Open = append(body.Open, row)
		default:
			body.Told = append(body.Told, row)
		}
	}
	return v.show(status, "risks", page{Title: "Immediate risks", Body: body, OfCases: true, Problems: problems})
}

// readRisk writes that the visitor has read one.
func readRisk(v *visit) error {
	done, err := risk.Acknowledge(v.App, v.actor(), v.Request.PathValue("id"), false)
	switch {
	case err != nil:
		return err
	case !done:
		return errMissing
	}
	return v.Redirect(seeOther, "/coordinate/risks?done=read")
}

// actOnRisk takes on a risk that the visitor was told of, or says of one of their cases
// that it is over, or raises it again. What they are not to see finds no page.
func actOnRisk(v *visit) error {
	id, act, form := v.Request.PathValue("id"), v.Request.PathValue("act"), v.Request.PostForm
	said := resolution{Event: id, Day: typed(form.Get("day")), Time: typed(form.Get("time")), How: typed(form.Get("how")), SpokenTo: typed(form.Get("spoken_to")), Contact: typed(form.Get("contact")), What: typed(form.Get("what"))}
	var problems []problem
	var err error
	switch act {
	case "take":
		var done bool
		if done, err = risk.Acknowledge(v.App, v.actor(), id, true); err == nil && !done {
			return errMissing
		}
	case "resolve", "again":
		problems, err = v.onRisk(act, said)
	default:
		return errMissing
	}
	var unaccepted *tell.Unaccepted
	if fields, refused := kernel.Refusal(err); refused {
		for _, why := range fields {
			problems = append(problems, problem{fieldOfRisk(act, why) + "-" + id, sentence(why)})
		}
	} else if errors.As(err, &unaccepted) {
		for _, why := range unaccepted.Reasons {
			problems = append(problems, problem{act + "-" + id, sentence(errors.New(why.Text))})
		}
	} else if err != nil {
		return err
	}
	if len(problems) == 0 {
		return v.Redirect(seeOther, "/coordinate/risks?done="+act)
	}
	return v.showRisks(http.StatusUnprocessableEntity, said, "", problems...)
}

// fieldOfRisk is the field of the form in which a refusal can be put right.
func fieldOfRisk(act string, why error) string {
	var code validation.Error
	if act == "resolve" && errors.As(why, &code) {
		switch code.Code() {
		case "contact_needed":
			return "contact"
		case "name_needed", "second_person":
			return "spoken_to"
		case "too_short":
			return "how"
		}
	}
	return act
}

// onRisk records what the visitor says of a risk of a case of theirs.
func (v *visit) onRisk(act string, said resolution) ([]problem, error) {
	var at types.DateTime
	if act == "resolve" {
		var problems []problem
		for _, need := range []struct{ field, value, why string }{{"how", said.How, "Say what was done"}, {"spoken_to", said.SpokenTo, "Say who was spoken to"}} {
			if need.value == "" {
				problems = append(problems, problem{need.field + "-" + said.Event, need.why})
			}
		}
		local, why := clock.Local(said.Day, said.Time)
		if why != "" {
			problems = append(problems, problem{"day-" + said.Event, why})
		}
		if problems != nil {
			return problems, nil
		}
		at, _ = types.ParseDateTime(local)
	}
	all, err := risk.Alarms(v.App, v.actor())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(a risk.Alarm) bool { return a.Event == said.Event && a.Member && !a.Waits })
	if i < 0 {
		return nil, errMissing
	}
	var unaccepted error
	err = kernel.Within(v.App, v.actor(), func(tx core.App) error {
		if act == "again" {
			return risk.RaiseAgain(tx, all[i], said.What)
		}
		if raised := all[i].Happened.Time(); at.Time().Before(raised) && raised.Sub(at.Time()) < time.Minute {
			at, _ = types.ParseDateTime(raised.Add(time.Second)) // within the minute: a form knows no seconds
		}
		err := risk.ResolveRisk(tx, all[i], at, said.How, said.whom())
		if u := (*tell.Unaccepted)(nil); errors.As(err, &u) {
			unaccepted = err
			return nil // it stays on the record as attempted
		}
		return err
	})
	return nil, cmp.Or(err, unaccepted)
}
