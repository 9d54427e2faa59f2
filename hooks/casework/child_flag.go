package casework

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
)

// BindChildFlags keeps what is open about a child elsewhere true, and lets the
// pathways see it at once.
func BindChildFlags(app core.App) {
	kernel.Creating(app, "child_flags").Bind(kernel.InDomain(flagChild))
	kernel.Updating(app, "child_flags").Bind(kernel.InDomain(flagChild))
}

func flagChild(e *core.RecordEvent) error {
	f := e.Record
	child, err := e.App.FindRecordById("people", f.GetString("child"))
	plan, category := f.GetString("kind") == "cp_plan", f.GetString("category")
	switch {
	case err != nil || child.GetString("kind") != "child":
		return kernel.Wrong("child", "not_a_child", "There is no such child in this case.")
	case plan && category == "":
		return kernel.Wrong("category", "required", "Give the category of the plan.")
	case !plan && category != "":
		return kernel.Wrong("category", "no_plan", "Only a child protection plan has a category.")
	case f.GetString("until") != "" && f.GetString("until") < f.GetString("from"):
		return kernel.Wrong("until", "too_early", "It does not end before it begins.")
	}
	var n int
	if err := kernel.Query(e.App, `SELECT count(*) FROM child_flags WHERE child = {:c} AND kind = {:k} AND id != {:id}
		AND (until = '' OR until >= {:from}) AND ({:until} = '' OR "from" <= {:until})`).
		Bind(dbx.Params{"c": child.Id, "k": f.GetString("kind"), "id": f.Id, "from": f.GetString("from"), "until": f.GetString("until")}).Row(&n); err != nil {
		return err
	}
	if n > 0 {
		return kernel.Wrong("from", "open_already", "This child has one of these at that time already; end it first.")
	}
	others := !f.IsNew() && (kernel.Changed(f, "from") || kernel.Changed(f, "until"))
	if others {
		if others, err = mayEndFlag(e.App, f); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	if others {
		if err := tellFlagEnded(e.App, f); err != nil {
			return err
		}
	}
	return engagement.ReadAgain(e.App, f.GetString("case"), false)
}
