package bundle

import (
	"archive/zip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"html/template"
	"io"
	"os"
)

//go:embed index.html
var page string

// pages are the index's parts; everything a person wrote goes through the template's
// escaping and stays text.
var pages = template.Must(template.New("index").Parse(page))

// Writer makes a bundle as a stream. What the index and the manifest say is kept in
// files beside the store until the originals have gone out, since a list of many
// pieces is not to be held in memory.
type Writer struct {
	zip                  *zip.Writer
	head                 Head
	data, html, manifest *os.File
	items, files         int
	buf                  []byte
}

// Begin starts a bundle on w; dir is where it may keep what it still has to write.
func Begin(w io.Writer, dir string, head Head) (*Writer, error) {
	head.Format = Format
	b := &Writer{zip: zip.NewWriter(w), head: head, buf: make([]byte, 64<<10)}
	for _, f := range []**os.File{&b.data, &b.html, &b.manifest} {
		spool, err := os.CreateTemp(dir, "bundle-*")
		if err != nil {
			b.Drop()
			return nil, fmt.Errorf("keeping the index: %w", err)
		}
		*f = spool
		if err := os.Remove(spool.Name()); err != nil { // it lives as long as it is open
			b.Drop()
			return nil, err
		}
	}
	opening, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	for f, text := range map[*os.File]string{
		b.data:     `{"bundle":` + string(opening) + `,"items":[`,
		b.manifest: string(opening[:len(opening)-1]) + `,"files":[`,
	} {
		if _, err := f.WriteString(text); err != nil {
			return nil, err
		}
	}
	return b, pages.ExecuteTemplate(b.html, "head", head)
}

// Drop lets go of what Begin keeps; after it, the bundle is not whole.
func (b *Writer) Drop() {
	for _, f := range []*os.File{b.data, b.html, b.manifest} {
		if f != nil {
			_ = f.Close()
		}
	}
}

// ErrAltered says that an original is no longer what was sealed.
var ErrAltered = errors.New("the stored bytes are not the ones that were sealed")

// Add writes one piece of evidence, and its bytes when the item names a file for
// them.
func (b *Writer) Add(item Item, bytes io.Reader) error {
	b.items++
	item.Number = b.items
	if item.File != "" {
		sum, n, err := b.put(File{Name: item.File, Evidence: item.Evidence}, bytes)
		if err != nil {
			return err
		}
		if sum != item.SHA256 || n != item.Size {
			return fmt.Errorf("%w: %s", ErrAltered, item.Evidence)
		}
	}
	if item.Custody == nil {
		item.Custody = []Event{}
	}
	if err := element(b.data, b.items, item); err != nil {
		return err
	}
	return pages.ExecuteTemplate(b.html, "item", item)
}

// put writes one file and its line of the manifest.
func (b *Writer) put(f File, from io.Reader) (sum string, n int64, err error) {
	to, err := b.zip.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
	if err != nil {
		return "", 0, err
	}
	h := sha256.New()
	if n, err = io.CopyBuffer(io.MultiWriter(struct{ io.Writer }{to}, h), struct{ io.Reader }{from}, b.buf); err != nil {
		return "", 0, fmt.Errorf("writing %s: %w", f.Name, err)
	}
	f.SHA256, f.Size = hex.EncodeToString(h.Sum(nil)), n
	b.files++
	return f.SHA256, n, element(b.manifest, b.files, f)
}

// element appends the nth element of a JSON array.
func element(to *os.File, n int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if n > 1 {
		raw = append([]byte(",\n"), raw...)
	}
	_, err = to.Write(raw)
	return err
}

// End writes the index, the manifest and its signature, and ends the zip. Sign is
// given the SHA-256 of the manifest.
func (b *Writer) End(sign func(sha256 string) (string, error)) error {
	if err := pages.ExecuteTemplate(b.html, "foot", b.items); err != nil {
		return err
	}
	if _, err := b.data.WriteString("]}\n"); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		from *os.File
	}{{indexPage, b.html}, {indexData, b.data}} {
		if err := rewind(f.from); err != nil {
			return err
		}
		if _, _, err := b.put(File{Name: f.name}, f.from); err != nil {
			return err
		}
	}
	if _, err := b.manifest.WriteString("]}\n"); err != nil {
		return err
	}
	if err := rewind(b.manifest); err != nil {
		return err
	}
	h := sha256.New()
	if err := b.plain(manifestName, io.TeeReader(b.manifest, h)); err != nil {
		return err
	}
	if err := b.sign(h, sign); err != nil {
		return err
	}
	return b.zip.Close()
}

func (b *Writer) sign(h hash.Hash, sign func(string) (string, error)) error {
	token, err := sign(hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return err
	}
	to, err := b.zip.CreateHeader(&zip.FileHeader{Name: seal, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, token+"\n")
	return err
}

// plain writes a file that the manifest does not name: itself.
func (b *Writer) plain(name string, from io.Reader) error {
	to, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, b.buf)
	return err
}

func rewind(f *os.File) error { _, err := f.Seek(0, io.SeekStart); return err }
