package casework

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// houseReferencePrefix holds where an area decided nothing.
const houseReferencePrefix = "HF"

// ReferencePrefix is what the references of an area's cases begin with.
func ReferencePrefix(app core.App) (string, error) {
	var prefix string
	err := app.ConcurrentDB().NewQuery(`SELECT reference_prefix FROM case_policies ORDER BY rowid DESC LIMIT 1`).Row(&prefix)
	if errors.Is(err, sql.ErrNoRows) {
		return houseReferencePrefix, nil
	}
	return prefix, err
}

// nameCase gives a new case its reference. What somebody sends as one is what they called
// the case until now, and need not be unlike anybody else's: an answer that it is taken
// would tell of a case that they may not see. The digits are chance, so that neither they
// nor the gaps between them tell how many cases there are.
func nameCase(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) && e.Record.GetString("reference") != "" {
		return e.Next() // a case file of days gone by
	}
	if !kernel.IsServer(e.Record) && e.Record.GetString("status") != "open" {
		return validation.Errors{"status": validation.NewError("not_open", "A case begins open.")}
	}
	if sent := e.Record.GetString("reference"); sent != "" && e.Record.GetString("provisional_reference") == "" {
		e.Record.Set("provisional_reference", kernel.Short(sent))
	}
	prefix, err := ReferencePrefix(e.App)
	if err != nil {
		return fmt.Errorf("how cases are named: %w", err)
	}
	for _, room := range []int64{900_000, 900_000, 900_000, 90_000_000, 90_000_000, 90_000_000} {
		n, err := rand.Int(rand.Reader, big.NewInt(room))
		if err != nil {
			return err
		}
		given := fmt.Sprintf("%s-%d", prefix, n.Int64()+room/9)
		var taken int
		if err := kernel.Query(e.App, `SELECT count(*) FROM cases WHERE reference = {:r}`).Bind(dbx.Params{"r": given}).Row(&taken); err != nil {
			return err
		}
		if taken == 0 {
			e.Record.Set("reference", given)
			return e.Next()
		}
	}
	return errors.New("no reference is free for a new case")
}
