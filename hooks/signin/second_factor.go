package signin

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// BySecondFactor is how somebody signed in who showed one, beside PocketBase's own ways.
const BySecondFactor = "second_factor"

// SecondFactor is how an account stands with what it shows besides its password.
type SecondFactor struct {
	Needs    bool // by the policy on accounts; of superusers the operator's room says
	Strong   bool // it has an authenticator app or a passkey
	Mail     bool // its owner chose to be mailed a code
	Factors  []factor.Factor
	Recovery int // recovery codes left
}

// SecondFactorOf is how an account stands.
func SecondFactorOf(app core.App, account *core.Record) (s SecondFactor, err error) {
	if !account.IsSuperuser() {
		policy, err := AccountPolicyOf(app)
		if err != nil {
			return s, err
		}
		s.Needs = policy.NeedsSecondFactor(account)
	}
	all, err := factor.Of(app, account)
	if err != nil {
		return s, err
	}
	for _, f := range all {
		if f.Kind == factor.Mail {
			s.Mail = true
			continue
		}
		s.Strong = true
		s.Factors = append(s.Factors, f)
	}
	s.Recovery, err = factor.RecoveryLeft(app, account)
	return s, err
}

// Owed reports whether the account must set one up before anything else opens to it.
func (s SecondFactor) Owed() bool { return s.Needs && !s.Strong }

// ByMail reports whether a mailed code is the second step: where its owner chose it and
// nothing more is needed, or on the way to setting up what is.
func (s SecondFactor) ByMail() bool { return !s.Strong }

// SignsInByMail reports whether a mailed code is enough to sign in.
func (s SecondFactor) SignsInByMail() bool { return !s.Strong && !s.Needs && s.Mail }

// AddTOTP keeps an authenticator app whose first code is right. With an account's first
// factor come recovery codes, which are nowhere else.
func AddTOTP(tx core.App, account *core.Record, enrolment, code, name string, at time.Time) (recovery []string, err error) {
	return added(tx, account, at, func() (factor.Factor, error) {
		return factor.FinishTOTP(tx, account, enrolment, code, name, at)
	})
}

// AddPasskey keeps a passkey that was just made.
func AddPasskey(tx core.App, account *core.Record, party factor.Party, ceremony string, response []byte, name string, at time.Time) (recovery []string, err error) {
	return added(tx, account, at, func() (factor.Factor, error) {
		return factor.FinishPasskey(tx, account, party, ceremony, response, name, at)
	})
}

func added(tx core.App, account *core.Record, at time.Time, finish func() (factor.Factor, error)) (recovery []string, err error) {
	if err := ownAccount(tx, account); err != nil {
		return nil, err
	}
	f, err := finish()
	if err != nil {
		return nil, err
	}
	if err := factor.SetMail(tx, account, false, at); err != nil { // it would go round what was added
		return nil, err
	}
	left, err := factor.RecoveryLeft(tx, account)
	if err == nil && left == 0 {
		recovery, err = factor.NewRecovery(tx, account)
	}
	if err != nil {
		return nil, err
	}
	return recovery, factorChanged(tx, account, "factor_added", f.ID)
}

// RemoveFactor takes one of an account's factors away; not the last where one is needed.
func RemoveFactor(tx core.App, account *core.Record, id string) error {
	if err := ownAccount(tx, account); err != nil {
		return err
	}
	s, err := SecondFactorOf(tx, account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Factors, func(f factor.Factor) bool { return f.ID == id }) {
		return kernel.Wrong("id", "not_found", "This second factor is not there any more.")
	}
	if len(s.Factors) == 1 && (s.Needs || account.IsSuperuser()) {
		return kernel.Wrong("id", "last", "Your account needs a second factor: add the new one before you remove the last.")
	}
	if err := factor.Remove(tx, account, id); err != nil {
		return err
	}
	return factorChanged(tx, account, "factor_removed", id)
}

// NewRecoveryCodes makes an account's recovery codes anew; those before are void.
func NewRecoveryCodes(tx core.App, account *core.Record) ([]string, error) {
	if err := ownAccount(tx, account); err != nil {
		return nil, err
	}
	if strong, err := factor.Strong(tx, account); err != nil || !strong {
		return nil, cmp.Or(err, kernel.Wrong("id", "none", "Set up an authenticator app or a passkey first."))
	}
	codes, err := factor.NewRecovery(tx, account)
	if err != nil {
		return nil, err
	}
	return codes, factorChanged(tx, account, "recovery_made", FactorEvent())
}

// SetMailedCode says whether a code is mailed at sign-in. It is for who has nothing
// better and needs nothing better.
func SetMailedCode(tx core.App, account *core.Record, on bool, at time.Time) error {
	if err := ownAccount(tx, account); err != nil {
		return err
	}
	s, err := SecondFactorOf(tx, account)
	if err != nil {
		return err
	}
	if on && (s.Strong || s.Needs) {
		return kernel.Wrong("code", "stronger", "Your account is signed in to with an authenticator app or a passkey; a mailed code would weaken it.")
	}
	if s.Mail == on {
		return nil
	}
	if err := factor.SetMail(tx, account, on, at); err != nil {
		return err
	}
	if on {
		return factorChanged(tx, account, "factor_added", FactorEvent())
	}
	return factorChanged(tx, account, "factor_removed", FactorEvent())
}

