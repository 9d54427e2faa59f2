package contract

import "encoding/json"

// PullRequest asks for what changed since a position.
type PullRequest struct {
	Position    *string  `json:"position" validate:"omitempty,max=8192"`                               // null starts from nothing
	Limit       int      `json:"limit,omitempty" validate:"gte=0,lte=5000"`                            // entries a page
	Contract    int      `json:"contract,omitempty" validate:"gte=0"`                                  // the version the client speaks
	Collections []string `json:"collections,omitempty" validate:"omitempty,min=1,max=128,dive,max=64"` // these alone, and the position is good for these; absent, all
	First       []string `json:"first,omitempty" validate:"max=32,dive,max=64"`                        // collections wanted before the rest
	Window      int      `json:"window,omitempty" validate:"gte=0,lte=1200"`                           // of the scopes gained, those of cases that changed within so many months come before the rest
	Repair      []string `json:"repair,omitempty" validate:"max=64,dive,max=64"`                       // scopes to deliver whole once more
	Expand      bool     `json:"expand,omitempty"`                                                     // one drop a record, for clients that know no scopes
	History     string   `json:"history,omitempty" validate:"max=4096"`                                // as it came with the last answer
}

// Change is one entry of a pull: a record to keep, a record to drop, or (without an id) a
// whole scope to drop: where a collection is named, what of that collection is in it.
type Change struct {
	Scope      string          `json:"scope,omitempty"`
	Collection string          `json:"collection,omitempty"`
	ID         string          `json:"id,omitempty"`
	Op         string          `json:"op"` // put or drop
	Rev        int64           `json:"rev,omitempty"`
	Record     json.RawMessage `json:"record,omitempty"`
}

// PullAnswer is one page.
type PullAnswer struct {
	Epoch      string   `json:"epoch"`
	Changes    []Change `json:"changes"`
	Position   string   `json:"position"`
	More       bool     `json:"more"`
	Recent     bool     `json:"recent,omitempty"` // what the window asked for is all there; the rest follows
	Contract   Versions `json:"contract"`
	History    string   `json:"history"` // the server's place in its history: kept, and sent with every request
	ServerTime string   `json:"server_time"`
}

// Versions are the contract's: in which one this answer is, and which the server serves.
type Versions struct {
	Speaks  int `json:"speaks"` // the lesser of what the client speaks and the server's newest
	Version int `json:"version"`
	Oldest  int `json:"oldest"`
}

// StreamLine is one line of a streamed pull that is not a change: a position to
// store with what stood before it, or the end of the run.
type StreamLine struct {
	Position string            `json:"position,omitempty"`
	Recent   bool              `json:"recent,omitempty"` // with a position: what the window asked for is all there
	End      bool              `json:"end,omitempty"`
	Epoch    string            `json:"epoch,omitempty"`
	Contract Versions          `json:"contract,omitempty,omitzero"` // with the end
	Digest   map[string]Digest `json:"digest,omitempty"`            // of the scopes that this run delivered whole
	Error    string            `json:"error,omitempty"`             // the run broke off; resume from the last position
	History  string            `json:"history,omitempty"`           // with the end
}

// Digest is a scope's row count and the order-independent hash of its revs: the
// sum, modulo 2^64, of Mix(rev) over its live rows, as 16 hexadecimal digits.
type Digest struct {
	Count  int64  `json:"count"`
	Hash   string `json:"hash"`
	Behind bool   `json:"behind,omitempty"` // the scope changed after the client's position: pull first
}

// PushRequest hands in mutations, in the order they were made.
type PushRequest struct {
	Mutations []Mutation `json:"mutations" validate:"required,min=1,max=500,dive"`
	Epoch     string     `json:"epoch,omitempty" validate:"max=64"`     // of the bases; another than the server's makes this a replay
	Records   bool       `json:"records,omitempty"`                     // answer every record as it then stands, not only those that are not plainly what was sent
	SentAt    string     `json:"sent_at,omitempty" validate:"max=64"`   // RFC 3339, by the phone's clock as it sends: what the server measures that clock by; any text is taken
	History   string     `json:"history,omitempty" validate:"max=4096"` // as it came with the last answer
}

// DigestRequest asks how scopes stand on the server; none names all that are held.
type DigestRequest struct {
	Position string   `json:"position,omitempty" validate:"max=8192"` // none: a client that keeps none (PowerSync's), and nothing is behind
	Scopes   []string `json:"scopes,omitempty" validate:"max=1000,dive,max=64"`
	History  string   `json:"history,omitempty" validate:"max=4096"` // as it came with the last answer
}

