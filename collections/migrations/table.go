package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// lay is one step that packages other than this one take: tables that are no collections.
type lay struct {
	name       string
	statements []string
}

var lays []lay

// Lay registers the step that makes, or changes, tables of a package's own: those of the
// sync engine, sessions, and whatever else no rule is asked about. It is called as the
// package is initialised, and is taken with all other steps before the house stands. Like
// these it is not changed once a server has taken it: the next column is another Lay, with an
// ALTER TABLE. Tables are made IF NOT EXISTS, since Relay asks again.
func Lay(name string, statements ...string) {
	lays = append(lays, lay{name, statements})
	slices.SortFunc(lays, func(a, b lay) int { return strings.Compare(a.name, b.name) })
	core.AppMigrations.Register(func(app core.App) error { return run(app, statements) }, nil, name+".go")
}

func run(app core.App, statements []string) error {
	for _, s := range statements {
		if _, err := app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

var names = regexp.MustCompile(`(?s)^(CREATE TABLE IF NOT EXISTS|DROP TABLE|ALTER TABLE|CREATE (?:UNIQUE )?INDEX IF NOT EXISTS \w+ ON|INSERT OR IGNORE INTO|UPDATE) (\w+)\b`)

// of is the table that a statement is about, and what it does to it.
func of(statement string) (does, table string) {
	m := names.FindStringSubmatch(statement)
	if m == nil {
		panic("a step lays what Relay cannot read: " + statement)
	}
	return m[1], m[2]
}

// Tables are those that steps have laid.
func Tables() (all []string) {
	for _, l := range lays {
		for _, s := range l.statements {
			switch does, table := of(s); does {
			case "CREATE TABLE IF NOT EXISTS":
				all = append(all, table)
			case "DROP TABLE":
				all = slices.DeleteFunc(all, func(t string) bool { return t == table })
			}
		}
	}
	return all
}

// Relay makes tables anew, empty, that were taken away since they were laid.
func Relay(app core.App, gone []string) error {
	for _, l := range lays {
		if err := run(app, slices.DeleteFunc(slices.Clone(l.statements), func(s string) bool {
			_, table := of(s)
			return !slices.Contains(gone, table)
		})); err != nil {
			return err
		}
	}
	return nil
}
