package casework

import (
	"cmp"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// mayEndFlag: from when and until when a child protection plan or an enquiry ran is for the
// agency that recorded it, and for social care, whose it is: anybody else would end by a day
// what bars them from ending the work. Where nobody of that agency is on the case any more a
// manager says so, so that no child stays under a plan that nobody can end. It says whether
// the word was another's, who is then told.
func mayEndFlag(app core.App, f *core.Record) (others bool, err error) {
	person, agency := kernel.ActorOf(app).Person(), f.GetString("agency")
	if person == nil || kernel.IsServer(f) || f.GetString("kind") == "child_in_need" || agency == "" || person.GetString("agency") == agency {
		return false, nil
	}
	if theirs, err := tell.IsSocialCare(app, person.GetString("agency")); err != nil || theirs {
		return theirs, err
	}
	here, err := tell.CalledAll(app, `SELECT u.name || ' of ' || a.name FROM case_members m JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = u.agency
		WHERE m."case" = {:c} AND m.active AND u.active AND (u.agency = {:a} OR u.agency IN (`+engagement.OfSocialCare+`)) ORDER BY u.name`, dbx.Params{"c": f.GetString("case"), "a": agency})
	if err != nil {
		return false, fmt.Errorf("who may end a plan: %w", err)
	}
	if may, err := kernel.May(app, person, kernel.EndOthersPlan, f.GetString("case")); err != nil || may && len(here) == 0 {
		return may, err
	}
	field := "until"
	if !kernel.Changed(f, field) {
		field = "from"
	}
	ask := tell.OrOf(here)
	if len(here) == 0 {
		ask = cmp.Or(tell.ManagersHere(app, f.GetString("case"), person.GetString("agency"), person.Id), tell.YourManager(app, person))
	}
	return false, kernel.Wrong(field, "other_agency", kernel.AgencyName(app, agency)+" recorded this: from when and until when it runs is theirs to say, or social care's. Ask "+ask+".")
}

// tellFlagEnded tells whoever recorded a plan or an enquiry, and those who lead their agency
// or its safeguarding, that another agency has said anew how long it runs: on the case or not.
func tellFlagEnded(tx core.App, f *core.Record) error {
	var to []string
	if err := tx.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE u.active AND u.agency = {:a} AND (u.id = {:author} OR u.id = (SELECT manager FROM users WHERE id = {:author})
		OR ` + collections.AgencyLead.In("u.roles") + ` OR ` + collections.SafeguardingLead.In("u.roles") + `) ORDER BY u.id`).
		Bind(dbx.Params{"a": f.GetString("agency"), "author": f.GetString("author")}).Column(&to); err != nil {
		return fmt.Errorf("whom to tell that a plan was ended: %w", err)
	}
	for _, user := range to {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: f.GetString("case"), Timer: "child_flags/" + f.Id, Stage: "verdict_turned", DueOn: kernel.Today(), At: kernel.Now().Time()}); err != nil {
			return err
		}
	}
	return nil
}
