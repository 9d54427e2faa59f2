package coordinate

import (
	"net/http"

	"holdfast/hooks"
)

// risksBody is the immediate risks that the visitor was told of and has not read yet.
type risksBody struct {
	Rows []riskRow
	Done bool
}

type riskRow struct {
	hooks.Alarm
	By author
}

func risks(v *visit) error {
	all, err := hooks.Alarms(v.App, v.actor())
	if err != nil {
		return err
	}
	body := risksBody{Done: v.Request.URL.Query().Has("done")}
	for _, a := range all {
		body.Rows = append(body.Rows, riskRow{a, author{a.By, a.Agency, a.ToldAt}})
	}
	return v.show(http.StatusOK, "risks", page{Title: "Immediate risks", Body: body, OfCases: true})
}

// readRisk writes that the visitor has read one.
func readRisk(v *visit) error {
	done, err := hooks.Acknowledge(v.App, v.actor(), v.Request.PathValue("id"))
	switch {
	case err != nil:
		return err
	case !done:
		return errMissing
	}
	return v.Redirect(seeOther, "/coordinate/risks?done=1")
}
