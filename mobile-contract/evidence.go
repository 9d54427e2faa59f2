package contract

// LinkRequest asks for a link to one file of a piece of evidence.
type LinkRequest struct {
	Of string `json:"of" validate:"required,oneof=original preview"`
}

// LinkAnswer is a link that needs no header: good for a minute, for the person and
// the device that asked, while they may see the evidence.
type LinkAnswer struct {
	URL       string `json:"url"`        // relative to the server
	ExpiresIn int    `json:"expires_in"` // seconds
}

// ReceiptAnswer is the signed receipt of what was received and verified.
type ReceiptAnswer struct {
	Receipt string `json:"receipt"`
}

// BundleRequest asks for a case's evidence as one signed file; who leads or manages
// the case may.
type BundleRequest struct {
	Case       string `json:"case" validate:"required,record_id"`
	From       string `json:"from,omitempty" validate:"omitempty,datetime=2006-01-02"`  // first day of capture
	Until      string `json:"until,omitempty" validate:"omitempty,datetime=2006-01-02"` // last day of capture
	Reason     string `json:"reason" validate:"required,min=10,max=1000"`
	SharedWith string `json:"shared_with,omitempty" validate:"max=200"` // whom it is for, if it leaves the case
	Basis      string `json:"basis,omitempty" validate:"max=200"`       // on what basis it is shared
}

// KeysAnswer has the server's public keys, as a JSON Web Key Set: the one that signs
// now first, then all that signed before it.
type KeysAnswer struct {
	Keys []PublicKey `json:"keys"`
}

// PublicKey checks receipts and bundles (RFC 8037).
type PublicKey struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	X         string `json:"x"`
	Status    string `json:"status"`          // current, retired (what it signed is good) or revoked (it is not)
	From      string `json:"from"`            // since when it signs, RFC 3339
	Until     string `json:"until,omitempty"` // when it was retired or revoked
}
