package typeface

import (
	"bytes"
	"embed"
	"io"
	"io/fs"
	"slices"
	"sync"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
)

//go:embed all:fonts/built
var built embed.FS

// choice is a face and whether its outline is drawn too, where it has no bold of its own.
type choice struct {
	face    *Face
	outline bool
}

// chains are the faces of each weight in the order in which they are asked for a shape.
type chains struct{ upright, bold []choice }

func (c *chains) of(bold bool) []choice {
	if bold {
		return c.bold
	}
	return c.upright
}

var faces = sync.OnceValue(func() *chains { return openAll(built) })

// openAll opens what is always there and, after it, what make has fetched.
func openAll(fetched fs.FS) *chains {
	const regular, strong = 84, 140 // the width of an upright stem, for a reader that has to replace the font
	c := &chains{}
	add := func(name string, source io.ReaderAt, bold, shaped bool) {
		stem := regular
		if bold {
			stem = strong
		}
		f, err := open(name, source, stem, shaped)
		if err != nil {
			panic(err) // a part of this program is broken
		}
		if bold {
			c.bold = append(c.bold, choice{f, false})
		} else {
			c.upright = append(c.upright, choice{f, false})
		}
	}
	add("LiberationSans", bytes.NewReader(liberationsansregular.TTF), false, true)
	add("LiberationSans-Bold", bytes.NewReader(liberationsansbold.TTF), true, true)
	for _, f := range []struct {
		file, name   string
		bold, shaped bool
	}{
		{"NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic", false, true},
		{"NotoNaskhArabic-Bold.ttf", "NotoNaskhArabic-Bold", true, true},
		{"NotoSansSC-Regular.ttf", "NotoSansSC", false, false},
		{"NotoSansThai-Regular.ttf", "NotoSansThai", false, true},
		{"NotoSansThai-Bold.ttf", "NotoSansThai-Bold", true, true},
		{"NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari", false, true},
		{"NotoSansDevanagari-Bold.ttf", "NotoSansDevanagari-Bold", true, true},
		{"NotoSansBengali-Regular.ttf", "NotoSansBengali", false, true},
		{"NotoSansBengali-Bold.ttf", "NotoSansBengali-Bold", true, true},
		{"NotoSansGurmukhi-Regular.ttf", "NotoSansGurmukhi", false, true},
		{"NotoSansGurmukhi-Bold.ttf", "NotoSansGurmukhi-Bold", true, true},
		{"NotoSansGujarati-Regular.ttf", "NotoSansGujarati", false, true},
		{"NotoSansGujarati-Bold.ttf", "NotoSansGujarati-Bold", true, true},
		{"NotoSansTamil-Regular.ttf", "NotoSansTamil", false, true},
		{"NotoSansTamil-Bold.ttf", "NotoSansTamil-Bold", true, true},
		{"NotoSansEthiopic-Regular.ttf", "NotoSansEthiopic", false, false},
		{"NanumGothic-Regular.ttf", "NanumGothic", false, false},
	} {
		file, err := fetched.Open("fonts/built/" + f.file)
		if err != nil {
			continue // make has not fetched it
		}
		if source, ok := file.(io.ReaderAt); ok {
			add(f.name, source, f.bold, f.shaped)
		}
	}
	for _, upright := range c.upright {
		c.bold = append(c.bold, choice{upright.face, true})
	}
	return c
}

// Fetched says whether make has fetched all its faces.
func Fetched() bool {
	return !slices.ContainsFunc([]rune("\u0645\u674e\u0e01\u0915\u0995\u0a15\u0a95\u0b95\u12a0\uae40"), func(r rune) bool { return !Has(r) })
}

// Has says whether there is a shape for the character.
func Has(r rune) bool {
	_, ok := faces().find(r, false)
	return ok
}

// find is the first face that has a shape for the character.
func (c *chains) find(r rune, bold bool) (choice, bool) {
	for _, f := range c.of(bold) {
		if f.face.glyph(r) != 0 {
			return f, true
		}
	}
	return c.of(bold)[0], false
}
