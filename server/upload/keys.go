package upload

import (
	"encoding/base64"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// publicKeys answers the key with which anybody checks a receipt or a bundle.
func (r *Room) publicKeys(e *core.RequestEvent) error {
	return e.JSON(http.StatusOK, contract.KeysAnswer{Keys: []contract.PublicKey{{
		KeyType: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: r.keys.ID(), X: base64.RawURLEncoding.EncodeToString(r.keys.Public()),
	}}})
}
