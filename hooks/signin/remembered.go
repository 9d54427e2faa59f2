package signin

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// Phone is what every request asks of a phone's registration.
type Phone struct {
	User, Status string
	Key          *ecdsa.PublicKey // what it proves itself with; nil where it does not
	Thumbprint   string
}

// remembered is who may speak, so that a request asks no database for it. One
// process has the store. What is remembered is forgotten when a transaction that touched
// it has ended, before whoever began that hears that it did; it is read anew under the
// lock, so that what was read before an end is never remembered after it.
type remembered struct {
	sync.RWMutex
	people map[string]*core.Record
	phones map[string]Phone
	policy *AccountPolicy
}

func rememberedOf(app core.App) *remembered {
	return app.Store().GetOrSet("holdfast.remembered", func() any {
		return &remembered{people: map[string]*core.Record{}, phones: map[string]Phone{}}
	}).(*remembered)
}

// PersonOf is a person's account, a copy of one's own. In a transaction it is as the
// transaction has it.
func PersonOf(app core.App, id string) (*core.Record, error) {
	if app.IsTransactional() {
		return app.FindRecordById("users", id)
	}
	s := rememberedOf(app)
	s.RLock()
	u := s.people[id]
	s.RUnlock()
	if u != nil {
		return u.Fresh(), nil
	}
	s.Lock()
	defer s.Unlock()
	u, err := app.FindRecordById("users", id)
	if err != nil {
		return nil, err
	}
	s.people[id] = u
	return u.Fresh(), nil
}

// PhoneOf is how a phone's registration stands.
func PhoneOf(app core.App, id string) (Phone, error) {
	if app.IsTransactional() {
		return readPhone(app, id)
	}
	s := rememberedOf(app)
	s.RLock()
	p, known := s.phones[id]
	s.RUnlock()
	if known {
		return p, nil
	}
	s.Lock()
	defer s.Unlock()
	p, err := readPhone(app, id)
	if err == nil {
		s.phones[id] = p
	}
	return p, err
}

func readPhone(app core.App, id string) (p Phone, err error) {
	d, err := app.FindRecordById("devices", id)
	if err != nil {
		return p, err
	}
	p.User, p.Status = d.GetString("user"), d.GetString("status")
	if d.GetBool("proves") {
		if p.Key, p.Thumbprint, err = contract.ReadProofKey([]byte(d.GetString("public_key"))); err != nil {
			return p, fmt.Errorf("the key of phone %s: %w", id, err)
		}
	}
	return p, nil
}

// CurrentAccountPolicy is AccountPolicyOf, remembered.
func CurrentAccountPolicy(app core.App) (AccountPolicy, error) {
	if app.IsTransactional() {
		return AccountPolicyOf(app)
	}
	s := rememberedOf(app)
	s.RLock()
	known := s.policy
	s.RUnlock()
	if known != nil {
		return *known, nil
	}
	s.Lock()
	defer s.Unlock()
	p, err := AccountPolicyOf(app)
	if err == nil {
		s.policy = &p
	}
	return p, err
}

// BindRemembered forgets what is written, however the transaction ends.
func BindRemembered(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDoor, Func: func(e *core.RecordEvent) error {
			id, s := e.Record.Id, rememberedOf(e.App)
			forget := func(error) error {
				s.Lock()
				defer s.Unlock()
				delete(s.people, id)
				delete(s.phones, id)
				s.policy = nil
				return nil
			}
			if tx := e.App.TxInfo(); tx != nil {
				tx.OnComplete(forget)
				return e.Next()
			}
			return errors.Join(e.Next(), forget(nil))
		}}
	}
	kernel.Creating(app, "users", "devices", "account_policies").Bind(h())
	kernel.Updating(app, "users", "devices", "account_policies").Bind(h())
	kernel.Deleting(app, "users", "devices", "account_policies").Bind(h())
	all := func(e *core.CollectionEvent) error { // a record knows the shape that it was read in
		s := rememberedOf(e.App)
		s.Lock()
		defer s.Unlock()
		clear(s.people)
		clear(s.phones)
		s.policy = nil
		return e.Next()
	}
	app.OnCollectionAfterCreateSuccess().BindFunc(all)
	app.OnCollectionAfterUpdateSuccess().BindFunc(all)
	app.OnCollectionAfterDeleteSuccess().BindFunc(all)
}
