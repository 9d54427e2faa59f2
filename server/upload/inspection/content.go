package inspection

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"holdfast/hooks/intake"
)

// headLen is how much of a file its type is read from.
const headLen = 4096

// inspect says what a file is by its content alone; its name was never asked.
func inspect(f io.ReaderAt, size int64) (Verdict, error) {
	if size == 0 {
		return no(EmptyFile, "there are no bytes"), nil
	}
	head := make([]byte, min(size, headLen))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return Verdict{}, err
	}
	mime := typeOf(head)
	if _, ok := intake.FormatOf(mime); !ok {
		return no(TypeRefused, mime+" is not taken"), nil
	}
	v := Verdict{MIME: mime}
	switch {
	case mustHave[mime] != "":
		return office(f, size, mime)
	case mime == "application/pdf":
		if !bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf\r\n\t "), []byte("%PDF-")) {
			return no(NotWhole, "something stands before the PDF"), nil
		}
		if word, err := holds(f, size, activePDF); err != nil || word != "" {
			return no(ActiveContent, "the PDF holds "+word), err
		}
	case mime == "text/plain" || mime == "text/csv":
		if word, err := holds(f, size, markup); err != nil || word != "" {
			return no(ActiveContent, "the text holds "+word), err
		}
	case mime == "audio/mpeg" && !mp3(head):
		return no(TypeRefused, "no audio at the first byte"), nil
	}
	if mime == "application/vnd.ms-outlook" {
		return v, nil // what was attached to the message stands in it as it was
	}
	if zip, err := directory(f, size); err != nil || zip != nil {
		return no(HiddenArchive, "an archive stands behind the "+mime), err
	}
	return v, nil
}

// typeOf is the type without parameters; the unknown is application/octet-stream.
func typeOf(head []byte) string {
	found, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	switch found {
	case "image/heic-sequence":
		return "image/heic"
	case "image/heif-sequence":
		return "image/heif"
	case "text/tab-separated-values":
		return "text/csv"
	}
	return found
}

// mp3 wants the sound at the start: the sniffer would also find it in the middle
// of anything.
func mp3(head []byte) bool {
	return bytes.HasPrefix(head, []byte("ID3")) || (len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0)
}

// Words that make a PDF or a text something that runs. A PDF's script action
// always names /JavaScript; the shorter names would be met by chance.
var (
	activePDF = [][]byte{[]byte("/javascript"), []byte("/launch"), []byte("/richmedia")}
	markup    = [][]byte{[]byte("<script"), []byte("<!doctype html"), []byte("<html"), []byte("<svg"), []byte("<iframe"), []byte("<?php"), []byte("<object")}
)

// holds answers the first of the words (in lower case) that a file holds, whatever
// its case, reading it once in constant memory.
func holds(f io.ReaderAt, size int64, words [][]byte) (string, error) {
	const overlap = 32
	buf := make([]byte, 64<<10)
	for at := int64(0); at < size; at += int64(len(buf)) - overlap {
		n, err := f.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		window := bytes.ReplaceAll(lower(buf[:n]), []byte{0}, nil) // UTF-16 hides nothing
		for _, w := range words {
			if bytes.Contains(window, w) {
				return string(w), nil
			}
		}
		if err != nil {
			break
		}
	}
	return "", nil
}

// lower folds ASCII letters in place and opens a PDF name's #xx.
func lower(b []byte) []byte {
	out := b[:0:len(b)]
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '#' && i+2 < len(b) {
			if hi, lo := nibble(b[i+1]), nibble(b[i+2]); hi >= 0 && lo >= 0 {
				c = byte(hi<<4 | lo)
				i += 2
			}
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return out
}

func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
