package demotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Phone is a registered phone that proves itself with a key of its own.
type Phone struct {
	contract.DeviceAnswer
	Key *ecdsa.PrivateKey

	s     *Server
	mu    sync.Mutex
	nonce string
}

// Phone registers one for a person.
func (s *Server) Phone(p demo.Person) *Phone {
	s.t.Helper()
	phone := &Phone{s: s, Key: NewKey(s.t)}
	jwk, err := contract.ProofKey(&phone.Key.PublicKey)
	if err != nil {
		s.t.Fatal(err)
	}
	sign := s.SignIn(p)
	ask := func() Answer {
		return s.Do("POST", "/api/sync/devices", sign, contract.DeviceRequest{Name: "a phone of " + p.Account, PublicKey: string(jwk)},
			contract.ProofHeader, phone.Prove("POST", "/api/sync/devices", ""))
	}
	a := ask()
	if phone.hear(a) {
		a = ask()
	}
	if a.Status != http.StatusOK {
		s.t.Fatalf("registering a phone of %s: %d %s", p.Account, a.Status, a.Body)
	}
	a.JSON(s.t, &phone.DeviceAnswer)
	return phone
}

// On has the phone ask another server from now on.
func (p *Phone) On(s *Server) { p.s = s }

// NewKey is a key as a phone makes one.
func NewKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Do sends one request with the phone's token and a proof, and once more when the server
// names another nonce.
func (p *Phone) Do(method, path string, body any, header ...string) Answer {
	p.s.t.Helper()
	ask := func() Answer {
		return p.s.Do(method, path, "", body, append(p.Headers(method, path), header...)...)
	}
	a := ask()
	if p.hear(a) {
		a = ask()
	}
	return a
}

// Headers are what makes a request the phone's.
func (p *Phone) Headers(method, path string) []string {
	return []string{"Authorization", "DPoP " + p.AccessToken, contract.ProofHeader, p.Prove(method, path, p.AccessToken)}
}

// Refresh trades the phone's refresh token, and keeps what comes.
func (p *Phone) Refresh() Answer {
	p.s.t.Helper()
	const path = "/api/sync/devices/refresh"
	ask := func() Answer {
		return p.s.Do("POST", path, "", contract.RefreshRequest{RefreshToken: p.RefreshToken}, contract.ProofHeader, p.Prove("POST", path, ""))
	}
	a := ask()
	if p.hear(a) {
		a = ask()
	}
	if a.Status == http.StatusOK {
		a.JSON(p.s.t, &p.DeviceAnswer)
	}
	return a
}

// Prove is a proof of one request.
func (p *Phone) Prove(method, path, token string) string {
	p.s.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	path, _, _ = strings.Cut(path, "?")
	proof, err := contract.NewProof(method, p.s.URL+path, p.nonce, token).Sign(p.Key)
	if err != nil {
		p.s.t.Fatal(err)
	}
	return proof
}

// hear keeps the nonce of an answer, and tells whether the request is to be sent again.
func (p *Phone) hear(a Answer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := a.Header.Get(contract.NonceHeader); n != "" {
		p.nonce = n
	}
	return a.Code() == string(contract.NonceNeeded)
}
