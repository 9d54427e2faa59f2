package ops

import (
	"embed"
	"io/fs"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

//go:embed dashboard/main.js
var dashboard embed.FS

// bindHealth adds one page to the superusers' dashboard and the endpoint that it reads.
func bindHealth(e *core.ServeEvent) error {
	e.Router.GET("/api/ops/health", health).Bind(apis.RequireSuperuserAuth())
	files, err := fs.Sub(dashboard, "dashboard")
	if err != nil {
		return err
	}
	e.UIExtensions = append(e.UIExtensions, core.UIExtension{Name: "holdfast", FS: files})
	return nil
}
