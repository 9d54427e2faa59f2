package phone

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

//go:embed shell.html
var shell string

// page answers /: the app where it is built, and what is needed where it is not.
func (r *Room) page(e *core.RequestEvent) error {
	all, err := r.guides()
	if err != nil {
		return err
	}
	_, built := r.files["main.js"]
	var out bytes.Buffer
	if err := r.shell.Execute(&out, map[string]any{"Built": built, "Name": r.name(), "Numbers": numbers(all)}); err != nil {
		return err
	}
	return e.HTML(http.StatusOK, out.String())
}

// guide is something of the area's to read, for everybody.
type guide struct {
	ID    string `db:"id" json:"id"`
	Title string `db:"title" json:"title"`
	Kind  string `db:"kind" json:"kind"`
	Body  string `db:"body" json:"body"`
}

// area answers what is for everybody, signed in or not.
func (r *Room) area(e *core.RequestEvent) error {
	all, err := r.guides()
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"name": r.name(), "guides": all})
}

func (r *Room) guides() ([]guide, error) {
	all := []guide{}
	err := r.app.ConcurrentDB().Select("id", "title", "kind", "body").From("resources").Where(dbx.HashExp{"published": true}).
		AndWhere(dbx.In("kind", "contact_card", "briefing", "guide")).OrderBy("kind DESC", "title").All(&all)
	slices.SortStableFunc(all, func(a, b guide) int { return strings.Compare(first(a), first(b)) })
	return all, err
}

// first sorts the card with the numbers before what else there is to read.
func first(g guide) string {
	if g.Kind == "contact_card" {
		return ""
	}
	return g.Kind
}

// name is what the area is called.
func (r *Room) name() string { return r.app.Settings().Meta.AppName }

// number is one to ring.
type number struct {
	Name, Number string
	Tel          template.URL
}

var (
	line   = regexp.MustCompile(`\r?\n|\.\s+`)
	dialed = regexp.MustCompile(`\+?\d[\d ]{2,}\d`)
)

// numbers are read out of the area's card as the app reads them (numbers.ts): a line with a
// name and a number is one. 999 stands on the page by itself.
func numbers(all []guide) (out []number) {
	for _, g := range all {
		if g.Kind != "contact_card" {
			continue
		}
		for _, l := range line.Split(g.Body, -1) {
			at := dialed.FindStringIndex(l)
			if at == nil {
				continue
			}
			name, tel := strings.TrimRight(l[:at[0]], " :,–-"), strings.ReplaceAll(l[at[0]:at[1]], " ", "")
			if name != "" && tel != "999" && tel != "112" {
				out = append(out, number{strings.TrimSpace(name), l[at[0]:at[1]], template.URL("tel:" + tel)})
			}
		}
	}
	return out
}
