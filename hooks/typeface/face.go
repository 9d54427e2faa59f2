package typeface

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/go-text/typesetting/font"
	"golang.org/x/image/font/sfnt"
)

// Face is one font, read where it lies.
type Face struct {
	Bold                             bool
	Name                             string // as a PDF names it
	Ascent, Descent, Capitals, StemV int    // thousandths of the size, as are all lengths here
	XMin, YMin, XMax, YMax           int
	source                           io.ReaderAt
	tables                           map[string]table
	units, glyphs, metrics           int
	longOffsets                      bool
	cmap                             *sfnt.Font
	shaped                           bool // it is small enough to be opened by the shaper
	mu                               sync.RWMutex
	known                            map[rune]lookedUp
	joiner                           *font.Face // the shaper's own reading of it
	joinerMu                         sync.Mutex
}

type table struct{ at, size int }

// open reads a TrueType font's directory and measures, and none of its outlines.
func open(name string, source io.ReaderAt, stem int, shaped bool) (*Face, error) {
	f := &Face{Name: name, source: source, StemV: stem, Bold: stem > 100, shaped: shaped, tables: map[string]table{}, known: map[rune]lookedUp{}}
	head := make([]byte, 12)
	if _, err := source.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	directory := make([]byte, 16*int(binary.BigEndian.Uint16(head[4:])))
	if _, err := source.ReadAt(directory, 12); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	for ; len(directory) > 0; directory = directory[16:] {
		f.tables[string(directory[:4])] = table{int(binary.BigEndian.Uint32(directory[8:])), int(binary.BigEndian.Uint32(directory[12:]))}
	}
	for _, needed := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf", "cmap"} {
		if f.tables[needed].size == 0 {
			return nil, fmt.Errorf("font %s has no table %s", name, needed)
		}
	}
	f.units, f.longOffsets = f.unsigned("head", 18), f.unsigned("head", 50) == 1
	f.XMin, f.YMin, f.XMax, f.YMax = f.scaled("head", 36), f.scaled("head", 38), f.scaled("head", 40), f.scaled("head", 42)
	f.Ascent, f.Descent, f.metrics = f.scaled("hhea", 4), f.scaled("hhea", 6), f.unsigned("hhea", 34)
	f.glyphs, f.Capitals = f.unsigned("maxp", 4), f.Ascent*7/10
	if f.tables["OS/2"].size >= 90 {
		f.Capitals = f.scaled("OS/2", 88)
	}
	var err error
	if f.cmap, err = sfnt.ParseReaderAt(source); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	return f, nil
}

// read is some bytes of a table. A font is a part of this program that was checked when it
// was built: one that ends early is a fault of the build, and stops whoever meets it.
func (f *Face) read(name string, at, size int) []byte {
	raw := make([]byte, size)
	if t := f.tables[name]; at < 0 || at+size > t.size {
		panic(fmt.Sprintf("font %s: %s ends before %d", f.Name, name, at+size))
	} else if _, err := f.source.ReadAt(raw, int64(t.at+at)); err != nil {
		panic(fmt.Sprintf("font %s: %v", f.Name, err))
	}
	return raw
}

func (f *Face) unsigned(name string, at int) int {
	return int(binary.BigEndian.Uint16(f.read(name, at, 2)))
}

func (f *Face) scaled(name string, at int) int {
	return f.thousandths(int(int16(f.unsigned(name, at))))
}

// thousandths of the size, rounded to the nearest, halves away from zero: whole numbers,
// so that no processor rounds differently.
func (f *Face) thousandths(units int) int {
	if units < 0 {
		return -f.thousandths(-units)
	}
	return (units*1000 + f.units/2) / f.units
}

// lookedUp is the shape of a character that stands alone, and how wide it is.
type lookedUp struct {
	id      uint16
	advance int
}

// inUnits is thousandths of the size as the font's own units.
func (f *Face) inUnits(n int) int {
	if n < 0 {
		return -f.inUnits(-n)
	}
	return (n*f.units + 500) / 1000
}

// glyph is the shape of a character that stands alone; 0 is none.
func (f *Face) glyph(r rune) uint16 { return f.look(r).id }

func (f *Face) look(r rune) lookedUp {
	f.mu.RLock()
	found, seen := f.known[r]
	f.mu.RUnlock()
	if seen {
		return found
	}
	var buffer sfnt.Buffer
	index, err := f.cmap.GlyphIndex(&buffer, r)
	if err != nil || index == 0 {
		return lookedUp{0, f.Advance(0)}
	}
	found = lookedUp{uint16(index), f.Advance(uint16(index))}
	f.mu.Lock()
	f.known[r] = found
	f.mu.Unlock()
	return found
}

// Advance is how far a shape moves the pen.
func (f *Face) Advance(id uint16) int {
	return f.thousandths(f.unsigned("hmtx", 4*min(int(id), f.metrics-1)))
}

// outline is a shape's bytes in the font; empty for one that shows nothing.
func (f *Face) outline(id uint16) []byte {
	if int(id) >= f.glyphs {
		return nil
	}
	var from, to int
	if f.longOffsets {
		raw := f.read("loca", 4*int(id), 8)
		from, to = int(binary.BigEndian.Uint32(raw)), int(binary.BigEndian.Uint32(raw[4:]))
	} else {
		raw := f.read("loca", 2*int(id), 4)
		from, to = 2*int(binary.BigEndian.Uint16(raw)), 2*int(binary.BigEndian.Uint16(raw[2:]))
	}
	return f.read("glyf", from, to-from)
}

// forShaping opens the font for the shaper, which wants it in memory.
func (f *Face) forShaping() (*font.Face, error) {
	if f.joiner != nil {
		return f.joiner, nil
	}
	end := 0
	for _, t := range f.tables {
		end = max(end, t.at+t.size)
	}
	raw := make([]byte, end)
	if _, err := f.source.ReadAt(raw, 0); err != nil {
		return nil, err
	}
	joiner, err := font.ParseTTF(bytes.NewReader(raw))
	f.joiner = joiner
	return joiner, err
}
