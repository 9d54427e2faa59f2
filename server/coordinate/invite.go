package coordinate

import (
	"net/http"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
)

// errNotInvited is an act on an invitation that waits no more.
var errNotInvited = &refusal{Status: http.StatusConflict, Heading: "There is no invitation that waits",
	Text: "The person may have chosen a password meanwhile, or the invitation was withdrawn. Nothing was changed.",
	Next: "/coordinate/people", Link: "Go to your people"}

func newPerson(v *visit) error {
	managers, err := managersOf(v.App.ConcurrentDB(), v.user.GetString("agency"), "")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "person-new", page{Title: "Invite somebody", Body: personBody{Roles: []string{"practitioner"}, Managers: managers}})
}

// invitePerson makes an account and mails its owner a link to choose a password.
func invitePerson(v *visit) error {
	form := v.Request.PostForm
	a := accountrules.Account{Name: typed(form.Get("name")), JobTitle: typed(form.Get("job_title")), Manager: form.Get("manager"), Roles: form["roles"]}
	email := accountrules.FoldEmail(form.Get("email"))
	var problems []problem
	if a.Name == "" {
		problems = append(problems, problem{"name", "Enter their name"})
	}
	if email == "" {
		problems = append(problems, problem{"email", "Enter their work email address"})
	}
	again := func(problems []problem) error {
		body := personBody{Name: a.Name, Email: email, JobTitle: a.JobTitle, Manager: a.Manager, Roles: a.Roles}
		var err error
		if body.Managers, err = managersOf(v.App.ConcurrentDB(), v.user.GetString("agency"), ""); err != nil {
			return err
		}
		return v.show(http.StatusUnprocessableEntity, "person-new", page{Title: "Invite somebody", Body: body, Problems: problems})
	}
	if len(problems) > 0 {
		return again(problems)
	}
	var made *core.Record
	err := kernel.Within(v.App, v.actor(), func(tx core.App) (err error) {
		made, err = accountrules.InvitePerson(tx, email, a, v.room.now())
		return err
	})
	fields, refused := kernel.Refusal(err)
	if err != nil && !refused {
		return err
	}
	if refused {
		return again(beside(fields))
	}
	return v.Redirect(seeOther, "/coordinate/people/"+made.Id+"?done=invited")
}

// inviteAgain mails a new link, which makes the one before void.
func inviteAgain(v *visit) error {
	return v.ofInvitation("again", func(tx core.App, r *core.Record) error { return accountrules.Invite(tx, r, v.room.now()) })
}

func withdrawInvitation(v *visit) error {
	return v.ofInvitation("withdrawn", accountrules.WithdrawInvitation)
}

// ofInvitation does something to the invitation of a person of the visitor's agency.
func (v *visit) ofInvitation(done string, do func(core.App, *core.Record) error) error {
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
		r, err := v.ownPerson(tx)
		if err != nil {
			return err
		}
		return do(tx, r)
	})
	if _, refused := kernel.Refusal(err); refused {
		return errNotInvited
	}
	if err != nil {
		return err
	}
	return v.Redirect(seeOther, "/coordinate/people/"+v.Request.PathValue("id")+"?done="+done)
}

// beside are the problems of a refused form, each beside its field.
func beside(fields validation.Errors) (out []problem) {
	for field, why := range fields {
		out = append(out, problem{field, sentence(why)})
	}
	sortedProblems(out)
	return out
}
