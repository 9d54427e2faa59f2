package signin

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// EndSignIns ends whatever an account is signed in with, at its owner's word or at that
// of who answers for them.
func EndSignIns(tx core.App, account *core.Record) error {
	if !endsSignIns(tx, account) {
		return kernel.Wrong("id", "not_allowed", "Only its owner, their manager or their agency's lead ends somebody's sign-ins.")
	}
	if err := endEverywhere(tx, account); err != nil {
		return err
	}
	return kernel.Audit(tx, kernel.ActorOf(tx), kernel.Entry{Verb: "signed_out", Collection: "users", Record: account.Id, Count: 1})
}

// EndPhone ends one phone's registration: its tokens stop at its next call, and what was
// not sent stays on it until its owner signs in again. Its owner may, too.
func EndPhone(tx core.App, account *core.Record, id string) error {
	d, err := tx.FindRecordById("devices", id)
	if err != nil || d.GetString("user") != account.Id || !endsSignIns(tx, account) {
		return kernel.Wrong("id", "not_found", "There is no such phone.")
	}
	if s := d.GetString("status"); s == "ended" || s == "wiped" || s == "wipe" {
		return nil // it has ended, or is told to wipe, which is more
	}
	d.Set("status", "ended")
	return tx.Save(kernel.AsServer(d))
}

func endsSignIns(tx core.App, account *core.Record) bool {
	p := kernel.ActorOf(tx).Person()
	return p != nil && (p.Id == account.Id || OrdersDevices(p, account))
}

// OrdersDevices says whether a person answers for another's phone: as their manager, or
// as the lead of their agency.
func OrdersDevices(person, owner *core.Record) bool {
	return person.GetBool("active") &&
		((owner.GetString("manager") == person.Id && kernel.Holds(person, collections.Manager)) ||
			(owner.GetString("agency") == person.GetString("agency") && kernel.Holds(person, collections.AgencyLead)))
}
