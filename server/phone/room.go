package phone

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"path"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	app "holdfast/mobile-contract/phone"
)

// policy lets the app load and ask what this server itself serves, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; connect-src 'self'; worker-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// permissions are what of the device the app may ask for: nothing knows where it is.
const permissions = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), display-capture=()"

var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
	".webmanifest": "application/manifest+json",
}

// file is one part of the app as it was built.
type file struct {
	kind, tag string
	content   []byte
}

// Room serves the app.
type Room struct {
	app   core.App
	files map[string]file
	shell *template.Template
}

// Open binds the app to a server.
func Open(e *core.ServeEvent) error { return open(e, app.Built) }

func open(e *core.ServeEvent, built fs.FS) error {
	r := &Room{app: e.App, files: map[string]file{}}
	err := fs.WalkDir(built, "built", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || kinds[path.Ext(p)] == "" {
			return err
		}
		content, err := fs.ReadFile(built, p)
		sum := sha256.Sum256(content)
		r.files[path.Base(p)] = file{kinds[path.Ext(p)], `"` + hex.EncodeToString(sum[:8]) + `"`, content}
		return err
	})
	if err != nil {
		return err
	}
	if r.shell, err = template.New("shell").Parse(shell); err != nil {
		return err
	}
	g := e.Router.Group("").Unbind(apis.DefaultCorsMiddlewareId)
	around := []*hook.Handler[*core.RequestEvent]{apis.SkipSuccessActivityLog(), {Func: framed}}
	for at, do := range map[string]func(*core.RequestEvent) error{"/{$}": r.page, "/app/area.json": r.area, "/app/{path...}": r.file} {
		g.GET(at, do).Bind(around...)
	}
	return nil
}

// framed puts around every answer what browsers obey.
func framed(e *core.RequestEvent) error {
	reply.Framed(e.Response.Header(), policy, "no-cache", "no-referrer")
	e.Response.Header().Set("Permissions-Policy", permissions)
	return e.Next()
}

// file serves one part of the app, and asks for it again only where it changed: which parts
// belong together is the service worker's to hold.
func (r *Room) file(e *core.RequestEvent) error {
	name := e.Request.PathValue("path")
	f, ok := r.files[name]
	if !ok {
		return router.NewNotFoundError("", nil)
	}
	if name == "worker.js" {
		e.Response.Header().Set("Service-Worker-Allowed", "/")
	}
	e.Response.Header().Set("ETag", f.tag)
	if e.Request.Header.Get("If-None-Match") == f.tag {
		return e.NoContent(http.StatusNotModified)
	}
	return e.Blob(http.StatusOK, f.kind, f.content)
}
