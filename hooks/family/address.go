package family

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/tell"
)

// BindAddresses tells of a change of an account's address, which decides who is mailed a
// new password: its owner, at the address that was theirs, and their agency's leads.
//
// Why it is told and not refused: people marry, domains are renamed and somebody mistypes,
// and none but the operator can put it right. Whoever does it wrongly is seen at once;
// what was signed in has ended, and a second factor stays the owner's.
func BindAddresses(app core.App) {
	kernel.Updating(app, signin.Accounts...).Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: func(e *core.RecordEvent) error {
		was := e.Record.Original()
		if err := e.Next(); err != nil || was.Email() == e.Record.Email() || !e.App.HasTable("outbox") {
			return err
		}
		return tellOfAddress(e.App, e.Record, was)
	}})
}

func tellOfAddress(tx core.App, account, was *core.Record) error {
	event := signin.FactorEvent()
	post := func(kind, to, name string) error {
		return tell.Post(tx, tell.Mail{Reason: kind + "/" + account.Id + "/" + event + "/" + to, Kind: kind, Collection: account.Collection().Name, Record: account.Id, To: to, Name: name})
	}
	theirs := was.Verified() || account.IsSuperuser() // who never used an address may be a stranger to it
	if theirs && was.Email() != "" && !strings.HasSuffix(was.Email(), collections.Aside) {
		if err := post("address_changed", was.Email(), was.GetString("name")); err != nil {
			return err
		}
	}
	if account.IsSuperuser() {
		return nil
	}
	leads, err := tx.FindRecordsByFilter("users", "agency = {:a} && active = true && "+collections.AgencyLead.Each()+" && id != {:own}", "id", 5, 0,
		dbx.Params{"a": was.GetString("agency"), "own": account.Id})
	if err != nil {
		return err
	}
	for _, lead := range leads {
		if err := post("address_changed_of", lead.Email(), lead.GetString("name")); err != nil {
			return err
		}
	}
	return nil
}
