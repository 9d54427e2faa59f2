package signin

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
)

// BindSecondFactors keeps, whoever writes, whether an account's password is enough: the
// rule of PocketBase's own sign-in reads a field. It follows what the account has, its
// roles and the policy.
func BindSecondFactors(app core.App) {
	keep := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderStamp - 1, Func: func(e *core.RecordEvent) error {
			policy, err := AccountPolicyOf(e.App)
			if err != nil {
				return err
			}
			more := policy.NeedsSecondFactor(e.Record)
			if !more && !e.Record.IsNew() {
				if more, err = factor.Any(e.App, e.Record); err != nil {
					return err
				}
			}
			if e.Record.GetBool("second_factor") != more && kernel.Changed(e.Record, "second_factor") && kernel.ActorOf(e.App).Kind() == "superuser" {
				return kernel.Wrong("second_factor", "follows", "It follows from the account's roles, the policy and what its owner set up: nobody sets it by hand.")
			}
			e.Record.Set("second_factor", more)
			return e.Next()
		}}
	}
	kernel.Creating(app, "users").Bind(keep())
	kernel.Updating(app, "users").Bind(keep())
	kernel.Creating(app, "account_policies").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return keepSecondFactors(e.App)
	}})
	kernel.Deleting(app, "users", core.CollectionNameSuperusers).Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return factor.Clear(e.App, e.Record)
	}})
}

// ReadySecondFactors has every account stand as the policy asks.
func ReadySecondFactors(app core.App) error {
	if err := factor.Reseal(app); err != nil {
		return err
	}
	return app.RunInTransaction(keepSecondFactors)
}

// keepSecondFactors writes the accounts anew that no longer stand as the policy asks.
func keepSecondFactors(tx core.App) error {
	policy, err := AccountPolicyOf(tx)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(append([]string{}, policy.SecondFactor...))
	if err != nil {
		return err
	}
	var differ []string
	if err := tx.NonconcurrentDB().NewQuery(`SELECT id FROM users WHERE second_factor != (
			EXISTS (SELECT 1 FROM account_factors f WHERE f.account = users.id AND f.collection = {:c})
			OR EXISTS (SELECT 1 FROM json_each(users.roles) r WHERE r.value IN (SELECT value FROM json_each({:roles}))))`).
		Bind(dbx.Params{"c": collections.ID("users"), "roles": string(roles)}).Column(&differ); err != nil {
		return fmt.Errorf("who signs in otherwise than the policy asks: %w", err)
	}
	for _, id := range differ {
		u, err := tx.FindRecordById("users", id)
		if err != nil {
			return err
		}
		u.Set("second_factor", !u.GetBool("second_factor"))
		if err := tx.SaveNoValidate(kernel.AsServer(u)); err != nil {
			return fmt.Errorf("how %s signs in: %w", id, err)
		}
	}
	return nil
}

// FactorEvent names one change, so that the mail about it is its own.
func FactorEvent() string { return security.RandomString(15) }