// DigestAnswer has a digest for each scope asked about that the user holds. One that
// is missing is not held: its rows do not belong on the phone.
type DigestAnswer struct {
	Digests    map[string]Digest `json:"digests"`
	History    string            `json:"history"`
	ServerTime string            `json:"server_time"`
}

// ReplayedRequest closes a replay: everything acknowledged before was offered again.
type ReplayedRequest struct {
	Offered int    `json:"offered" validate:"gte=0"`              // how many mutations
	History string `json:"history,omitempty" validate:"max=4096"` // as it came with the last answer
}

// ReplayedAnswer says into which history it was offered.
type ReplayedAnswer struct {
	Epoch      string `json:"epoch"`
	History    string `json:"history"`
	ServerTime string `json:"server_time"`
}

// SettleRequest is how a person settles a conflict: the worker's values, the
// server's, or values of their own for the fields in conflict. A mutation that updates the
// sync_conflicts record says the same (M177).
type SettleRequest struct {
	ID     string                     `json:"id,omitempty" validate:"max=64"`  // of this decision, as a mutation's: sent again, it is answered again
	Base   int64                      `json:"base,omitempty" validate:"gte=0"` // the rev of the conflict as the person saw it
	Seen   map[string]json.RawMessage `json:"seen,omitempty"`                  // theirs, as the person saw it, in place of base
	Choice string                     `json:"choice" validate:"required,oneof=ours theirs other"`
	Set    map[string]json.RawMessage `json:"set,omitempty" validate:"required_if=Choice other"`
}

// ResendRequest corrects a refused mutation and sends it again, or withdraws it. A mutation
// that updates the sync_refusals record says the same (M177).
type ResendRequest struct {
	ID     string                     `json:"id,omitempty" validate:"max=64"` // of this decision, as a mutation's: sent again, it is answered again
	Action string                     `json:"action" validate:"required,oneof=resend withdraw"`
	Set    map[string]json.RawMessage `json:"set,omitempty"` // fields to correct
}

// Standing is what moved_on and already_settled say beside their code in data: how the
// record stands that a person decided about, and who did before them.
type Standing struct {
	Code      string                     `json:"code"`
	Base      int64                      `json:"base,omitempty"`       // the rev of the conflict now, to choose again with
	Rev       int64                      `json:"rev,omitempty"`        // of the record that it is about
	Values    map[string]json.RawMessage `json:"values,omitempty"`     // of the fields in conflict, as they stand
	Choice    string                     `json:"choice,omitempty"`     // what was chosen, or withdrawn
	SettledBy string                     `json:"settled_by,omitempty"` // their name
	SettledAt string                     `json:"settled_at,omitempty"`
}

// Mutation is one edit that a worker made.
type Mutation struct {
	ID         string                     `json:"id" validate:"required,mutation_id"` // a ULID or a UUID, in capitals or not
	Collection string                     `json:"collection" validate:"required,max=64"`
	Record     string                     `json:"record" validate:"required,record_id"`
	Op         string                     `json:"op" validate:"required,oneof=create update upsert delete"` // upsert: create, or update where it is there
	Base       int64                      `json:"base,omitempty" validate:"gte=0"`                          // the rev that was edited; not needed where was says all that set changes
	Set        map[string]json.RawMessage `json:"set,omitempty"`
	Was        map[string]json.RawMessage `json:"was,omitempty"`
	Group      string                     `json:"group,omitempty" validate:"max=64"`
	RecordedAt string                     `json:"recorded_at" validate:"max=64"`      // RFC 3339, by the phone's clock: stored, shown, never trusted; any text is taken
	Author     string                     `json:"author,omitempty" validate:"max=64"` // the user who was signed in as it was recorded; absent, it is who pushes
}

// Verdicts of a mutation: for ever in exactly one of four states. Held is the
// waiting room of the fourth: a child whose parent has not arrived. Later is none: the
// server took nothing, and the client keeps the mutation and sends it again.
const (
	Applied  = "applied"
	Merged   = "merged"
	Conflict = "conflict"
	Refused  = "refused"
	Held     = "held"
	Later    = "later"
)

