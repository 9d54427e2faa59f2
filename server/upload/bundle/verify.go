package bundle

import (
	"archive/zip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"holdfast/hooks/signing"
)

// Fault is one thing that is wrong with a bundle.
type Fault struct {
	What string // altered, missing, extra, renamed, truncated, duplicate, unsafe_name, unsigned, malformed
	Name string // the file, empty for the whole
	More string
}

func (f Fault) String() string {
	return strings.TrimSpace(strings.Join([]string{f.What, fmt.Sprintf("%q", f.Name), f.More}, " "))
}

// largestManifest bounds what is read into memory: a line of it is about 200 bytes.
const largestManifest = 256 << 20

// Verify holds a bundle against its manifest and the manifest against the key, of those
// given, that it names, with nothing but the file: no faults means that it is what the
// holder of that key signed. Nothing is unpacked to the disk.
func Verify(r io.ReaderAt, size int64, keys ...ed25519.PublicKey) (*Manifest, []Fault) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, []Fault{{What: "truncated", More: "the list of its files cannot be read: " + err.Error()}}
	}
	faults := names(z)
	if f := covered(r, size, z); f != nil {
		faults = append(faults, *f)
	}
	m, fault := manifest(z, keys)
	if fault != nil {
		return nil, append(faults, *fault)
	}
	return m, append(faults, contents(z, m)...)
}

// names finds names that occur twice or that would lead out of the folder into which
// somebody unpacks them.
func names(z *zip.Reader) (faults []Fault) {
	seen := map[string]bool{}
	for _, f := range z.File {
		folded := strings.ToLower(f.Name)
		if seen[folded] {
			faults = append(faults, Fault{What: "duplicate", Name: f.Name, More: "the name occurs twice"})
		}
		seen[folded] = true
		if !safe(f.Name) {
			faults = append(faults, Fault{What: "unsafe_name", Name: f.Name, More: "it leads out of the folder"})
		}
	}
	return faults
}

// safe lets through plain relative names of printable ASCII, which is all we write.
func safe(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' || c == '\\' || c == ':' {
			return false
		}
	}
	return name != "" && path.Clean("/"+name) == "/"+name && !strings.HasPrefix(name, "/")
}

// manifest reads the manifest when the holder of one of the keys signed it.
func manifest(z *zip.Reader, keys []ed25519.PublicKey) (*Manifest, *Fault) {
	raw, err := readAll(z, manifestName)
	if err != nil {
		return nil, &Fault{"missing", manifestName, err.Error()}
	}
	token, err := readAll(z, seal)
	if err != nil {
		return nil, &Fault{"missing", seal, err.Error()}
	}
	var c Claims
	id, err := signing.VerifyAmong(keys, signing.Bundle, strings.TrimSpace(string(token)), &c)
	if err != nil {
		return nil, &Fault{"unsigned", seal, "the signature is of none of the keys given: " + err.Error()}
	}
	sum := sha256.Sum256(raw)
	if c.Manifest != hex.EncodeToString(sum[:]) {
		return nil, &Fault{"altered", manifestName, "it is not the one that was signed"}
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil || m.Format != Format || m.ID != c.Subject {
		return nil, &Fault{"malformed", manifestName, "it is no manifest of " + Format}
	}
	m.Key = id // the key may have been replaced while the bundle was made
	return &m, nil
}

func readAll(z *zip.Reader, name string) ([]byte, error) {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name })
	if i < 0 {
		return nil, errors.New("it is not there")
	}
	r, err := z.File[i].Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, largestManifest+1))
	if len(raw) > largestManifest {
		return nil, errors.New("it is too long")
	}
	return raw, err
}

// contents hashes every file and compares it with its line.
func contents(z *zip.Reader, m *Manifest) (faults []Fault) {
	named, lost := map[string]File{}, map[string][]string{} // lost: hash -> names
	var largest int64
	for _, f := range m.Files {
		if _, twice := named[f.Name]; twice || !safe(f.Name) {
			return []Fault{{"malformed", manifestName, fmt.Sprintf("it names %q twice or unsafely", f.Name)}}
		}
		named[f.Name] = f
		largest = max(largest, f.Size)
	}
	there := map[string]bool{}
	for _, f := range z.File {
		there[f.Name] = true
	}
	for _, f := range m.Files {
		if !there[f.Name] {
			lost[f.SHA256] = append(lost[f.SHA256], f.Name)
		}
	}
	found := map[string]bool{}
	for _, f := range z.File {
		if f.Name == manifestName || f.Name == seal {
			continue
		}
		want, ok := named[f.Name]
		limit := want.Size
		if !ok {
			limit = largest
		}
		sum, n, err := hashOf(f, limit+1)
		switch {
		case !ok && err == nil && len(lost[sum]) > 0:
			was := lost[sum][0]
			lost[sum] = lost[sum][1:]
			found[was] = true
			faults = append(faults, Fault{"renamed", f.Name, fmt.Sprintf("it is %q", was)})
		case !ok:
			faults = append(faults, Fault{"extra", f.Name, "the manifest does not name it"})
		case errors.Is(err, io.ErrUnexpectedEOF):
			faults = append(faults, Fault{"truncated", f.Name, "it ends too early"})
		case err != nil:
			faults = append(faults, Fault{"altered", f.Name, err.Error()})
		case n != want.Size || sum != want.SHA256:
			faults = append(faults, Fault{"altered", f.Name, "it has the SHA-256 " + sum})
		}
	}
	for _, f := range m.Files {
		if !there[f.Name] && !found[f.Name] {
			faults = append(faults, Fault{"missing", f.Name, ""})
		}
	}
	return faults
}

// hashOf reads at most limit bytes of a file, so that what unpacks without end is
// found altered and no more.
func hashOf(f *zip.File, limit int64) (sum string, n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	n, err = io.Copy(h, io.LimitReader(r, limit))
	return hex.EncodeToString(h.Sum(nil)), n, err
}
