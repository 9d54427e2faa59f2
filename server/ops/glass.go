package ops

import (
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/account"
	glassrules "holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// bindGlass opens the door by which an operator breaks the glass, and mends it.
func bindGlass(e *core.ServeEvent) {
	g := e.Router.Group("/api/ops/glass").Bind(apis.RequireSuperuserAuth())
	g.GET("", glass)
	g.POST("", breakGlass)
	g.DELETE("", mendGlass)
}

// broken is an opening as its operator is told of it.
type broken struct {
	ID     string         `json:"id"`
	EndsAt types.DateTime `json:"ends_at"`
	Told   string         `json:"told"`
	Heard  bool           `json:"heard"` // whether the mails about it have left
}

func tell(e *core.RequestEvent, opening *core.Record) error {
	told, waiting, err := glassrules.GlassHeard(e.App, opening.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, broken{opening.Id, opening.GetDateTime("ends_at"), opening.GetString("told_name"), told > 0 && waiting == 0})
}

// glass answers the operator's own opening, or null.
func glass(e *core.RequestEvent) error {
	r, err := glassrules.OpenGlass(e.App, e.Auth.Id)
	if err != nil {
		return err
	}
	if r == nil {
		return e.JSON(http.StatusOK, nil)
	}
	return tell(e, r)
}

func breakGlass(e *core.RequestEvent) error {
	var ask struct {
		Reason string `json:"reason"`
		Told   string `json:"told"`
	}
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	var opening *core.Record
	err := kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) (err error) {
		opening, err = glassrules.BreakGlass(tx, e.Auth, ask.Reason, ask.Told)
		return err
	})
	if fields, refused := kernel.Refusal(err); refused {
		return apis.NewBadRequestError("The glass stays whole.", fields)
	}
	if err != nil {
		return err
	}
	return tell(e, opening)
}

func mendGlass(e *core.RequestEvent) error {
	if err := kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error { return glassrules.MendGlass(tx, e.Auth) }); err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}

// settingsChanged puts on record which settings an operator changes. What goes on when
// the glass is whole again, with no line of who reads, is not turned on at all:
// PocketBase's own backups, and files in somebody else's store. Where mail goes is changed
// with the glass broken, and told before.
func settingsChanged(e *core.SettingsUpdateRequestEvent) error {
	was, now := e.OldSettings, e.NewSettings
	changed := changedSettings(was, now)
	if slices.Contains(changed, "backups") {
		return reply.Error(contract.NotAllowed, "These backups are off: they are plain copies of everything, and hold up every writer.")
	}
	if slices.Contains(changed, "s3") && now.S3.Enabled {
		return reply.Error(contract.NotAllowed, "Files stay in the store's own folder: whoever has another place for them reads all evidence, and no line says so.")
	}
	if turnsMail(was, now) {
		if err := mailTurns(e.RequestEvent); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil || len(changed) == 0 {
		return err
	}
	return kernel.AuditRead(e.App, kernel.ActorFrom(e.RequestEvent), kernel.Entry{Verb: "settings", Fields: changed})
}

// mailTurns lets the mail's way be changed: freely while nobody's account is in use yet,
// then under the glass and told by the way it goes until now.
func mailTurns(e *core.RequestEvent) error {
	if used, err := account.InUse(e.App); err != nil || !used {
		return err
	}
	if err := glassrules.UnderGlass(e, "", "settings"); err != nil {
		return err
	}
	err := account.TellMailTurns(e.Request.Context(), e.App, kernel.ActorFrom(e), e.Auth)
	if fields, refused := kernel.Refusal(err); refused {
		return apis.NewBadRequestError("The mail settings stay as they are.", fields)
	}
	return err
}
