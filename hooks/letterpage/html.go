package letterpage

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"holdfast/hooks/lettertext"
)

// Stylesheet is the page's one style sheet. It is served by itself, at
// StylesheetPath, as text/css: the page holds no style and no script, so that a
// content security policy of default-src 'none'; style-src 'self' lets it be.
//
//go:embed letter.css
var Stylesheet string

// StylesheetPath is where the page looks for Stylesheet.
const StylesheetPath = "/letter.css"

//go:embed letter.html
var pageSource string

var pageTemplate = template.Must(template.New("letter").Parse(pageSource))

// HTML writes the letter as a whole page: the accessible twin of the PDF, with
// the letter's own language, headings and lists, in reading order. The error is
// the writer's own.
func HTML(w io.Writer, d *lettertext.Document) error {
	view := struct {
		*lettertext.Document
		Stylesheet string
		Groups     []group
	}{d, StylesheetPath, groups(d.Body)}
	if err := pageTemplate.Execute(w, view); err != nil {
		return fmt.Errorf("write letter %s as a page: %w", d.Reference, err)
	}
	return nil
}

// group is blocks that share an element: bullets that follow one another are one
// list, anything else stands alone.
type group struct {
	Kind   lettertext.Kind
	Blocks []lettertext.Block
}

func groups(body []lettertext.Block) []group {
	var out []group
	for _, block := range body {
		if last := len(out) - 1; last >= 0 && block.Kind == lettertext.Bullet && out[last].Kind == lettertext.Bullet {
			out[last].Blocks = append(out[last].Blocks, block)
			continue
		}
		out = append(out, group{block.Kind, []lettertext.Block{block}})
	}
	return out
}
