package bundle

import "github.com/golang-jwt/jwt/v5"

// Format is the form of a bundle that this package writes and reads.
const Format = "holdfast-bundle/1"

// Names of the files that every bundle has.
const (
	indexPage    = "index.html"
	indexData    = "index.json"
	manifestName = "manifest.json"
	seal         = "manifest.sig"
)

// Head says what a bundle is, for whom and by whom.
type Head struct {
	Format     string `json:"format"`
	ID         string `json:"id"`
	Case       string `json:"case"` // the case's reference
	From       string `json:"from,omitempty"`
	Until      string `json:"until,omitempty"`
	Reason     string `json:"reason"`
	SharedWith string `json:"shared_with,omitempty"`
	Basis      string `json:"basis,omitempty"`
	MadeBy     string `json:"made_by"`
	Account    string `json:"account,omitempty"` // of who made it: names change, and accounts do not
	MadeAt     string `json:"made_at"`
	Key        string `json:"key"` // the id of the key that signs it
}

// Manifest is everything that a bundle holds, by hash.
type Manifest struct {
	Head
	Files []File `json:"files"`
}

// File is one file of a bundle.
type File struct {
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Evidence string `json:"evidence,omitempty"`
}

// Claims are what is signed: which manifest of which bundle.
type Claims struct {
	jwt.RegisteredClaims        // issuer; subject is the bundle's id
	Manifest             string `json:"manifest_sha256"`
}

// Item is one piece of evidence in the index.
type Item struct {
	Number     int     `json:"number"`
	Evidence   string  `json:"evidence"`
	File       string  `json:"file,omitempty"`
	LeftOut    string  `json:"left_out,omitempty"` // why its bytes are not in the bundle
	Title      string  `json:"title"`
	Kind       string  `json:"kind"`
	Note       string  `json:"note,omitempty"`
	MIME       string  `json:"mime,omitempty"`
	Size       int64   `json:"size"`
	SHA256     string  `json:"sha256"`
	CapturedAt string  `json:"captured_at,omitempty"`
	SealedAt   string  `json:"sealed_at,omitempty"`
	By         string  `json:"by,omitempty"`
	Account    string  `json:"account,omitempty"`
	Status     string  `json:"status"`
	Scan       string  `json:"scan,omitempty"`
	Held       bool    `json:"held"`
	Custody    []Event `json:"custody"`
}

// Event is one step of an item's custody.
type Event struct {
	At      string `json:"at" db:"at"`
	Kind    string `json:"kind" db:"kind"`
	Name    string `json:"name,omitempty" db:"name"`
	Account string `json:"account,omitempty" db:"by"`
	Device  string `json:"device,omitempty" db:"device"`
	Detail  string `json:"detail,omitempty" db:"detail"`
}
