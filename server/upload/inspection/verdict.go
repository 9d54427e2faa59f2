package inspection

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
	HashMismatch   = "hash_mismatch"
	LengthMismatch = "length_mismatch"
	EmptyFile      = "empty"
	TypeRefused    = intake.TypeRefused
	TypeMismatch   = "type_mismatch"
	TooLarge       = intake.TooLarge
	Macros         = "macros"
	HiddenArchive  = "hidden_archive"
	ActiveContent  = "active_content"
	Bomb           = "unpacks_too_far"
	NotWhole       = "malformed"
	Infected       = "infected"
)

// Verdict is what an upload turned out to be: its type, and why it cannot be
// sealed, empty when it can.
type Verdict struct {
	MIME, Reason string
}

func no(code, more string) Verdict { return Verdict{Reason: code + ": " + more} }

// Judge holds a whole part against the row that announced it: length, SHA-256, and
// a type that its kind may have, shown by its content. Sum is the SHA-256 if it is
// known already.
func Judge(path, sum string, row *core.Record, policy *intake.Policy) (Verdict, error) {
	f, err := os.Open(path)
	if err != nil {
		return Verdict{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Verdict{}, err
	}
	if want := int64(row.GetInt("size")); info.Size() != want {
		return no(LengthMismatch, fmt.Sprintf("%d bytes came, %d were announced", info.Size(), want)), nil
	}
	if sum == "" {
		if sum, err = SHA256Of(f); err != nil {
			return Verdict{}, err
		}
	}
	if sum != row.GetString("sha256") {
		return no(HashMismatch, "the bytes have the SHA-256 "+sum), nil
	}
	v, err := inspect(f, info.Size())
	if err != nil || v.Reason != "" {
		return v, err
	}
	if code, why := policy.Takes(row.GetString("kind"), v.MIME, info.Size()); code != "" {
		return no(code, why), nil
	}
	if said := row.GetString("mime"); said != "" && intake.FamilyOf(said) != intake.FamilyOf(v.MIME) {
		return no(TypeMismatch, "announced as "+said+", found "+v.MIME), nil
	}
	return v, nil
}

// SHA256Of reads everything from the start and answers its SHA-256 as lower case
// hexadecimal.
func SHA256Of(r io.ReadSeeker) (string, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{r}, make([]byte, 128<<10)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
