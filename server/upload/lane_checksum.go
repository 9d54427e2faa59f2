package upload

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"

	contract "holdfast/mobile-contract"
)

// checksums are the algorithms of tus's checksum extension that are spoken here.
const checksums = "sha1,sha256"

// checksum is what a chunk was announced to hash to; nil when nothing was said.
type checksum struct {
	hash.Hash
	want []byte
}

// readChecksum reads an Upload-Checksum header: an algorithm and base64.
func readChecksum(header string) (*checksum, error) {
	if header == "" {
		return nil, nil
	}
	name, encoded, _ := strings.Cut(header, " ")
	var h hash.Hash
	switch name {
	case "sha1": // asked for by the tus specification; the file itself is judged by SHA-256
		h = sha1.New()
	case "sha256":
		h = sha256.New()
	default:
		return nil, refuse(contract.Malformed, "Upload-Checksum takes "+checksums+".")
	}
	want, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(want) != h.Size() {
		return nil, refuse(contract.Malformed, "Upload-Checksum is not the base64 of such a hash.")
	}
	return &checksum{h, want}, nil
}

func (c *checksum) agrees() bool { return bytes.Equal(c.Sum(nil), c.want) }
