package factor

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pocketbase/pocketbase/core"
)

// Assertion is a passkey's answer to what AskPasskey asked.
type Assertion struct {
	Party    Party
	Ceremony string
	Response []byte // JSON, as WebAuthn's toJSON gives it
}

// BeginPasskey asks for a new passkey: options are PublicKeyCredentialCreationOptions
// as JSON, for navigator.credentials.create.
func BeginPasskey(app core.App, account *core.Record, party Party, at time.Time) (ceremony string, options []byte, err error) {
	h, err := holderOf(app, account)
	if err != nil {
		return "", nil, err
	}
	w, err := party.webauthn()
	if err != nil {
		return "", nil, err
	}
	var known []protocol.CredentialDescriptor
	for _, c := range h.credentials {
		known = append(known, c.Descriptor())
	}
	creation, session, err := w.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return "", nil, fmt.Errorf("asking for a new passkey: %w", err)
	}
	return keep(app, account, making, session, creation.Response, at)
}

// FinishPasskey keeps the passkey that was made; ErrWrong when the answer is not right.
func FinishPasskey(tx core.App, account *core.Record, party Party, ceremony string, response []byte, name string, at time.Time) (Factor, error) {
	h, session, w, err := resume(tx, account, party, making, ceremony, at)
	if err != nil {
		return Factor{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Factor{}, ErrWrong
	}
	made, err := w.CreateCredential(h, session, parsed)
	if err != nil {
		return Factor{}, ErrWrong
	}
	for _, c := range h.credentials {
		if bytes.Equal(c.ID, made.ID) {
			return Factor{}, ErrWrong
		}
	}
	id := newID()
	sealed, err := sealCredential(tx, account, id, made)
	if err != nil {
		return Factor{}, err
	}
	return add(tx, account, row{ID: id, Kind: Passkey, Name: named(name, "Passkey"), Sealed: sealed, Step: int64(made.Authenticator.SignCount), Added: at.Unix()})
}

// AskPasskey asks for one of the account's passkeys: options are
// PublicKeyCredentialRequestOptions as JSON, for navigator.credentials.get. Without a
// passkey, or where there can be none, there are no options.
func AskPasskey(app core.App, account *core.Record, party Party, at time.Time) (ceremony string, options []byte, err error) {
	h, err := holderOf(app, account)
	if err != nil || len(h.credentials) == 0 || party == (Party{}) {
		return "", nil, err
	}
	w, err := party.webauthn()
	if err != nil {
		return "", nil, err
	}
	asked, session, err := w.BeginLogin(h)
	if err != nil {
		return "", nil, fmt.Errorf("asking for a passkey: %w", err)
	}
	return keep(app, account, asking, session, asked.Response, at)
}

func takePasskey(tx core.App, account *core.Record, a Assertion, at time.Time) (Factor, error) {
	h, session, w, err := resume(tx, account, a.Party, asking, a.Ceremony, at)
	if errors.Is(err, ErrOver) {
		return Factor{}, ErrWrong
	}
	if err != nil {
		return Factor{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(a.Response)
	if err != nil {
		return Factor{}, ErrWrong
	}
	shown, err := w.ValidateLogin(h, session, parsed)
	if err != nil || shown.Authenticator.CloneWarning { // a copy of the key is about
		return Factor{}, ErrWrong
	}
	for i, c := range h.credentials {
		if !bytes.Equal(c.ID, shown.ID) {
			continue
		}
		r := h.rows[i]
		if taken, err := used(tx, r.ID, r.Step, int64(shown.Authenticator.SignCount), at); err != nil || !taken {
			return Factor{}, errJoin(ErrWrong, err)
		}
		r.Used = at.Unix()
		return r.factor(), nil
	}
	return Factor{}, ErrWrong
}

// keep remembers a ceremony's session, and gives what the browser is asked.
func keep(app core.App, account *core.Record, kind string, session *webauthn.SessionData, ask any, at time.Time) (string, []byte, error) {
	state, err := json.Marshal(session)
	if err != nil {
		return "", nil, err
	}
	options, err := json.Marshal(ask)
	if err != nil {
		return "", nil, err
	}
	id, err := begin(app, account, kind, state, at)
	return id, options, err
}

// resume finds a ceremony and uses it up.
func resume(tx core.App, account *core.Record, party Party, kind, ceremony string, at time.Time) (h holder, session webauthn.SessionData, w *webauthn.WebAuthn, err error) {
	state, err := begun(tx, account, kind, ceremony, at)
	if err != nil {
		return h, session, nil, err
	}
	if err = finished(tx, ceremony); err != nil {
		return h, session, nil, err
	}
	if err = json.Unmarshal(state, &session); err != nil {
		return h, session, nil, err
	}
	if h, err = holderOf(tx, account); err != nil {
		return h, session, nil, err
	}
	w, err = party.webauthn()
	return h, session, w, err
}

// holder is an account as the library knows it.
type holder struct {
	account     *core.Record
	credentials []webauthn.Credential
	rows        []row
}

func holderOf(app core.App, account *core.Record) (holder, error) {
	h := holder{account: account}
	keys, err := rows(app, account, Passkey)
	if err != nil {
		return h, err
	}
	for _, r := range keys {
		plain, err := open(app, account, r.ID, Passkey, r.Sealed)
		if err != nil {
			app.Logger().Error("A passkey cannot be read", "account", account.Id, "error", err)
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal(plain, &c); err != nil {
			return h, err
		}
		c.Authenticator.SignCount = uint32(r.Step)
		h.credentials, h.rows = append(h.credentials, c), append(h.rows, r)
	}
	return h, nil
}

// WebAuthnID says nothing about a person, and is the same for all their passkeys.
func (h holder) WebAuthnID() []byte {
	sum := sha256.Sum256([]byte("holdfast/" + h.account.Collection().Id + "/" + h.account.Id))
	return sum[:]
}

func (h holder) WebAuthnName() string { return h.account.Email() }

func (h holder) WebAuthnDisplayName() string { return h.account.Email() }

func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func sealCredential(app core.App, account *core.Record, id string, c *webauthn.Credential) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return seal(app, account, id, Passkey, plain)
}
