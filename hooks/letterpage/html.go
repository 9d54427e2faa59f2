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

var pageTemplate = template.Must(template.New("letter").Funcs(template.FuncMap{
	"pictured": pictured,
}).Parse(pageSource))

// HTML writes the letter as a whole page: the accessible twin of the PDF, with
// the letter's own language, headings and lists, in reading order. The error is
// the writer's own.
func HTML(w io.Writer, d *lettertext.Document) error { return View(w, d, nil) }

// About is what stands above a letter for those who work on it, outside of it and never
// on its paper.
type About struct {
	Kind     string   // of letter, in words
	Final    bool     // it may be printed: the letter stands without a mark
	Mark     string   // DRAFT, Approved, Sent
	Says     string   // what the mark means, in a sentence
	Grade    string   // how hard it is to read
	Blocks   []string // what stands in the way, each with what lifts it
	Words    []string // listed words that the letter holds
	Known    []string // whose children they are, and how it is brought home to whoever cannot read it
	Timeline []Moment // what became of it, oldest first
}

// Moment is one line of a letter's timeline.
type Moment struct{ At, Text, Who, Note string }

// View writes the letter as a whole page with what there is to know about it above. A
// letter that is not final bears its mark, also when the page is printed. The document
// is nil while it has unresolved fields.
func View(w io.Writer, d *lettertext.Document, about *About) error {
	if d == nil {
		d = &lettertext.Document{Language: "en"}
	}
	kind := ""
	if about != nil {
		kind = about.Kind
	}
	view := struct {
		*lettertext.Document
		Title      string
		Stylesheet string
		Groups     []group
		About      *About
	}{d, Paper{Kind: kind}.title(d), StylesheetPath, groups(d.Body), about}
	if err := pageTemplate.Execute(w, view); err != nil {
		return fmt.Errorf("write letter %s as a page: %w", d.Reference, err)
	}
	return nil
}

// shown is a picture as the page draws it.
type shown struct {
	Says    string
	Strokes []struct{ Tone, Path string }
}

// pictured is what stands beside a block; nothing where nothing does.
func pictured(b lettertext.Block, language string) *shown {
	p, ok := pictures[b.Picture]
	if !ok {
		return nil
	}
	view := &shown{Says: p.Says(language)}
	for _, s := range p.Strokes {
		view.Strokes = append(view.Strokes, struct{ Tone, Path string }{tones[s.Fill], s.Path})
	}
	return view
}

var tones = map[tone]string{bare: "line", pale: "pale", white: "white", strong: "strong"}

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
