package coordinate

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

//go:embed page/*.html
var pageFiles embed.FS

// page is what every template is given.
type page struct {
	Title    string
	Body     any
	Problems []problem // what must be put right before the form is taken
	OfCases  bool      // the page may show what the record of a case says

	// The rest is the same on every page and filled in by show.
	Partnership, Viewer, Seal string
	Links, Within             []link // the menu, and what stands in the section of this page
	Look                      look
}

// problem is one thing to put right, beside the field with that id.
type problem struct{ Field, Text string }

// Problem is the text beside a field, empty when the field is fine.
func (p page) Problem(field string) string {
	for _, b := range p.Problems {
		if b.Field == field {
			return b.Text
		}
	}
	return ""
}

// loadPages parses each page together with the frame that all of them share.
func loadPages() (map[string]*template.Template, error) {
	files, err := pageFiles.ReadDir("page")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".html")
		if strings.HasPrefix(name, "part-") {
			continue
		}
		t, err := template.New(name).Funcs(words).ParseFS(pageFiles, "page/part-*.html", path.Join("page", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		pages[name] = t
	}
	return pages, nil
}

// show renders a page whole before a byte of it is sent.
func (r *Room) show(e *core.RequestEvent, status int, name string, p page) error {
	p.Partnership, p.Look = partnership(r.app), r.look
	p.Problems = slices.Clone(p.Problems)
	for i := range p.Problems { // a problem may quote what somebody wrote
		p.Problems[i].Text = alone(p.Problems[i].Text)
	}
	if v, ok := e.Get(visitKey).(*visit); ok {
		p.Viewer, p.Seal = v.user.GetString("name"), v.session.seal()
		var err error
		if p.Links, p.Within, err = v.menu(e.Request.URL.Path); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := r.pages[name].ExecuteTemplate(&out, "frame", p); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	e.Response.Header().Set("Content-Type", "text/html; charset=utf-8")
	e.Response.WriteHeader(status)
	_, err := out.WriteTo(e.Response)
	return err
}

// partnership is the name that the operator gave the app; the house's own name
// stands beside it already.
func partnership(app core.App) string {
	if name := app.Settings().Meta.AppName; name != "Holdfast" {
		return name
	}
	return ""
}
