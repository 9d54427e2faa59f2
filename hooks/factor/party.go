package factor

import (
	"net"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Party is the name that passkeys are made for, and the one address whose pages may ask
// for them. The zero Party can have none.
type Party struct{ ID, Name, Origin string }

// PartyAt is the party of a request: the address that the operator gave the app, or, on
// this machine's own loopback, the one that was typed. A passkey needs a name and TLS
// (WebAuthn, 5.1.2): at a bare number, or over plain http elsewhere, there is no party.
func PartyAt(name, appURL, host string) Party {
	if h := hostname(host); h == "localhost" {
		return Party{ID: h, Name: name, Origin: "http://" + host}
	}
	at, err := url.Parse(appURL)
	if err != nil || at.Scheme != "https" || at.Hostname() == "" || net.ParseIP(at.Hostname()) != nil {
		return Party{}
	}
	if !strings.EqualFold(hostname(host), at.Hostname()) {
		return Party{}
	}
	return Party{ID: strings.ToLower(at.Hostname()), Name: name, Origin: strings.ToLower(at.Scheme + "://" + at.Host)}
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

func (p Party) webauthn() (*webauthn.WebAuthn, error) {
	discoverable := false
	return webauthn.New(&webauthn.Config{
		RPID: p.ID, RPDisplayName: p.Name, RPOrigins: []string{p.Origin},
		AttestationPreference: protocol.PreferNoAttestation, // which make it is, is not ours to ask
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &discoverable, ResidentKey: protocol.ResidentKeyRequirementDiscouraged, // the account is known by then
			UserVerification: protocol.VerificationPreferred, // the password was what is known, the key is what is held
		},
	})
}
