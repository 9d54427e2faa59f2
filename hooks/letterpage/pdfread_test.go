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
}

var (
	lengthPattern = regexp.MustCompile(`/Length (\d+)`)
	opPattern     = regexp.MustCompile(`(?s)BT /F\w+ ([\d.]+) Tf ET|(\d) Tr\b|BT ([\d.-]+) ([\d.-]+) Td \(`)
)

// readPDF takes a PDF apart without the library that wrote it.
func readPDF(t testing.TB, raw []byte) readFile {
	t.Helper()
	var file readFile
	var shell strings.Builder
	var contents []string // of pages, in file order
	rest := raw
	for {
		at := bytes.Index(rest, []byte("\nstream\n"))
		if at < 0 {
			shell.Write(rest)
			break
		}
		head := rest[:at]
		lengths := lengthPattern.FindAllSubmatch(head, -1)
		length, err := strconv.Atoi(string(lengths[len(lengths)-1][1]))
		if err != nil {
			t.Fatal(err)
		}
		body := rest[at+len("\nstream\n"):][:length]
		if dictionary := head[bytes.LastIndex(head, []byte("<<")):]; bytes.Contains(dictionary, []byte("/FlateDecode")) && !bytes.Contains(dictionary, []byte("/Length1")) {
			if text := inflate(t, body); bytes.Contains(text, []byte(" Tf ET")) {
				contents = append(contents, string(text))
			}
		}
		shell.Write(head)
		rest = rest[at+len("\nstream\n")+length:]
	}
	file.shell = shell.String()
	for _, content := range contents {
		file.pages = append(file.pages, readContent(t, content))
	}
	if n := strings.Count(file.shell, "/Type /Page\n"); n != len(file.pages) || n == 0 {
		t.Fatalf("%d pages, %d of them with text", n, len(file.pages))
	}
	return file
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
func readContent(t testing.TB, content string) []readText {
	t.Helper()
	var out []readText
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	size, bold := 0.0, false
	for content != "" {
		at := opPattern.FindStringSubmatchIndex(content)
		if at == nil {
			break
		}
		group := func(n int) string { return content[at[2*n]:at[2*n+1]] }
		end := at[1]
		switch {
		case at[2] >= 0:
			size = number(group(1))
		case at[4] >= 0:
			bold = group(2) == "2"
		default:
			text, length := readString(content[end:])
			out = append(out, readText{number(group(3)), number(group(4)), size, bold, text})
			end += length
		}
		content = content[end:]
	}
	return out
}

// readString reads a PDF string of UTF-16 after its opening bracket.
func readString(s string) (string, int) {
	var units []byte
	i := 0
	for ; s[i] != ')'; i++ {
		if s[i] == '\\' {
			i++
			if s[i] == 'r' {
				units = append(units, '\r')
				continue
			}
		}
		units = append(units, s[i])
	}
	codes := make([]uint16, 0, len(units)/2)
	for j := 0; j+1 < len(units); j += 2 {
		codes = append(codes, uint16(units[j])<<8|uint16(units[j+1]))
	}
	return string(utf16.Decode(codes)), i + 1
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
