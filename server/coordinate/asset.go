package coordinate

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/pocketbase/pocketbase/core"
)

//go:embed assets/plain.css assets/holdfast.css assets/holdfast.mjs assets/passkey.mjs assets/icon.svg all:assets/built
var assets embed.FS

// look is which style sheets and scripts a page asks for: the GOV.UK look when
// make has built it, our own plain one when not.
type look struct {
	Styles, Scripts []string
	Icon, Passkey   string // the script that asks a browser for a passkey, on the pages that do
	files           map[string]file
}

// file is one asset, and its address with a part that changes with its content.
type file struct {
	kind    string
	content []byte
}

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8",
}

func loadLook(from fs.FS) (look, error) {
	l := look{files: map[string]file{}}
	address := map[string]string{}
	err := fs.WalkDir(from, "assets", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || assetKinds[path.Ext(p)] == "" {
			return err
		}
		content, err := fs.ReadFile(from, p)
		sum := sha256.Sum256(content)
		l.files[path.Base(p)] = file{assetKinds[path.Ext(p)], content}
		address[path.Base(p)] = "/coordinate/assets/" + path.Base(p) + "?v=" + hex.EncodeToString(sum[:6])
		return err
	})
	first, script := "plain.css", ""
	if _, built := l.files["govuk.css"]; built {
		first, script = "govuk.css", "govuk.mjs"
	}
	l.Icon, l.Passkey = address["icon.svg"], address["passkey.mjs"]
	l.Styles = []string{address[first], address["holdfast.css"]}
	l.Scripts = []string{address["holdfast.mjs"]}
	if a := address[script]; a != "" {
		l.Scripts = append(l.Scripts, a)
	}
	return l, err
}

// asset serves a style sheet or script; its address changes when it does.
func (r *Room) asset(e *core.RequestEvent) error {
	f, ok := r.look.files[e.Request.PathValue("path")]
	if !ok {
		return errMissing
	}
	e.Response.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return e.Blob(http.StatusOK, f.kind, f.content)
}
