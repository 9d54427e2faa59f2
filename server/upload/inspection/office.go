package inspection

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// ending is a zip's end of central directory: where the list of its files stands.
type ending struct {
	offset, size int64 // of the list of files
	at, end      int64 // of this record and its comment
}

// directory finds a zip's central directory in the tail of a file; nil when the
// file is no zip.
func directory(f io.ReaderAt, size int64) (*ending, error) {
	const record, comment = 22, 65_535
	tail := make([]byte, min(size, record+comment))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for i := len(tail) - record; i >= 0; i-- {
		b := tail[i:]
		if !bytes.HasPrefix(b, []byte("PK\x05\x06")) || record+int(binary.LittleEndian.Uint16(b[20:])) > len(b) {
			continue
		}
		e := &ending{
			size: int64(binary.LittleEndian.Uint32(b[12:])), offset: int64(binary.LittleEndian.Uint32(b[16:])),
			at: size - int64(len(tail)) + int64(i),
		}
		e.end = e.at + record + int64(binary.LittleEndian.Uint16(b[20:]))
		if listed(f, e.at-e.size) {
			return e, nil
		}
	}
	return nil, nil
}

// listed reports whether a zip's list of files stands at an offset.
func listed(f io.ReaderAt, at int64) bool {
	var mark [4]byte
	if at < 0 {
		return false
	}
	_, err := f.ReadAt(mark[:], at)
	return err == nil && string(mark[:]) == "PK\x01\x02"
}

// parts that an office file of the type must have.
var mustHave = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word/document.xml",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "xl/workbook.xml",
	"application/vnd.oasis.opendocument.text":                                 "content.xml",
}

// office looks into a document that is a zip: what runs, what unpacks too far and
// what is no such document is refused. The list of its files is measured before it
// is read.
func office(f io.ReaderAt, size int64, mime string) (Verdict, error) {
	e, err := directory(f, size)
	if err != nil {
		return Verdict{}, err
	}
	if e == nil || e.offset+e.size != e.at || e.end != size {
		return no(NotWhole, "the document's list of parts is not at its end"), nil
	}
	if e.size > maxDirectory {
		return no(Bomb, "the document has too many parts"), nil
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return no(NotWhole, "the document cannot be opened"), nil
	}
	var unpacked uint64
	var whole bool
	for _, part := range z.File {
		unpacked += part.UncompressedSize64
		if unpacked > maxInflated || unpacked > uint64(size)*maxRatio {
			return no(Bomb, "the document unpacks to far more than it is"), nil
		}
		whole = whole || part.Name == mustHave[mime]
		if v := runs(part); v.Reason != "" {
			return v, nil
		}
	}
	if !whole {
		return no(NotWhole, "the document has no text in it"), nil
	}
	return Verdict{MIME: mime}, nil
}

// executables are endings of names that a system would run, inside a document.
var executables = []string{
	".exe", ".dll", ".scr", ".com", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".jar", ".lnk", ".sh", ".html", ".htm", ".svg",
}

// runs refuses a part of a document that holds a program or asks for one.
func runs(part *zip.File) Verdict {
	name := strings.ToLower(part.Name)
	switch {
	case strings.Contains(name, "vbaproject"), strings.Contains(name, "vbadata"), strings.Contains(name, "macrosheets/"),
		strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"), strings.Contains(name, "activex/"):
		return no(Macros, "the document holds "+short(part.Name))
	case slices.Contains(executables, path.Ext(name)), strings.Contains(name, "oleobject"):
		return no(ActiveContent, "the document holds "+short(part.Name))
	case name == "[content_types].xml" || strings.HasSuffix(name, ".rels"):
		text, err := peek(part)
		switch {
		case err != nil:
			return no(NotWhole, "the document cannot be read")
		case bytes.Contains(text, []byte("macroenabled")), bytes.Contains(text, []byte("vbaproject")):
			return no(Macros, "the document says that it has macros")
		case bytes.Contains(text, []byte("attachedtemplate")) && bytes.Contains(text, []byte(`targetmode="external"`)):
			return no(ActiveContent, "the document fetches a template from elsewhere")
		}
	}
	return Verdict{}
}

// peek reads the first mebibyte of a document's part, in lower case.
func peek(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return bytes.ToLower(text), err
}

func short(name string) string {
	clean := strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, name), "")
	if r := []rune(clean); len(r) > 60 {
		return string(r[:60])
	}
	return clean
}