// Result is the verdict on one mutation.
type Result struct {
	ID       string                  `json:"id"`              // as it was sent; empty where it was no text
	Index    *int                    `json:"index,omitempty"` // where it stood in the push, from 0: of one that is not of the form
	Verdict  string                  `json:"verdict"`
	Rev      int64                   `json:"rev,omitempty"`
	As       string                  `json:"as,omitempty"`       // the record that stands for the one named: another was of the same thing (M176)
	Conflict string                  `json:"conflict,omitempty"` // the sync_conflicts record
	Refusal  string                  `json:"refusal,omitempty"`  // the sync_refusals record
	Fields   []string                `json:"fields,omitempty"`   // those in conflict
	Code     string                  `json:"code,omitempty"`     // why it was refused
	Message  string                  `json:"message,omitempty"`
	Errors   map[string]FieldProblem `json:"errors,omitempty"`
	Ignored  []string                `json:"ignored,omitempty"`         // members of it that this server does not know, or could not read
	Record   Change                  `json:"record,omitempty,omitzero"` // the record as it stands after the push, as a pull puts it; where it is not plainly what was sent
	Omitted  bool                    `json:"record_omitted,omitempty"`  // there would be a record, and no room in this answer: the next pull brings it
	Event    *EventVerdict           `json:"event,omitempty"`           // of one that made or gave rise to an event of a pathway: what the pathway says of it, after the push
}

// EventVerdict is what a pathway says of an event: that the record is in is another thing.
type EventVerdict struct {
	ID      string        `json:"id"`                // of the pathway_events record
	Verdict string        `json:"verdict"`           // accepted, accepted_late or attempted
	Reasons []EventReason `json:"reasons,omitempty"` // in words: what would lift it; of one that is accepted, remarks
	Told    *int          `json:"told,omitempty"`    // of an immediate risk: how many were told
}

// EventReason is one sentence, with the rule that it comes from.
type EventReason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// FieldProblem says what is wrong with one field.
type FieldProblem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// PushAnswer has a verdict for each mutation, in the order given.
type PushAnswer struct {
	Results    []Result `json:"results"`
	Epoch      string   `json:"epoch"`       // the history that these verdicts are of; kept with what they acknowledge
	DurableSeq int64    `json:"durable_seq"` // everything up to here is safe on disk
	History    string   `json:"history"`     // the place of durable_seq
	Receipt    string   `json:"receipt"`     // signed: device, ids, verdicts, seq
	ServerTime string   `json:"server_time"`
	Contract   Versions `json:"contract"`             // the server's newest, and its oldest
	Ignored    []string `json:"ignored,omitempty"`    // members of the request that this server does not know, or could not read
	ClockSkew  *int64   `json:"clock_skew,omitempty"` // seconds that the phone's clock was behind, negative when ahead; absent when sent_at told no time
}

// DeviceRequest registers a phone for the signed-in user.
type DeviceRequest struct {
	Name       string `json:"name" validate:"required,max=100"`
	Platform   string `json:"platform,omitempty" validate:"max=40"`
	AppVersion string `json:"app_version,omitempty" validate:"max=40"`
	PublicKey  string `json:"public_key,omitempty" validate:"max=1000"` // a JSON Web Key of P-256 or Ed25519, as text: what its receipt after a wipe is checked with, and, where the request came with a proof by it (P-256), what the device proves itself with from then on
	Contract   int    `json:"contract,omitempty" validate:"gte=0"`
	History    string `json:"history,omitempty" validate:"max=4096"` // as it came with the last answer
}

// DeviceUpdate says anew what a phone is called and which app it runs; what is left out
// stays.
type DeviceUpdate struct {
	Name       *string `json:"name,omitempty" validate:"omitnil,min=1,max=100"`
	Platform   *string `json:"platform,omitempty" validate:"omitnil,max=40"`
	AppVersion *string `json:"app_version,omitempty" validate:"omitnil,max=40"`
	Contract   *int    `json:"contract,omitempty" validate:"omitnil,gte=0"`
}

// Who is a phone's own user: whose scopes it has (user:ID, agency:AGENCY), and what they
// are.
type Who struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Agency string   `json:"agency"`
	Roles  []string `json:"roles"`
}

