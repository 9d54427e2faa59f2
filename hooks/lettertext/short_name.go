package lettertext

import (
	"crypto/sha256"
	"encoding/base32"
)

// ShortName is a short name of a record that tells nothing of its id: the first five characters
// of the SHA-256 of the id, in base 32 with the digits and letters that nobody mistakes for
// one another over the telephone (Crockford's).
func ShortName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return crockford.EncodeToString(sum[:5])[:5]
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
