package inspection

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Orientation is how an image lies by its EXIF, 1 to 8; 1 when it does not say.
// Nothing else is read from EXIF.
func Orientation(r io.ReadSeeker, kind string) (int, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	head := make([]byte, 256<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	switch head = head[:n]; kind {
	case "jpeg":
		return lies(inJPEG(head)), nil
	case "png":
		return lies(inChunks(head, 8, binary.BigEndian, "eXIf", 4, 1)), nil
	case "webp":
		return lies(inChunks(head, 12, binary.LittleEndian, "EXIF", 0, 2)), nil
	}
	return 1, nil
}

// inJPEG is the EXIF block of a JPEG's first segments, or nil.
func inJPEG(b []byte) []byte {
	for at := 2; at+4 <= len(b) && b[at] == 0xff && b[at+1] != 0xda; {
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			return nil
		}
		if body := b[at+4 : at+2+n]; b[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		at += 2 + n
	}
	return nil
}

// inChunks is the EXIF block among a PNG's or a WebP's chunks, or nil. A PNG says
// the length before the name and a checksum after; a WebP says the name first and
// fills up to an even length.
func inChunks(b []byte, at int, order binary.ByteOrder, name string, tail, align int) []byte {
	nameAt, sizeAt := 4, 0
	if tail == 0 {
		nameAt, sizeAt = 0, 4
	}
	for at+8 <= len(b) {
		n := int(order.Uint32(b[at+sizeAt:]))
		if n < 0 || n > len(b)-at-8 {
			return nil
		}
		body := b[at+8 : at+8+n]
		if string(b[at+nameAt:at+nameAt+4]) == name {
			return bytes.TrimPrefix(body, []byte("Exif\x00\x00"))
		}
		at += 8 + (n+align-1)/align*align + tail
	}
	return nil
}

// lies reads the orientation out of an EXIF block.
func lies(tiff []byte) int {
	const tag = 0x0112
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	entries := int(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > len(tiff) {
			return 1
		}
		if order.Uint16(tiff[e:]) == tag {
			if v := int(order.Uint16(tiff[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