// GiveOperatorCode gives a superuser an authenticator app, as the address that it is
// told, and recovery codes, in place of whatever they had. It is done on the command
// line alone: whoever is the first, or the only one, has nobody to turn to.
func GiveOperatorCode(tx core.App, operator *core.Record, at time.Time) (address string, recovery []string, err error) {
	had, err := factor.Any(tx, operator)
	if err != nil {
		return "", nil, err
	}
	if address, recovery, err = factor.GiveTOTP(tx, operator, "Holdfast", at); err != nil {
		return "", nil, err
	}
	if !had { // there is nobody to tell yet
		return address, recovery, kernel.Audit(tx, kernel.ActorOf(tx), kernel.Entry{Verb: "factor_added", Collection: operator.Collection().Name, Record: operator.Id, Count: 1})
	}
	return address, recovery, factorChanged(tx, operator, "factor_added", FactorEvent())
}

// ResetSecondFactor takes away all that an account shows besides its password, for
// somebody who lost it: their agency's lead or the operator does, never they themselves.
// From then on a code is mailed until they set up what they need.
func ResetSecondFactor(tx core.App, account *core.Record, at time.Time) error {
	if err := mayReset(tx, account); err != nil {
		return err
	}
	if err := factor.Clear(tx, account); err != nil {
		return err
	}
	if err := factor.SetMail(tx, account, true, at); err != nil {
		return err
	}
	return factorChanged(tx, account, "factors_reset", FactorEvent())
}

// mayReset: another account's, by the operator; or by the lead of the person's agency,
// unless the person works beyond it. An agency's only lead turns to the operator, and a
// superuser to the command line.
func mayReset(tx core.App, account *core.Record) error {
	a := kernel.ActorOf(tx)
	switch {
	case a.User == nil || account.IsSuperuser():
		return kernel.Wrong("id", "not_allowed", "A superuser's second factor is replaced on the command line: holdfast superuser code.")
	case same(a.User, account):
		return kernel.Wrong("id", "own", "You cannot reset your own second factor; ask another lead or the operator.")
	case a.User.IsSuperuser():
		return nil
	case !a.User.GetBool("active") || !kernel.Holds(a.User, collections.AgencyLead) ||
		a.User.GetString("agency") != account.GetString("agency"):
		return kernel.Wrong("id", "not_allowed", "Only the lead of their agency or the operator resets somebody's second factor.")
	case kernel.ReachesBeyond(account):
		return kernel.Wrong("id", "beyond", "This person works beyond your agency; ask the operator.")
	}
	return nil
}

// TakeSecondFactor judges what somebody shows as their second factor; then runs in the
// same transaction. A recovery code that was used is told to its owner.
func TakeSecondFactor(app core.App, account *core.Record, p factor.Proof, at time.Time, then func(tx core.App) error) (factor.Taken, error) {
	return factor.Take(app, account, p, at, func(tx core.App, t factor.Taken) error {
		if t.Recovery {
			actor := kernel.Actor{User: account, Door: kernel.ActorOf(tx).Door}
			if err := kernel.Audit(tx, actor, kernel.Entry{Verb: "recovery_used", Collection: account.Collection().Name, Record: account.Id, Count: 1}); err != nil {
				return err
			}
			if err := tellOfFactor(tx, account, "recovery_used", FactorEvent(), t.Left); err != nil {
				return err
			}
		}
		if then == nil {
			return nil
		}
		return then(tx)
	})
}

func ownAccount(tx core.App, account *core.Record) error {
	if a := kernel.ActorOf(tx); a.User == nil || !same(a.User, account) {
		return kernel.Wrong("second_factor", "not_yours", "Only its owner decides how an account signs in.")
	}
	return nil
}

func same(a, b *core.Record) bool { return a.Id == b.Id && a.Collection().Id == b.Collection().Id }

// factorChanged puts a change of a second factor on record, tells the account's owner,
// and ends whatever was signed in.
func factorChanged(tx core.App, account *core.Record, what, id string) error {
	if err := kernel.Audit(tx, kernel.ActorOf(tx), kernel.Entry{Verb: what, Collection: account.Collection().Name, Record: account.Id, Count: 1}); err != nil {
		return err
	}
	if err := tellOfFactor(tx, account, what, id, 0); err != nil {
		return err
	}
	return endEverywhere(tx, account)
}

func tellOfFactor(tx core.App, account *core.Record, what, id string, left int) error {
	return tell.Post(tx, tell.Mail{Reason: what + "/" + account.Id + "/" + id, Kind: what, Collection: account.Collection().Name, Record: account.Id,
		To: account.Email(), Name: account.GetString("name"), Days: left})
}

// endEverywhere ends whatever an account is signed in with; a browser that is to stay
// signs in anew.
func endEverywhere(tx core.App, account *core.Record) error {
	if !account.IsSuperuser() {
		return EndSessions(tx, account.Id, "")
	}
	fresh, err := tx.FindRecordById(account.Collection(), account.Id)
	if err != nil {
		return err
	}
	fresh.RefreshTokenKey()
	if err := tx.SaveNoValidate(kernel.AsServer(fresh)); err != nil { // an old flaw of the row stops no ending
		return fmt.Errorf("ending what an operator is signed in with: %w", err)
	}
	return nil
}
