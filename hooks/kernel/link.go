package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// ErrLink is a link that cannot be used: never given out, used, void or expired. It
// does not say which.
var ErrLink = errors.New("this link cannot be used")

func HashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
