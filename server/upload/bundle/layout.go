package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// covered walks the file from its first byte to its last: each file behind the one
// before it, under the same name as in the list, then the list, then the end. What a
// program that reads from the front would find must be what one that reads the list
// finds.
func covered(r io.ReaderAt, size int64, z *zip.Reader) *Fault {
	type placed struct {
		*zip.File
		data int64
	}
	var order []placed
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			return &Fault{"truncated", f.Name, err.Error()}
		}
		order = append(order, placed{f, at})
	}
	slices.SortFunc(order, func(a, b placed) int { return int(min(max(a.data-b.data, -1), 1)) })
	var at int64
	for _, f := range order {
		header := f.data - at
		name := make([]byte, min(max(header, 0), 64<<10))
		if header < 30 || header > int64(len(name)) {
			return &Fault{"extra", f.Name, fmt.Sprintf("bytes that no file of the list has stand before it, at %d", at)}
		}
		if _, err := r.ReadAt(name, at); err != nil {
			return &Fault{"truncated", f.Name, err.Error()}
		}
		n, m := int64(name[26])|int64(name[27])<<8, int64(name[28])|int64(name[29])<<8
		if !bytes.HasPrefix(name, []byte("PK\x03\x04")) || header != 30+n+m {
			return &Fault{"extra", f.Name, fmt.Sprintf("bytes that no file of the list has stand before it, at %d", at)}
		}
		if string(name[30:30+n]) != f.Name {
			return &Fault{"renamed", f.Name, fmt.Sprintf("its own header calls it %q", name[30:30+n])}
		}
		if !ours(f.File, name) {
			return &Fault{"altered", f.Name, "its header is not as a bundle's are"}
		}
		if at = described(r, f.File, f.data+int64(f.CompressedSize64)); at < 0 {
			return &Fault{"altered", f.Name, "what stands behind it contradicts the list"}
		}
	}
	return tail(r, size, at, len(z.File))
}

// ours reports whether a file's two headers say what a bundle's say: stored as it is,
// a plain file (no link to elsewhere), of no time, sized behind its bytes.
func ours(f *zip.File, local []byte) bool {
	same := f.Method == zip.Store && f.ExternalAttrs == 0 && f.Comment == "" && f.Flags&^0x800 == 8 && f.CompressedSize64 == f.UncompressedSize64 &&
		f.ModifiedDate == 0 && f.ModifiedTime == 0 && int(local[6])|int(local[7])<<8 == int(f.Flags)
	for _, b := range local[8:26] {
		same = same && b == 0
	}
	return same
}

// described reads what stands behind a file's bytes, its checksum and its two sizes,
// and answers where the next file begins; -1 when they are not the list's.
func described(r io.ReaderAt, f *zip.File, at int64) int64 {
	want := binary.LittleEndian.AppendUint32([]byte("PK\x07\x08"), f.CRC32)
	if f.CompressedSize64 >= 1<<32-1 {
		want = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(want, f.CompressedSize64), f.UncompressedSize64)
	} else {
		want = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(want, uint32(f.CompressedSize64)), uint32(f.UncompressedSize64))
	}
	got := make([]byte, len(want))
	if _, err := r.ReadAt(got, at); err != nil || !bytes.Equal(got, want) {
		return -1
	}
	return at + int64(len(want))
}

// tail reads the list and the end records from where the last file ends.
func tail(r io.ReaderAt, size, at int64, entries int) *Fault {
	extra := &Fault{"extra", "", fmt.Sprintf("bytes that no file of the list has, at %d", at)}
	var b [46]byte
	for range entries {
		if _, err := r.ReadAt(b[:], at); err != nil || !bytes.HasPrefix(b[:], []byte("PK\x01\x02")) {
			return extra
		}
		for _, i := range []int{28, 30, 32} {
			at += int64(b[i]) | int64(b[i+1])<<8
		}
		at += 46
	}
	if _, err := r.ReadAt(b[:4], at); err == nil && string(b[:4]) == "PK\x06\x06" {
		at += 56 + 20
	}
	if _, err := r.ReadAt(b[:22], at); err != nil || !bytes.HasPrefix(b[:], []byte("PK\x05\x06")) || b[20] != 0 || b[21] != 0 || at+22 != size {
		return extra
	}
	return nil
}
