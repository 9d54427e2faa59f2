package glass

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
)

// GlassFor is how long the glass stays broken.
const GlassFor = time.Hour

// ErrGlass is the answer to an operator who asks for what is a family's.
var ErrGlass = reply.Error(contract.NotAllowed,
	"An operator sees nothing of a case. In an emergency break the glass first (the page Health, or POST /api/ops/glass): say why, and whom to tell.")

// ErrGlassReads is the answer to an operator who would write of a case, with the glass
// broken or whole: what is made under it would outlive it.
var ErrGlassReads = reply.Error(contract.NotAllowed, "An operator writes nothing of a case. Broken, the glass lets them read.")

// toldOf are the roles of whom the glass's breaking may be told to.
var toldOf = []collections.Role{collections.DPO, collections.SafeguardingLead}

// BindGlass keeps case content from the operator, whom no rule of PocketBase's holds, on
// every stock door: lists, single records, writes and what they answer, in a batch too,
// files, and whatever leads from elsewhere into a case.
func BindGlass(app core.App) {
	const first = kernel.OrderDoor - 1 // who reads is on the request before anything asks for it
	one := &hook.Handler[*core.RecordRequestEvent]{Priority: first, Func: func(e *core.RecordRequestEvent) error {
		if err := BehindGlass(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}}
	app.OnRecordViewRequest().Bind(one)
	write := &hook.Handler[*core.RecordRequestEvent]{Priority: first, Func: func(e *core.RecordRequestEvent) error {
		if e.Auth != nil && e.Auth.IsSuperuser() && HoldsCases(e.Collection) {
			signin.Knock{Verb: "refused_case", Actor: e.Auth.Id, Door: "dashboard", In: e.Collection.Name, What: "write"}.Heard(e.App, time.Now())
			return ErrGlassReads
		}
		if err := BehindGlass(e.RequestEvent, e.Collection); err != nil {
			return err
		}
		return e.Next()
	}}
	app.OnRecordCreateRequest().Bind(write)
	app.OnRecordUpdateRequest().Bind(write)
	app.OnRecordDeleteRequest().Bind(write)
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
	leads := leadsIntoCases(e.App, c, e.Request.URL.Query())
	if leads { // what is asked so is answered by a count, and no line says of whom
		return glassWhole(e, c.Name, "a question across collections")
	}
	if !HoldsCases(c) {
		return nil
	}
	return UnderGlass(e, c.Name, "read")
}

// glassWhole refuses an operator, and has it on record.
func glassWhole(e *core.RequestEvent, collection, what string) error {
	signin.Knock{Verb: "refused_case", Actor: e.Auth.Id, Door: "dashboard", In: collection, What: what}.Heard(e.App, time.Now())
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
	e.Set(kernel.GlassKey, opening.Id)
	return nil
}

// OpenGlass is an operator's opening that has not run out, or nil.
func OpenGlass(app core.App, operator string) (*core.Record, error) {
	r := &core.Record{}
	err := app.RecordQuery("glass_openings").AndWhere(dbx.NewExp("operator = {:o} AND ends_at > {:now} AND ended_at = ''",
		dbx.Params{"o": operator, "now": kernel.Now().String()})).Limit(1).One(r)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("whether the glass is broken: %w", err)
	}
	return r, nil
}

// HoldsCases reports whether a collection's records say something of a family.
func HoldsCases(c *core.Collection) bool {
	n := collections.ByName(c.Name)
	return n != nil && (n.CaseField != "" || n.Name == "sync_refusals")
}
