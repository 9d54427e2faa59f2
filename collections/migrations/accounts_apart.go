package migrations

import (
	"fmt"
	"os"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// accountsApart folds the addresses of accounts. Where two differ by capitals alone, the
// one in use keeps it, or else the older; the other keeps all its records and signs in
// nowhere until the operator gives it an address of its own or removes it. The server
// starts, says so and has it among the problems of its health.
func accountsApart(app core.App) error {
	for _, table := range []string{"users", core.CollectionNameSuperusers} {
		var rows []struct {
			ID    string `db:"id"`
			Email string `db:"email"`
		}
		order := "created, id"
		if table == "users" && hasColumn(app, table, "active") {
			order = "active DESC, created, id"
		}
		db := app.NonconcurrentDB()
		if err := db.NewQuery("SELECT id, email FROM " + table + " WHERE email != '' ORDER BY " + order).All(&rows); err != nil {
			return fmt.Errorf("the addresses of %s: %w", table, err)
		}
		taken := map[string]string{}
		for _, r := range rows {
			folded := strings.ToLower(strings.TrimSpace(r.Email))
			first, twice := taken[folded]
			if !twice {
				taken[folded] = r.ID
				continue
			}
			fmt.Fprintf(os.Stderr, "holdfast: the accounts %s and %s of %s have one email address but for capitals: %s is set aside until it is given an address of its own\n", first, r.ID, table, r.ID)
			app.Logger().Error("Two accounts have one email address but for capitals", "collection", table, "keeps", first, "set_aside", r.ID)
			if err := readdress(app, table, r.ID, strings.ToLower(r.ID)+collections.Aside); err != nil {
				return err
			}
		}
		for folded, id := range taken {
			if err := readdress(app, table, id, folded); err != nil {
				return err
			}
		}
	}
	return nil
}

func readdress(app core.App, table, id, email string) error {
	_, err := app.NonconcurrentDB().NewQuery("UPDATE " + table + " SET email = {:e} WHERE id = {:id} AND email != {:e}").Bind(dbx.Params{"e": email, "id": id}).Execute()
	if err != nil {
		return fmt.Errorf("folding the address of %s: %w", id, err)
	}
	return nil
}

func hasColumn(app core.App, table, column string) bool {
	columns, err := app.TableColumns(table)
	for _, c := range columns {
		if c == column {
			return err == nil
		}
	}
	return false
}
