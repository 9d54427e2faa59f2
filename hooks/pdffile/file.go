package pdffile

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf16"
)

// Ref is the number of an object.
type Ref int

func (r Ref) String() string { return fmt.Sprintf("%d 0 R", int(r)) }

// File collects objects.
type File struct{ objects [][]byte }

// Reserve is the number of an object that is put later.
func (f *File) Reserve() Ref {
	f.objects = append(f.objects, nil)
	return Ref(len(f.objects))
}

// Put writes an object.
func (f *File) Put(r Ref, object string) { f.objects[r-1] = []byte(object) }

// Add writes an object that nothing named before.
func (f *File) Add(object string) Ref {
	r := f.Reserve()
	f.Put(r, object)
	return r
}

// squeezers are kept: each has tables of a megabyte.
var squeezers = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

// Stream writes data, made smaller; entries are what its dictionary says besides.
func (f *File) Stream(r Ref, entries string, data []byte) {
	var small bytes.Buffer
	w := squeezers.Get().(*zlib.Writer)
	w.Reset(&small)
	_, _ = w.Write(data) // a buffer takes it
	_ = w.Close()
	squeezers.Put(w)
	f.objects[r-1] = fmt.Appendf(nil, "<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream", small.Len(), entries, small.Bytes())
}

// Plain writes data as it is, for programs that look for it without unpacking.
func (f *File) Plain(entries, data string) Ref {
	return f.Add(fmt.Sprintf("<</Length %d%s>>\nstream\n%s\nendstream", len(data), entries, data))
}

// Write writes the file with its catalogue and its properties.
func (f *File) Write(w io.Writer, catalogue, properties Ref) error {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(f.objects))
	for i, object := range f.objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %s/Info %s>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, catalogue, properties, start)
	_, err := w.Write(b.Bytes())
	return err
}

// Text is a text as an object: hexadecimal, so that nothing in it can be read as PDF.
func Text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String() + ">"
}

// list writes references one after the other.
func list(refs []Ref) string {
	parts := make([]string, len(refs))
	for i, r := range refs {
		parts[i] = r.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}
