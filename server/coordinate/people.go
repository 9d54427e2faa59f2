package coordinate

import (
	"net/http"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
)

// personRow is one account in the list of an agency's people.
type personRow struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Email    string `db:"email"`
	JobTitle string `db:"job_title"`
	Active   bool   `db:"active"`
	Manager  string `db:"manager"`
	Invited  bool   `db:"invited"` // and has chosen no password
}

// state is where the account stands.
func (r personRow) state() stage {
	switch {
	case r.Active:
		return stage{Name: "In use", Colour: "green"}
	case r.Invited:
		return stage{Name: "Invited", Colour: "blue"}
	}
	return stage{Name: "Switched off", Colour: "grey"}
}

// people is everybody of the visitor's own agency.
var people = &list[personRow]{
	title: "Your people", path: "/coordinate/people", none: "Nobody matches your filters.",
	take: `u.id, u.name, u.email, u.job_title, u.active, coalesce(m.name, '') AS manager, u.invited_until != '' AS invited`,
	from: `users u LEFT JOIN users m ON m.id = u.manager`,
	sight: func(v *visit) (t terms, err error) {
		t.and(`u.agency = {:own}`, dbx.Params{"own": v.user.GetString("agency")})
		return t, nil
	},
	found: "Name, email or job", words: []string{"u.name", "u.email", "u.job_title"},
	filters: []filter{
		{id: "status", label: "Account", all: "All", fixed: []choice{{"active", "In use"}, {"invited", "Invited"}, {"off", "Switched off"}},
			cases: map[string]string{"active": `u.active`, "invited": `NOT u.active AND u.invited_until != ''`, "off": `NOT u.active AND u.invited_until = ''`}},
	},
	first: "name", last: "u.name, u.id",
	columns: []column[personRow]{
		{head{Name: "Name", Sort: "name"}, "u.name COLLATE NOCASE", func(r personRow) shown { return leading("/coordinate/people/"+r.ID, r.Name, r.Email) }},
		{head{Name: "Job", Sort: "title"}, "u.job_title COLLATE NOCASE", func(r personRow) shown { return text(r.JobTitle) }},
		{head{Name: "Manager", Sort: "manager"}, "m.name COLLATE NOCASE", func(r personRow) shown { return text(r.Manager) }},
		{head{Name: "Account"}, "", func(r personRow) shown { return tag(r.state()) }},
	},
	noun: "users", file: "accounts",
	header: []string{"Name", "Email", "Job", "Manager", "Account"},
	cells:  func(r personRow) []string { return []string{r.Name, r.Email, r.JobTitle, r.Manager, r.state().Name} },
	more: func(v *visit, b *listBody, _ terms) error {
		if a, err := v.App.FindRecordById("agencies", v.user.GetString("agency")); err == nil {
			b.Above = a.GetString("name")
		}
		b.Invite, b.Aside = &link{Name: "Invite somebody", Address: "/coordinate/people/new"}, &link{Name: "Your agency", Address: "/coordinate/agency"}
		return nil
	},
}

// personBody is one account as its form.
type personBody struct {
	ID, Email, Name, JobTitle, Manager string
	Roles, Kept                        []string // those a lead gives; those that stay as they are
	Active, Own                        bool
	Done                               string
	Invited, Over                      bool // no password was chosen yet; and no longer can be
	Until                              types.DateTime
	Open                               signIns
	Managers                           []choice
	History                            []event
}

// Givable are the roles that a lead can give.
func (personBody) Givable() (out []choice) {
	for _, role := range kernel.GivenByLead {
		said, does := collections.RoleSaid(role)
		out = append(out, choice{role, said + ": " + does})
	}
	return out
}

// Has reports whether the role is ticked.
func (b personBody) Has(role string) bool { return slices.Contains(b.Roles, role) }

// ownPerson finds somebody of the visitor's own agency.
func (v *visit) ownPerson(app core.App) (*core.Record, error) {
	r, err := app.FindRecordById("users", v.Request.PathValue("id"))
	if err != nil || r.GetString("agency") != v.user.GetString("agency") {
		return nil, errMissing
	}
	return r, nil
}

func (v *visit) personBody(r *core.Record) (personBody, error) {
	b := personBody{ID: r.Id, Email: r.Email(), Name: r.GetString("name"), JobTitle: r.GetString("job_title"), Manager: r.GetString("manager"),
		Active: r.GetBool("active"), Own: r.Id == v.user.Id, Until: r.GetDateTime("invited_until")}
	b.Invited = !b.Active && !b.Until.IsZero()
	b.Over = !v.room.now().Before(b.Until.Time())
	for _, role := range r.GetStringSlice("roles") {
		if slices.Contains(kernel.GivenByLead, role) {
			b.Roles = append(b.Roles, role)
		} else {
			said, _ := collections.RoleSaid(role)
			b.Kept = append(b.Kept, said)
		}
	}
	db := v.App.ConcurrentDB()
	var err error
	if b.Managers, err = managersOf(db, v.user.GetString("agency"), r.Id); err != nil {
		return b, err
	}
	if b.Open, err = v.signIns(r); err != nil {
		return b, err
	}
	b.History, err = history(db, "users", r.Id)
	return b, err
}

// managersOf are those of an agency who manage, besides the person themselves.
func managersOf(db dbx.Builder, agency, person string) (out []choice, err error) {
	err = db.NewQuery(`SELECT id, name FROM users WHERE agency = {:a} AND active AND id != {:id}
		AND ` + collections.Manager.In("users.roles") + ` ORDER BY name COLLATE NOCASE`).
		Bind(dbx.Params{"a": agency, "id": person}).All(&out)
	return out, err
}

// personDone is what is said when it is done.
var personDone = map[string]string{"1": "The account is changed.", "invited": "The invitation is on its way.", "again": "A new invitation is on its way. The one before no longer works.",
	"withdrawn": "The invitation is withdrawn. Its link no longer works.", "reset": "Their second factor is reset.", "ended": "It is ended."}

func person(v *visit) error {
	r, err := v.ownPerson(v.App)
	if err != nil {
		return err
	}
	body, err := v.personBody(r)
	if err != nil {
		return err
	}
	body.Done = personDone[v.Request.URL.Query().Get("done")]
	return v.show(http.StatusOK, "person", page{Title: "An account", Body: body})
}

// changePerson takes a lead's form; what a lead may say, the hook judges.
func changePerson(v *visit) error {
	form := v.Request.PostForm
	a := accountrules.Account{Name: typed(form.Get("name")), JobTitle: typed(form.Get("job_title")), Manager: form.Get("manager"), Roles: form["roles"], Active: form.Get("active") == "yes"}
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
		r, err := v.ownPerson(tx)
		if err != nil {
			return err
		}
		return accountrules.ChangeAccount(tx, r, a)
	})
	fields, refused := kernel.Refusal(err)
	if err != nil && !refused {
		return err
	}
	if !refused {
		return v.Redirect(seeOther, "/coordinate/people/"+v.Request.PathValue("id")+"?done=1")
	}
	r, err := v.ownPerson(v.App)
	if err != nil {
		return err
	}
	body, err := v.personBody(r)
	if err != nil {
		return err
	}
	body.Name, body.JobTitle, body.Manager, body.Roles, body.Active = a.Name, a.JobTitle, a.Manager, a.Roles, a.Active
	return v.show(http.StatusUnprocessableEntity, "person", page{Title: "An account", Body: body, Problems: beside(fields)})
}
