package glass

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// BreakGlass opens case content to an operator for an hour, and has the person they name
// told at once, with every data protection officer: a second person made up for it would
// not be the only one to know.
//
// It opens where no mail leaves too: a child may be at risk, and a mail server that is
// down must not decide. Then the operator is told so, and it stands in the audit log and
// in Health; the mail is tried every minute until it leaves.
func BreakGlass(tx core.App, operator *core.Record, reason, told string) (*core.Record, error) {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < 10 {
		return nil, kernel.Wrong("reason", "required", "Say in a sentence why case content must be seen.")
	}
	person, err := tx.FindFirstRecordByFilter("users", "id = {:t} || email = {:t}", dbx.Params{"t": strings.TrimSpace(told)})
	if err != nil || !person.GetBool("active") || !kernel.Holds(person, toldOf...) {
		return nil, kernel.Wrong("told", "not_a_witness", "Name an active data protection officer or safeguarding lead, by their email address.")
	}
	if sameMailbox(person.Email(), operator.Email()) {
		return nil, kernel.Wrong("told", "yourself", "Name somebody else than yourself.")
	}
	if open, err := OpenGlass(tx, operator.Id); err != nil || open != nil {
		return open, errors.Join(err, kernel.Wrong("reason", "open", "Your glass is broken already; it ends by itself."))
	}
	c, err := tx.FindCachedCollectionByNameOrId("glass_openings")
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	ends, err := types.ParseDateTime(kernel.Now().Time().Add(GlassFor))
	if err != nil {
		return nil, err
	}
	r.Load(map[string]any{"operator": operator.Id, "name": operator.Email(), "reason": reason, "told": person.Id, "told_name": person.GetString("name"), "ends_at": ends})
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return nil, fmt.Errorf("breaking the glass: %w", err)
	}
	officers, err := tx.FindAllRecords("users", dbx.NewExp(`active AND `+collections.DPO.In("roles")+` AND id != {:t}`, dbx.Params{"t": person.Id}))
	if err != nil {
		return nil, err
	}
	for _, p := range append(officers, person) {
		m := tell.Mail{Reason: "glass/" + r.Id + "/" + p.Id, Kind: "glass", Collection: "glass_openings", Record: r.Id, To: p.Email(), Name: p.GetString("name")}
		if err := tell.Post(tx, m); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// GlassHeard is how many of those who are to be told of an opening were mailed, and of
// how many the mail waits.
func GlassHeard(app core.App, opening string) (told, waiting int, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT coalesce(sum(status = 'sent'), 0), coalesce(sum(status != 'sent'), 0) FROM outbox WHERE reason BETWEEN {:from} AND {:to}`).
		Bind(dbx.Params{"from": "glass/" + opening + "/", "to": "glass/" + opening + "0"}).Row(&told, &waiting)
	return told, waiting, err
}

// GlassTold puts on record what came of a mail about an opening: that it left, and the
// first time that it did not.
func GlassTold(tx core.App, mail *core.Record, left bool) error {
	verb := "told"
	if !left {
		if verb = "not_told"; mail.GetInt("tries") > 1 {
			return nil
		}
	}
	return kernel.Audit(tx, kernel.ActorOf(tx), kernel.Entry{Verb: verb, Collection: "glass_openings", Record: mail.GetString("record"), Count: 1})
}

// MendGlass ends an operator's opening before its time.
func MendGlass(tx core.App, operator *core.Record) error {
	r, err := OpenGlass(tx, operator.Id)
	if err != nil || r == nil {
		return err
	}
	r.Set("ended_at", kernel.Now())
	return tx.Save(kernel.AsServer(r))
}

// EndGlasses puts on record which openings have run out.
func EndGlasses(app core.App) error {
	over, err := app.FindAllRecords("glass_openings", dbx.NewExp("ended_at = '' AND ends_at <= {:now}", dbx.Params{"now": kernel.Now().String()}))
	for _, r := range over {
		r.Set("ended_at", r.GetDateTime("ends_at"))
		err = errors.Join(err, app.Save(kernel.AsServer(r)))
	}
	return err
}

func sameMailbox(a, b string) bool {
	x, err := mail.ParseAddress(a)
	y, problem := mail.ParseAddress(b)
	return err == nil && problem == nil && strings.EqualFold(x.Address, y.Address)
}
