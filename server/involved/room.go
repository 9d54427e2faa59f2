package involved

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// Open binds the room to a server.
func Open(e *core.ServeEvent) error {
	e.Router.POST("/api/cases/{id}/children/{child}/involvement", ask)
	return nil
}

// ask answers a member of the case. A foreign case, a missing one and a child who is not
// of it get one answer.
func ask(e *core.RequestEvent) error {
	if e.Auth == nil {
		return reply.Error(contract.Unauthorised, "")
	}
	caseID := e.Request.PathValue("id")
	held, err := feed.Holds(e.App.ConcurrentDB(), e.Auth.Id, "case:"+caseID)
	if err != nil {
		return err
	}
	if !held {
		return reply.Error(contract.NotFound, "")
	}
	child, err := e.App.FindRecordById("people", e.Request.PathValue("child"))
	if err != nil || child.GetString("case") != caseID || child.GetString("kind") != "child" {
		return reply.Error(contract.NotFound, "")
	}
	found, err := family.WhoElse(e.App, kernel.ActorFrom(e), caseID, child.Id, time.Now())
	var often *family.ErrAskedOften
	if errors.As(err, &often) {
		return reply.Later(e, contract.AskedOften, often.Wait)
	}
	if err != nil {
		return err
	}
	out := contract.InvolvementAnswer{Agencies: []contract.InvolvedAgency{}, Words: "No other agency here has recorded working with this child."}
	for _, f := range found {
		out.Agencies = append(out.Agencies, contract.InvolvedAgency{ID: f.Agency, Name: f.Name, Phone: f.Phone})
	}
	if len(found) > 0 {
		out.Words = "Another agency knows this child: ring " + inWords(found) + "."
	}
	e.Response.Header().Set("Cache-Control", "no-store")
	return e.JSON(http.StatusOK, out)
}

func inWords(found []family.Involved) (words string) {
	for i, f := range found {
		switch {
		case i == 0:
		case i == len(found)-1:
			words += " and "
		default:
			words += ", "
		}
		words += f.Name
		if f.Phone != "" {
			words += " on " + f.Phone
		}
	}
	return words
}
