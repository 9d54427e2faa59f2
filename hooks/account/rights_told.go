package account

import (
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/tell"
)

// BindRightsTold has what an operator says of people's rights known by those who can say
// whether it is right. An operator sees nothing of a case; who makes somebody's manager
// sees what they see, and that is done neither unseen nor with a password of one's own.
func BindRightsTold(app core.App) {
	kernel.Creating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: operatorMakes})
	kernel.Updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: operatorChanges})
	kernel.Creating(app, "account_policies").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: policyDecided})
}

// policyDecided: that less is asked of those who sign in is told to every agency's leads
// and the data protection officers, each time.
func policyDecided(e *core.RecordEvent) error {
	was, err := signin.AccountPolicyOf(e.App)
	if err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	is, err := signin.AccountPolicyOf(e.App)
	spared := slices.ContainsFunc(was.SecondFactor, func(role string) bool { return !slices.Contains(is.SecondFactor, role) })
	if err != nil || !spared && (is.DeviceKeys || !was.DeviceKeys) {
		return err
	}
	told, err := e.App.FindRecordsByFilter("users", "active = true && ("+collections.AgencyLead.Each()+" || "+collections.DPO.Each()+")", "id", 500, 0)
	if err != nil {
		return err
	}
	for _, to := range told {
		if err := tell.Post(e.App, tell.Mail{Reason: "policy_loosened/" + e.Record.Id + "/" + to.Id, Kind: "policy_loosened", Collection: "account_policies", Record: e.Record.Id, To: to.Email(), Name: to.GetString("name")}); err != nil {
			return err
		}
	}
	return nil
}

// operatorMakes: an account is its owner's from the first day. It is switched off, with a
// password that nobody knows, until they have chosen one by an invitation.
func operatorMakes(e *core.RecordEvent) error {
	if kernel.ActorOf(e.App).Kind() != "superuser" {
		return e.Next()
	}
	if e.Record.GetBool("active") {
		return validation.Errors{"active": validation.NewError("invite", "An account is switched off until its owner has chosen a password: make it so, then invite them (holdfast invite).")}
	}
	e.Record.SetPassword(security.RandomString(40))
	if err := e.Next(); err != nil {
		return err
	}
	return tellOfRights(e.App, e.Record, "account_made_of", "")
}

func operatorChanges(e *core.RecordEvent) error {
	was := e.Record.Original()
	more := slices.ContainsFunc([]string{"manager", "roles", "agency"}, func(f string) bool { return kernel.Changed(e.Record, f) }) ||
		(e.Record.GetBool("active") && !was.GetBool("active"))
	ended := e.Record.TokenKey() != was.TokenKey() && was.GetBool("active") && e.Record.GetBool("active") &&
		!slices.ContainsFunc([]string{core.FieldNameEmail, core.FieldNamePassword, "second_factor"}, func(f string) bool { return kernel.Changed(e.Record, f) }) // which are told as what they are
	if err := e.Next(); err != nil || kernel.ActorOf(e.App).Kind() != "superuser" {
		return err
	}
	if ended {
		if err := tell.Post(e.App, tell.Mail{Reason: "signed_out/" + e.Record.Id + "/" + signin.FactorEvent(), Kind: "signed_out", Collection: "users", Record: e.Record.Id, To: e.Record.Email(), Name: e.Record.GetString("name")}); err != nil {
			return err
		}
	}
	if !more {
		return nil
	}
	return tellOfRights(e.App, e.Record, "rights_changed_of", was.GetString("manager"))
}

// tellOfRights tells the person, who managed them, their agency's leads and the data
// protection officers.
func tellOfRights(tx core.App, account *core.Record, kind, manager string) error {
	told, err := tx.FindRecordsByFilter("users", "active = true && ((agency = {:a} && "+collections.AgencyLead.Each()+") || "+collections.DPO.Each()+" || id = {:m} || id = {:u})", "id", 20, 0,
		dbx.Params{"a": account.GetString("agency"), "m": manager, "u": account.Id})
	if err != nil {
		return err
	}
	event := signin.FactorEvent()
	for _, to := range told {
		which := kind
		if to.Id == account.Id {
			which = strings.TrimSuffix(kind, "_of")
		}
		if which == "account_made" {
			continue // the invitation tells them
		}
		if err := tell.Post(tx, tell.Mail{Reason: which + "/" + account.Id + "/" + event + "/" + to.Id, Kind: which, Collection: "users", Record: account.Id, To: to.Email(), Name: to.GetString("name")}); err != nil {
			return err
		}
	}
	return nil
}
