package upload

import (
	"encoding/base64"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// publicKeys answers the keys with which anybody checks a receipt or a bundle: the one
// that signs now first, then all before it.
func (r *Room) publicKeys(e *core.RequestEvent) error {
	var answer contract.KeysAnswer
	for _, k := range r.keys.Published() {
		public := contract.PublicKey{
			KeyType: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: k.ID, X: base64.RawURLEncoding.EncodeToString(k.Public),
			Status: k.Status, From: k.Created.Format(time.RFC3339),
		}
		if !k.Ended.IsZero() {
			public.Until = k.Ended.Format(time.RFC3339)
		}
		answer.Keys = append(answer.Keys, public)
	}
	return e.JSON(http.StatusOK, answer)
}
