package hooks

import (
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// GlassFor is how long the glass stays broken.
const GlassFor = time.Hour

// GlassDoor is by which door an operator reads case content.
const GlassDoor = "glass"

// glassKey is where a request keeps the opening under which it reads.
const glassKey = "holdfast.glass"

// ErrGlass is the answer to an operator who asks for what is a family's.
var ErrGlass = reply.Error(contract.NotAllowed,
	"An operator sees nothing of a case. In an emergency break the glass first (the page Health, or POST /api/ops/glass): say why, and whom to tell.")

// toldOf are the roles of whom the glass's breaking may be told to.
var toldOf = []string{"dpo", "safeguarding_lead"}

// bindGlass keeps case content from the operator, whom no rule of PocketBase's holds, on
// every stock door: lists, single records, writes and what they answer, in a batch too,
// files, and whatever leads from elsewhere into a case.
func bindGlass(app core.App) {
	const first = orderDoor - 1 // who reads is on the request before anything asks for it
	one := &hook.Handler[*core.RecordRequestEvent]{Priority: first, Func: func(e *core.RecordRequestEvent) error {
		if err := BehindGlass(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}}
	app.OnRecordViewRequest().Bind(one)
	app.OnRecordCreateRequest().Bind(one)
	app.OnRecordUpdateRequest().Bind(one)
	app.OnRecordDeleteRequest().Bind(one)
	app.OnRecordsListRequest().Bind(&hook.Handler[*core.RecordsListRequestEvent]{Priority: first, Func: func(e *core.RecordsListRequestEvent) error {
		if err := BehindGlass(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}})
	app.OnFileDownloadRequest().Bind(&hook.Handler[*core.FileDownloadRequestEvent]{Priority: first, Func: func(e *core.FileDownloadRequestEvent) error {
		if by, err := e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile); err == nil && e.Auth == nil {
			e.Auth = by // a file's reader is known by the address alone
		}
		if err := BehindGlass(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}})
	// What is listened to comes after the glass is whole again, and with no line on record.
	app.OnRealtimeSubscribeRequest().Bind(&hook.Handler[*core.RealtimeSubscribeRequestEvent]{Priority: first, Func: func(e *core.RealtimeSubscribeRequestEvent) error {
		if e.Auth != nil && e.Auth.IsSuperuser() && slices.ContainsFunc(e.Subscriptions, func(topic string) bool { return CaseTopic(e.App, topic) }) {
			return glassWhole(e.RequestEvent, "", "realtime")
		}
		return e.Next()
	}})
	// An opening that has run out is put on record by the server, which may have stood
	// still then: what it opens is asked of the time, not of this.
	_ = app.Cron().Add("glass", "* * * * *", func() {
		if err := EndGlasses(app); err != nil {
			app.Logger().Error("Ending what was opened by breaking the glass", "error", err)
		}
	})
}

// BehindGlass refuses an operator's request that would show something of a case, unless
// their glass is broken; then the request is known as one under that opening.
func BehindGlass(e *core.RequestEvent, c *core.Collection) error {
	if e.Auth == nil || !e.Auth.IsSuperuser() {
		return nil
	}
	if !HoldsCases(c) && !leadsIntoCases(e.App, c, e.Request.URL.Query()) {
		return nil
	}
	return UnderGlass(e, c.Name, "read")
}

// glassWhole refuses an operator, and has it on record.
func glassWhole(e *core.RequestEvent, collection, what string) error {
	knock{verb: "refused_case", actor: e.Auth.Id, door: "dashboard", in: collection, what: what}.heard(e.App, time.Now())
	return ErrGlass
}

// UnderGlass lets an operator's request through whose glass is broken; what they ask for
// is on record either way.
func UnderGlass(e *core.RequestEvent, collection, what string) error {
	opening, err := OpenGlass(e.App, e.Auth.Id)
	if err != nil {
		return err
	}
	if opening == nil {
		return glassWhole(e, collection, what)
	}
	e.Set(glassKey, opening.Id)
	return nil
}

// OpenGlass is an operator's opening that has not run out, or nil.
func OpenGlass(app core.App, operator string) (*core.Record, error) {
	r := &core.Record{}
	err := app.RecordQuery("glass_openings").AndWhere(dbx.NewExp("operator = {:o} AND ends_at > {:now} AND ended_at = ''",
		dbx.Params{"o": operator, "now": now().String()})).Limit(1).One(r)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("whether the glass is broken: %w", err)
	}
	return r, nil
}

// BreakGlass opens case content to an operator for an hour, and has the person they name
// told at once, with every data protection officer: a second person made up for it would
// not be the only one to know.
func BreakGlass(tx core.App, operator *core.Record, reason, told string) (*core.Record, error) {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < 10 {
		return nil, refusal("reason", "required", "Say in a sentence why case content must be seen.")
	}
	person, err := tx.FindFirstRecordByFilter("users", "id = {:t} || email = {:t}", dbx.Params{"t": strings.TrimSpace(told)})
	if err != nil || !person.GetBool("active") || !slices.ContainsFunc(person.GetStringSlice("roles"), func(r string) bool { return slices.Contains(toldOf, r) }) {
		return nil, refusal("told", "not_a_witness", "Name an active data protection officer or safeguarding lead, by their e-mail address.")
	}
	if sameMailbox(person.Email(), operator.Email()) {
		return nil, refusal("told", "yourself", "Name somebody else than yourself.")
	}
	if open, err := OpenGlass(tx, operator.Id); err != nil || open != nil {
		return open, errors.Join(err, refusal("reason", "open", "Your glass is broken already; it ends by itself."))
	}
	c, err := tx.FindCachedCollectionByNameOrId("glass_openings")
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	ends, err := types.ParseDateTime(now().Time().Add(GlassFor))
	if err != nil {
		return nil, err
	}
	r.Load(map[string]any{"operator": operator.Id, "name": operator.Email(), "reason": reason, "told": person.Id, "told_name": person.GetString("name"), "ends_at": ends})
	if err := tx.Save(AsServer(r)); err != nil {
		return nil, fmt.Errorf("breaking the glass: %w", err)
	}
	officers, err := tx.FindAllRecords("users", dbx.NewExp(`active AND EXISTS (SELECT 1 FROM json_each(roles) WHERE value = 'dpo') AND id != {:t}`, dbx.Params{"t": person.Id}))
	if err != nil {
		return nil, err
	}
	for _, p := range append(officers, person) {
		m := Mail{Reason: "glass/" + r.Id + "/" + p.Id, Kind: "glass", Collection: "glass_openings", Record: r.Id, To: p.Email(), Name: p.GetString("name")}
		if err := Post(tx, m); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// MendGlass ends an operator's opening before its time.
func MendGlass(tx core.App, operator *core.Record) error {
	r, err := OpenGlass(tx, operator.Id)
	if err != nil || r == nil {
		return err
	}
	r.Set("ended_at", now())
	return tx.Save(AsServer(r))
}

// EndGlasses puts on record which openings have run out.
func EndGlasses(app core.App) error {
	over, err := app.FindAllRecords("glass_openings", dbx.NewExp("ended_at = '' AND ends_at <= {:now}", dbx.Params{"now": now().String()}))
	for _, r := range over {
		r.Set("ended_at", r.GetDateTime("ends_at"))
		err = errors.Join(err, app.Save(AsServer(r)))
	}
	return err
}

// HoldsCases reports whether a collection's records say something of a family.
func HoldsCases(c *core.Collection) bool {
	n := collections.ByName(c.Name)
	return n != nil && (n.CaseField != "" || n.Name == "sync_refusals")
}

func sameMailbox(a, b string) bool {
	x, err := mail.ParseAddress(a)
	y, problem := mail.ParseAddress(b)
	return err == nil && problem == nil && strings.EqualFold(x.Address, y.Address)
}
