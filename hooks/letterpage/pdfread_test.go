package letterpage

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// readFile is what a program finds in a PDF that this package wrote: each page's
// text in the order it is drawn, and everything that is not inside a stream.
type readFile struct {
	pages [][]readText
	shell string // objects and trailer without their streams
}

// readText is one piece of drawn text, at points from the bottom left corner.
type readText struct {
	x, y, size float64
	bold       bool
	text       string
	part       string // what it is to a screen reader, or Artifact
}

var (
	objectPattern  = regexp.MustCompile(`(?s)^(\d+) 0 obj\n(.*)$`)
	lengthPattern  = regexp.MustCompile(`<</Length (\d+)`)
	fontPattern    = regexp.MustCompile(`/F(\d+) (\d+) 0 R`)
	unicodePattern = regexp.MustCompile(`/BaseFont/([A-Z]{6}\+\S+?)/Encoding/Identity-H.*/ToUnicode (\d+) 0 R`)
	meansPattern   = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
	opPattern      = regexp.MustCompile(`/(\w+)<<(?:/MCID \d+|/Type/\w+)>>BDC|(EMC)|(\d) Tr|BT/F(\d+) (\d+) Tf|1 0 0 1 ([\d.-]+) ([\d.-]+) Tm<([0-9A-F]*)>Tj`)
)

// readPDF takes a PDF apart without what wrote it.
func readPDF(t testing.TB, raw []byte) readFile {
	t.Helper()
	var file readFile
	objects, streams := map[string]string{}, map[string]string{}
	var shell strings.Builder
	rest := raw
	for len(rest) > 0 {
		end := bytes.Index(rest, []byte("\nendobj\n"))
		if at := bytes.Index(rest, []byte("\nstream\n")); at >= 0 && (end < 0 || at < end) {
			head := rest[:at]
			length, err := strconv.Atoi(string(lengthPattern.FindSubmatch(head[bytes.LastIndex(head, []byte(" 0 obj\n")):])[1]))
			if err != nil {
				t.Fatal(err)
			}
			number := number0(head)
			body := rest[at+len("\nstream\n"):][:length]
			if bytes.Contains(head, []byte("/FlateDecode")) {
				body = inflate(t, body)
			}
			streams[number] = string(body)
			shell.Write(head)
			rest = rest[at+len("\nstream\n")+length:]
			continue
		}
		if end < 0 {
			shell.Write(rest)
			break
		}
		head := rest[:end]
		if at := bytes.LastIndex(head, []byte(" 0 obj\n")); at >= 0 {
			objects[number0(head)] = string(head[at+len(" 0 obj\n"):])
		}
		shell.Write(rest[:end+8])
		rest = rest[end+8:]
	}
	file.shell = shell.String()
	pages := regexp.MustCompile(`/Type/Pages/Kids\[([^]]*)\]`).FindStringSubmatch(file.shell)
	for _, kid := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(pages[1], -1) {
		page := objects[kid[1]]
		fonts := map[string]readFont{}
		for _, f := range fontPattern.FindAllStringSubmatch(page, -1) {
			about := unicodePattern.FindStringSubmatch(objects[f[2]])
			font := readFont{bold: strings.Contains(about[1], "Bold"), means: map[string]string{}}
			for _, m := range meansPattern.FindAllStringSubmatch(streams[about[2]], -1) {
				font.means[m[1]] = utf16Text(m[2])
			}
			fonts[f[1]] = font
		}
		contents := regexp.MustCompile(`/Contents (\d+) 0 R`).FindStringSubmatch(page)
		file.pages = append(file.pages, readContent(t, streams[contents[1]], fonts))
	}
	if len(file.pages) == 0 {
		t.Fatal("no pages")
	}
	return file
}

type readFont struct {
	bold  bool
	means map[string]string
}

// number0 is the number of the object whose beginning is last in what was read.
func number0(head []byte) string {
	at := bytes.LastIndex(head, []byte(" 0 obj\n"))
	if at < 0 {
		return ""
	}
	return string(head[bytes.LastIndexByte(head[:at], '\n')+1 : at])
}

func inflate(t testing.TB, raw []byte) []byte {
	t.Helper()
	reader, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// readContent follows the operators of one page.
func readContent(t testing.TB, content string, fonts map[string]readFont) []readText {
	t.Helper()
	var out []readText
	float := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	part, outline, size, font := "", false, 0.0, readFont{}
	for _, op := range opPattern.FindAllStringSubmatch(content, -1) {
		switch {
		case op[1] != "":
			part = op[1]
		case op[2] != "":
			part = ""
		case op[3] != "":
			outline = op[3] == "2"
		case op[4] != "":
			font, size = fonts[op[4]], float(op[5])
		default:
			if part == "" {
				t.Fatal("text that is neither a part of the letter nor none")
			}
			text := ""
			for i := 0; i+4 <= len(op[8]); i += 4 {
				text += font.means[op[8][i:i+4]]
			}
			if text != " " { // what parts two lines
				out = append(out, readText{float(op[6]), float(op[7]), size, font.bold || outline, text, part})
			}
		}
	}
	if part != "" {
		t.Fatal("a part of the letter does not end")
	}
	return out
}

func utf16Text(hex string) string {
	var units []uint16
	for i := 0; i+4 <= len(hex); i += 4 {
		n, _ := strconv.ParseUint(hex[i:i+4], 16, 16)
		units = append(units, uint16(n))
	}
	return string(utf16.Decode(units))
}

// text is everything drawn, footers and all, in the order it is drawn.
func (f readFile) text() string {
	var b strings.Builder
	for _, page := range f.pages {
		for _, piece := range page {
			b.WriteString(piece.text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// active are names that make a reader of a PDF do something (ISO 32000-1, 12.6).
var active = regexp.MustCompile(`/(JS|JavaScript\s+\d|Launch|URI|AA|OpenAction|SubmitForm|ImportData|GoToR|GoToE|RichMedia|AcroForm|XFA|Annots|Filespec|EmbeddedFile\b|ObjStm|Encrypt)`)
