package upload

import (
	"fmt"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// receiptHeader carries the receipt of what was sealed.
const receiptHeader = contract.ReceiptHeader

// Receipt is what the server signs when it has sealed evidence: a phone may delete
// its copy once the hash in it is the hash of that copy.
type Receipt struct {
	jwt.RegisteredClaims        // issuer; subject is the evidence's id
	SHA256               string `json:"sha256"`
	Size                 int64  `json:"size"` // bytes
	SealedAt             string `json:"sealed_at"`
}

// conclude ends a whole upload and answers how.
func (r *Room) conclude(e *core.RequestEvent, l *upload, status int) error {
	state, row, err := r.finish(e.App, l, by(e))
	if err != nil {
		tell(e, l.Size, time.Now())
		return err
	}
	switch state {
	case sealed:
		return r.thank(e, row, status)
	case beaten:
		return r.tooLate(e, row)
	}
	return refuse(contract.Quarantined, row.GetString("reason"))
}

// thank answers that a row's bytes are kept, with the receipt. They may still wait for
// the scanner; what it finds keeps them apart, and they are never lost by it.
func (r *Room) thank(e *core.RequestEvent, row *core.Record, status int) error {
	if row.GetString("status") == quarantined {
		return refuse(contract.Quarantined, row.GetString("reason"))
	}
	token, err := r.sign(row)
	if err != nil {
		return err
	}
	tell(e, int64(row.GetInt("size")), time.Time{})
	e.Response.Header().Set(receiptHeader, token)
	return e.NoContent(status)
}

// sign makes a sealed row's receipt; it is the same each time.
func (r *Room) sign(row *core.Record) (string, error) {
	at := row.GetDateTime("sealed_at")
	token, err := r.keys.Sign(signing.Receipt, Receipt{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: signing.Issuer, Subject: row.Id, IssuedAt: jwt.NewNumericDate(at.Time())},
		SHA256:           row.GetString("sha256"),
		Size:             int64(row.GetInt("size")),
		SealedAt:         at.String(),
	})
	if err != nil {
		return "", fmt.Errorf("signing a receipt: %w", err)
	}
	return token, nil
}

// receipt answers the receipt again, to any member of the case.
func (r *Room) receipt(e *core.RequestEvent) error {
	e.Response.Header().Set("Cache-Control", "no-store")
	row, err := r.evidence(e, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if row.GetDateTime("sealed_at").IsZero() || row.GetString("status") == quarantined {
		return refuse(contract.NotSealed, "")
	}
	token, err := r.sign(row)
	if err != nil {
		return err
	}
	e.Response.Header().Set(receiptHeader, token)
	return e.JSON(http.StatusOK, contract.ReceiptAnswer{Receipt: token})
}
