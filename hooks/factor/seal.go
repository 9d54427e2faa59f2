package factor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
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
	return closed(boxes, plain, bound(account.Collection().Id, account.Id, id, kind))
}

// open reads what seal sealed, or errSeal.
func open(app core.App, account *core.Record, id, kind string, sealed []byte) ([]byte, error) {
	boxes, err := sealings(app)
	if err != nil {
		return nil, err
	}
	plain, _, err := opened(boxes, sealed, bound(account.Collection().Id, account.Id, id, kind))
	return plain, err
}

// opened is what was sealed, and whether the key as it is now sealed it.
func opened(boxes []cipher.AEAD, sealed, binding []byte) (plain []byte, fresh bool, err error) {
	for i, box := range boxes {
		n := 1 + box.NonceSize()
		if len(sealed) < n || sealed[0] != sealVersion {
			break
		}
		if plain, err := box.Open(nil, sealed[1:n], sealed[n:], binding); err == nil {
			return plain, i == 0, nil
		}
	}
	return nil, false, errSeal
}

// closed seals with the key as it is now.
func closed(boxes []cipher.AEAD, plain, binding []byte) ([]byte, error) {
	nonce := make([]byte, boxes[0].NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return boxes[0].Seal(append([]byte{sealVersion}, nonce...), nonce, plain, binding), nil
}

// Reseal seals with the key as it is now what an earlier one sealed, before that one is
// forgotten. The server does it as it starts.
func Reseal(app core.App) error {
	boxes, err := sealings(app)
	if err != nil || len(boxes) == 1 {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		var all []struct {
			row
			Collection string `db:"collection"`
			Account    string `db:"account"`
		}
		if err := tx.NonconcurrentDB().NewQuery(`SELECT * FROM account_factors WHERE kind != 'mail'`).All(&all); err != nil {
			return err
		}
		for _, r := range all {
			binding := bound(r.Collection, r.Account, r.ID, r.Kind)
			plain, fresh, err := opened(boxes, r.Sealed, binding)
			if err != nil || fresh {
				continue // what does not open is said when it is shown
			}
			sealed, err := closed(boxes, plain, binding)
			if err != nil {
				return err
			}
			if _, err := tx.NonconcurrentDB().Update("account_factors", dbx.Params{"sealed": sealed}, dbx.HashExp{"id": r.ID}).Execute(); err != nil {
				return fmt.Errorf("sealing a second factor anew: %w", err)
			}
		}
		return nil
	})
}

// bound is what a seal holds good for.
func bound(collection, account, id, kind string) []byte {
	return fmt.Appendf(nil, "%s/%s/%s/%s", collection, account, kind, id)
}

// sealings are what opens a seal: made with the server's key as it is now, which also
// seals, and with those before it.
func sealings(app core.App) (boxes []cipher.AEAD, err error) {
	keys, err := signing.Load(app)
	if err != nil {
		return nil, fmt.Errorf("the key that seals second factors: %w", err)
	}
	for _, key := range keys.MACs("second factors, sealed") { // 32 bytes: AES-256
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
