package signin

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// AccountPolicy is what an area asks of those who sign in.
//
// Why a mailed code is no second factor where one is needed: a forgotten password is
// reset by mail, so whoever reads the mailbox would hold both (OWASP ASVS 5: 6.3.3 asks
// for two factors, 6.4.3 that a reset goes round neither, 6.3.6 for no email at all).
// There an authenticator app or a passkey counts. Who has neither yet is mailed a code
// and led to set one up before anything else opens: the first to come with a password
// alone gets no further. Who needs none may choose the mailed code: it stops whoever
// learns only their password, and the account has nothing better to lose.
type AccountPolicy struct {
	SecondFactor []string // whoever holds one of these roles needs more than a password
	DeviceKeys   bool     // a phone must prove, with its key, that it is the phone it was
}

// houseAccountPolicy holds where an area decided nothing: those who see many families,
// or what others may see, need a second factor, and a copied token is of no use.
var houseAccountPolicy = AccountPolicy{SecondFactor: collections.RolesOfTwoFactors(), DeviceKeys: true}

// AccountPolicyOf is the policy that holds now: the latest decided, or the house's own.
func AccountPolicyOf(app core.App) (AccountPolicy, error) {
	r := &core.Record{}
	err := app.RecordQuery("account_policies").OrderBy("rowid DESC").Limit(1).One(r)
	if errors.Is(err, sql.ErrNoRows) {
		return houseAccountPolicy, nil
	}
	if err != nil {
		return AccountPolicy{}, fmt.Errorf("the policy on accounts: %w", err)
	}
	return AccountPolicy{SecondFactor: r.GetStringSlice("second_factor"), DeviceKeys: r.GetString("device_keys") == "required"}, nil
}

// NeedsSecondFactor reports whether a person's roles ask for more than a password.
func (p AccountPolicy) NeedsSecondFactor(user *core.Record) bool {
	return slices.ContainsFunc(user.GetStringSlice("roles"), func(r string) bool { return slices.Contains(p.SecondFactor, r) })
}
