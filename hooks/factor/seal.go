package factor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
)

// sealVersion stands before what is sealed, so that another way can follow.
const sealVersion = 1

// errSeal is what was sealed with another key, for another account, or changed.
var errSeal = errors.New("a second factor does not open with the server's key")

// seal encrypts what only this server reads again, for one row of one account.
func seal(app core.App, account *core.Record, id, kind string, plain []byte) ([]byte, error) {
	boxes, err := sealings(app)
	if err != nil {
		return nil, err
	}
	box := boxes[0]
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	out := append([]byte{sealVersion}, nonce...)
	return box.Seal(out, nonce, plain, bound(account, id, kind)), nil
}

// open reads what seal sealed, or errSeal.
func open(app core.App, account *core.Record, id, kind string, sealed []byte) ([]byte, error) {
	boxes, err := sealings(app)
	if err != nil {
		return nil, err
	}
	for _, box := range boxes {
		n := 1 + box.NonceSize()
		if len(sealed) < n || sealed[0] != sealVersion {
			break
		}
		if plain, err := box.Open(nil, sealed[1:n], sealed[n:], bound(account, id, kind)); err == nil {
			return plain, nil
		}
	}
	return nil, errSeal
}

// bound is what a seal holds good for.
func bound(account *core.Record, id, kind string) []byte {
	return fmt.Appendf(nil, "%s/%s/%s/%s", account.Collection().Id, account.Id, kind, id)
}

// sealings are what opens a seal: made with the server's key as it is now, which also
// seals, and with those before it.
func sealings(app core.App) (boxes []cipher.AEAD, err error) {
	keys, err := signing.Load(app)
	if err != nil {
		return nil, fmt.Errorf("the key that seals second factors: %w", err)
	}
	for _, key := range [][]byte{keys.MAC("second factors, sealed")} { // 32 bytes: AES-256
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		box, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		boxes = append(boxes, box)
	}
	return boxes, nil
}
