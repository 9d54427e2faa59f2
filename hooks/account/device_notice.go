package account

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/tell"
)

// tellOfPhone mails what happened to a phone's registration to its owner, and to who
// answers for the owner's phones: their manager, or else their agency's leads. Nobody is
// told of their own phone twice.
func tellOfPhone(tx core.App, device *core.Record, kind string) error {
	owner, err := tx.FindRecordById("users", device.GetString("user"))
	if err != nil {
		return err
	}
	above, err := answersFor(tx, owner)
	if err != nil {
		return err
	}
	if err := mailOfPhone(tx, device, kind, owner); err != nil {
		return err
	}
	for _, u := range above {
		if err := mailOfPhone(tx, device, kind+"_of", u); err != nil {
			return err
		}
	}
	return nil
}

func mailOfPhone(tx core.App, device *core.Record, kind string, to *core.Record) error {
	if to.Email() == "" {
		return nil
	}
	return tell.Post(tx, tell.Mail{Reason: "devices/" + device.Id + "/" + kind + "/" + to.Id, Kind: kind, Collection: "devices", Record: device.Id,
		To: to.Email(), Name: to.GetString("name")})
}

// answersFor are those who answer for a person's phones.
func answersFor(tx core.App, owner *core.Record) ([]*core.Record, error) {
	if m, err := tx.FindRecordById("users", owner.GetString("manager")); err == nil && signin.OrdersDevices(m, owner) && m.Id != owner.Id {
		return []*core.Record{m}, nil
	}
	return tx.FindRecordsByFilter("users", "agency = {:a} && active = true && "+collections.AgencyLead.Each()+" && id != {:own}", "id", 5, 0,
		dbx.Params{"a": owner.GetString("agency"), "own": owner.Id})
}

// CopiedPhone ends a phone of which a copy was seen: a refresh token that it had spent
// was shown. Its owner and who answers for them are told, and it is on record.
func CopiedPhone(tx core.App, device string) error {
	d, err := tx.FindRecordById("devices", device)
	if err != nil || d.GetString("status") == "ended" || d.GetString("status") == "wiped" {
		return err
	}
	if d.GetString("status") != "wipe" { // that it is told to wipe is more than its end
		d.Set("status", "ended")
		if err := tx.SaveNoValidate(kernel.AsServer(d)); err != nil {
			return err
		}
	}
	if err := tellOfPhone(tx, d, "copied_phone"); err != nil {
		return err
	}
	return kernel.Audit(tx, kernel.Actor{Device: device, Door: "sync"}, kernel.Entry{Verb: "copy_seen", Collection: "devices", Record: device, Count: 1})
}

// EndDevice ends a phone's registration whose sign-in is over. Nobody took it: what else
// its owner is signed in with goes on.
func EndDevice(tx core.App, device string) error {
	d, err := tx.FindRecordById("devices", device)
	if err != nil {
		return err
	}
	if s := d.GetString("status"); s == "wipe" || s == "wiped" || s == "ended" {
		return nil
	}
	d.Set("status", "ended")
	return tx.SaveNoValidate(kernel.Intent{Server: true, WithAccount: true}.Of(d))
}
