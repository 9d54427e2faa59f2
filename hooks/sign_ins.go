package hooks

import (
	"github.com/pocketbase/pocketbase/core"
)

// EndSignIns ends whatever an account is signed in with, at its owner's word or at that
// of who answers for them.
func EndSignIns(tx core.App, account *core.Record) error {
	if !endsSignIns(tx, account) {
		return wrong("id", "not_allowed", "Only its owner, their manager or their agency's lead ends somebody's sign-ins.")
	}
	if err := endEverywhere(tx, account); err != nil {
		return err
	}
	return Audit(tx, ActorOf(tx), Entry{Verb: "signed_out", Collection: "users", Record: account.Id, Count: 1})
}

// EndPhone ends one phone's registration: its tokens stop at its next call, and what was
// not sent stays on it until its owner signs in again. Its owner may, too.
func EndPhone(tx core.App, account *core.Record, id string) error {
	d, err := tx.FindRecordById("devices", id)
	if err != nil || d.GetString("user") != account.Id || !endsSignIns(tx, account) {
		return wrong("id", "not_found", "There is no such phone.")
	}
	if s := d.GetString("status"); s == "ended" || s == "wiped" || s == "wipe" {
		return nil // it has ended, or is told to wipe, which is more
	}
	d.Set("status", "ended")
	return tx.Save(AsServer(d))
}

func endsSignIns(tx core.App, account *core.Record) bool {
	p := ActorOf(tx).Person()
	return p != nil && (p.Id == account.Id || ordersDevices(p, account))
}
