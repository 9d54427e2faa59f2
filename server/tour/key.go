package tour

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"strings"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// phone signs a person in and registers a phone of theirs, with a key.
func (w *walk) phone(who demo.Person) (*phone, error) {
	token, err := w.token(who)
	if err != nil {
		return nil, err
	}
	p := &phone{w: w, who: who, rows: map[string]row{}}
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	jwk, err := contract.ProofKey(&p.key.PublicKey)
	if err != nil {
		return nil, err
	}
	var d contract.DeviceAnswer
	ask := contract.DeviceRequest{Name: "tour: " + who.Account, Platform: "tour", PublicKey: string(jwk)}
	if _, _, err = p.proven("POST", "/api/sync/devices", token, ask, &d); err != nil {
		return nil, err
	}
	p.token = d.AccessToken
	w.phones = append(w.phones, p)
	return p, nil
}

// call sends one request of the phone's, with its proof.
func (p *phone) call(method, path string, body, to any) (*http.Response, []byte, error) {
	return p.proven(method, path, "", body, to)
}

// proven sends one request with a proof, and once more when the server names another
// nonce; signIn is the token of a sign-in, in place of the phone's own.
func (p *phone) proven(method, path, signIn string, body, to any) (*http.Response, []byte, error) {
	for again := false; ; again = true {
		header, err := p.header(method, path, signIn)
		if err != nil {
			return nil, nil, err
		}
		res, raw, err := p.w.send(method, path, header, body, to)
		if res == nil || !p.hear(res) || again {
			return res, raw, err
		}
	}
}

// header is what makes a request the phone's.
func (p *phone) header(method, path, signIn string) (http.Header, error) {
	h := http.Header{}
	if signIn != "" {
		h.Set("Authorization", "Bearer "+signIn)
	} else {
		h.Set("Authorization", "DPoP "+p.token)
	}
	bare, _, _ := strings.Cut(path, "?")
	proof, err := contract.NewProof(method, p.w.at+bare, p.nonce, p.token).Sign(p.key)
	h.Set(contract.ProofHeader, proof)
	return h, err
}

// hear keeps the nonce of an answer, and tells whether the request is to be sent again.
func (p *phone) hear(res *http.Response) bool {
	if n := res.Header.Get(contract.NonceHeader); n != "" {
		p.nonce = n
	}
	return res.StatusCode == http.StatusUnauthorized && strings.Contains(res.Header.Get("WWW-Authenticate"), string(contract.NonceNeeded))
}

// end signs the phone out: it is one of eight that a person can have.
func (p *phone) end() error {
	_, _, err := p.call("DELETE", "/api/sync/devices", nil, nil)
	return err
}