// DeviceAnswer is a registered phone with its first tokens.
type DeviceAnswer struct {
	Device       string `json:"device"`
	User         Who    `json:"user"`
	AccessToken  string `json:"access_token"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
	Epoch        string `json:"epoch"`
	History      string `json:"history"`
	ServerTime   string `json:"server_time"`
}

// StreamTokenAnswer is a token that opens the stream of PowerSync's libraries, and nothing
// else.
type StreamTokenAnswer struct {
	Token      string `json:"token"`
	ExpiresIn  int    `json:"expires_in"` // seconds
	ServerTime string `json:"server_time"`
}

// WipedRequest is a device's word that it holds nothing any more: a compact JWS of type
// wiped+jwt (ES256 or EdDSA), signed with the key it registered, whose claims are did
// (the device) and order (as device_wipe and the status gave it).
type WipedRequest struct {
	Device  string `json:"device" validate:"required,record_id"`
	Receipt string `json:"receipt" validate:"required,max=4096"`
}

// WipedAnswer says that the server has the receipt and the device's registration has
// ended.
type WipedAnswer struct {
	Device     string `json:"device"`
	State      string `json:"state"`
	ServerTime string `json:"server_time"`
}

// FactorsRequest asks what an account can show as its second factor.
type FactorsRequest struct {
	MFA string `json:"mfaId" validate:"required,max=50"` // what the password was answered with
}

// FactorsAnswer says what an account can show as its second factor.
type FactorsAnswer struct {
	Ways    []string         `json:"ways"`              // passkey, totp, recovery; mail alone
	Passkey *PasskeyQuestion `json:"passkey,omitempty"` // where it has one for this address
}

// PasskeyQuestion is asked of a passkey (WebAuthn).
type PasskeyQuestion struct {
	Ceremony string          `json:"ceremony"`
	Options  json.RawMessage `json:"options"` // PublicKeyCredentialRequestOptionsJSON
}

// FactorRequest shows a second factor: a code or a passkey's answer.
type FactorRequest struct {
	MFA     string         `json:"mfaId" validate:"required,max=50"`
	Code    string         `json:"code,omitempty" validate:"max=64"` // of an authenticator app, or a recovery code
	Passkey *PasskeyAnswer `json:"passkey,omitempty"`
}

// PasskeyAnswer is what a passkey answered.
type PasskeyAnswer struct {
	Ceremony string          `json:"ceremony" validate:"required,max=50"`
	Response json.RawMessage `json:"response" validate:"required"` // AuthenticationResponseJSON
}

// SignInAnswer is PocketBase's own: a token to register a phone with, and the account.
type SignInAnswer struct {
	Token  string          `json:"token"`
	Record json.RawMessage `json:"record"`
}

// RefreshRequest trades a refresh token for new tokens.
type RefreshRequest struct {
	RefreshToken string `json:"refresh_token" validate:"required,max=512"`
	History      string `json:"history,omitempty" validate:"max=4096"` // as it came with the last answer
}

// StatusAnswer is what a phone should know before it does anything else.
type StatusAnswer struct {
	ServerTime string `json:"server_time"`
	Epoch      string `json:"epoch"`
	History    string `json:"history"`
	Contract   struct {
		Version int `json:"version"`
		Oldest  int `json:"oldest"`
	} `json:"contract"`
	Device struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		State string `json:"state"`           // active, locked or wipe
		Order string `json:"order,omitempty"` // with wipe: what the receipt must name
	} `json:"device"`
	User   Who `json:"user"`
	Policy struct {
		LeaseHours int `json:"lease_hours"` // after this long without an answer reading locks and capturing goes on
		WipeDays   int `json:"wipe_days"`   // after this long the records go, and what was not sent stays
	} `json:"policy"`
	PushKey   string `json:"push_key,omitempty"`   // the area's public key for web push (RFC 8292), to subscribe with; absent where it has none
	ClockSkew *int64 `json:"clock_skew,omitempty"` // as this device's last push measured it, in seconds; absent when none did
}

// OrganisationAnswer tells an app where to send somebody who signs in with their
// organisation's own account (OpenID Connect), as a public client with PKCE (RFC 8252).
type OrganisationAnswer struct {
	Issuer   string   `json:"issuer"`
	ClientID string   `json:"client_id"`
	Name     string   `json:"name"` // what people call it
	Scopes   []string `json:"scopes"`
	Nonce    string   `json:"nonce"` // to send along; good once, for ten minutes
}

// OrganisationRequest is what the provider gave the app for that nonce.
type OrganisationRequest struct {
	IDToken string `json:"id_token" validate:"required,max=16384"`
	Nonce   string `json:"nonce" validate:"required,max=128"`
}
