package devices

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
)

// The published vectors of proofs, shown to this server's own check in their order.
func TestVectorsOfProofs(t *testing.T) {
	raw, err := os.ReadFile("../../mobile-contract/vectors/proof.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Given struct {
			Key          json.RawMessage
			Nonce, Token string
			TokenHash    string `json:"token_hash"`
		}
		Thumbprints []struct {
			Key        json.RawMessage
			Thumbprint string
		}
		Vectors []struct {
			Name string
			When struct{ Method, URL, Proof string }
			Then struct {
				Taken bool
				Code  contract.Code
			}
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, k := range file.Thumbprints {
		if _, got, err := contract.ReadProofKey(k.Key); err != nil || got != k.Thumbprint {
			t.Errorf("a thumbprint is %s, not %s (%v)", got, k.Thumbprint, err)
		}
	}
	if got := contract.TokenHash(file.Given.Token); got != file.Given.TokenHash {
		t.Errorf("the token's hash is %s", got)
	}
	key, thumbprint, err := contract.ReadProofKey(file.Given.Key)
	if err != nil {
		t.Fatal(err)
	}
	r, now := &Room{}, time.Now()
	r.nonces.now(now)
	r.nonces.latest.text = file.Given.Nonce
	taken := 0
	for _, v := range file.Vectors {
		q := httptest.NewRequest(v.When.Method, v.When.URL, nil)
		if v.When.Proof != "" {
			q.Header.Set(contract.ProofHeader, v.When.Proof)
		}
		err := r.check(q, "", key, thumbprint, file.Given.Token, now)
		code := contract.ProofBad
		if errors.Is(err, errNonce) {
			code = contract.NonceNeeded
		}
		if v.Then.Taken != (err == nil) || (err != nil && code != v.Then.Code) {
			t.Errorf("%s: %v", v.Name, err)
		}
		if err == nil {
			taken++
		}
	}
	if taken < 4 || len(file.Vectors) < 15 {
		t.Errorf("%d vectors, %d taken", len(file.Vectors), taken)
	}
}
