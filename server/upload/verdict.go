package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/intake"
)

// Why bytes are not sealed: the first word of a row's reason, for a phone to read.
const (
	hashMismatch   = "hash_mismatch"
	lengthMismatch = "length_mismatch"
	emptyFile      = "empty"
	typeRefused    = intake.TypeRefused
	typeMismatch   = "type_mismatch"
	tooLarge       = intake.TooLarge
	macros         = "macros"
	hiddenArchive  = "hidden_archive"
	activeContent  = "active_content"
	bomb           = "unpacks_too_far"
	notWhole       = "malformed"
	infected       = "infected"
)

// verdict is what an upload turned out to be: its type, and why it cannot be
// sealed, empty when it can.
type verdict struct {
	mime, reason string
}

func no(code, more string) verdict { return verdict{reason: code + ": " + more} }

// judge holds a whole part against the row that announced it: length, SHA-256, and
// a type that its kind may have, shown by its content. Sum is the SHA-256 if it is
// known already.
func judge(path, sum string, row *core.Record, policy *intake.Policy) (verdict, error) {
	f, err := os.Open(path)
	if err != nil {
		return verdict{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return verdict{}, err
	}
	if want := int64(row.GetInt("size")); info.Size() != want {
		return no(lengthMismatch, fmt.Sprintf("%d bytes came, %d were announced", info.Size(), want)), nil
	}
	if sum == "" {
		if sum, err = sha256Of(f); err != nil {
			return verdict{}, err
		}
	}
	if sum != row.GetString("sha256") {
		return no(hashMismatch, "the bytes have the SHA-256 "+sum), nil
	}
	v, err := inspect(f, info.Size())
	if err != nil || v.reason != "" {
		return v, err
	}
	if code, why := policy.Takes(row.GetString("kind"), v.mime, info.Size()); code != "" {
		return no(code, why), nil
	}
	if said := row.GetString("mime"); said != "" && intake.FamilyOf(said) != intake.FamilyOf(v.mime) {
		return no(typeMismatch, "announced as "+said+", found "+v.mime), nil
	}
	return v, nil
}

// sha256Of reads everything from the start and answers its SHA-256 as lower case
// hexadecimal.
func sha256Of(r io.ReadSeeker) (string, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{r}, *buf); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
