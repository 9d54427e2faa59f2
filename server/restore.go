package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"holdfast/collections/migrations"
	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/hooks/store"
	"holdfast/server/place"
)

// restoreCommand puts a copy in the store's place, for certain: phones are told, whoever of
// them comes first.
func restoreCommand(app *pocketbase.PocketBase) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use: "restore", Short: "Puts a copy of a store in this one's place; phones then offer again what they handed in since",
		Long: "Puts a copy of a store in this one's place: the folder that --from names, with its data.db.\nStop the server first. What is here now is kept beside the store, whole. The copy stays as it is.",
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return restore(c.OutOrStdout(), app.DataDir(), from, time.Now())
		},
	}
	c.Flags().StringVar(&from, "from", "", "the copy's folder")
	if err := c.MarkFlagRequired("from"); err != nil {
		panic(err)
	}
	return c
}

func restore(out io.Writer, dir, from string, at time.Time) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(from, "data.db")); err != nil {
		return fmt.Errorf("there is no copy of a store in %s: %w", from, err)
	}
	if err := place.Apart(dir, from); err != nil {
		return err
	}
	if err := place.Take(dir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(from, place.Unfinished)); err == nil {
		return fmt.Errorf("the copy in %s is not whole: a restore that did not finish left it", from)
	}
	replaced := place.Exists(dir) == nil
	aside := place.Aside(dir, at)
	last, err := instead(aside, from, dir)
	if err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: %w", err), os.RemoveAll(aside))
	}
	if err := os.Remove(filepath.Join(aside, place.Unfinished)); err != nil {
		return err
	}
	if err := place.Exchange(aside, dir); err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: %w", err), os.RemoveAll(aside))
	}
	fmt.Fprintf(out, "The store in %s is now the copy in %s.%s\n", dir, from, last)
	if replaced {
		fmt.Fprintf(out, "What was here before is kept, whole, in %s. It holds families' records: remove it when nothing from it is needed any more.\n", aside)
	} else if err := os.RemoveAll(aside); err != nil {
		return err
	}
	fmt.Fprintln(out, "A new history has begun in it. Start the server as usual: every phone that comes is told, and offers again what it handed in since the copy was made. What is missing comes back, and nothing counts twice. Health says how many phones have not come yet.")
	if replaced {
		fmt.Fprintln(out, "What was written in the browser since the copy was made, and files of evidence that came since, no phone brings back: they are in the folder that was kept.")
	}
	for _, left := range place.Leftovers(dir) {
		fmt.Fprintf(out, "%s was left by a restore that did not finish, and can be removed.\n", left)
	}
	return nil
}

// instead makes the store that is to take the place of the one in a folder, and says how far
// the copy goes.
func instead(to, from, of string) (last string, err error) {
	if err := place.Copy(from, to); err != nil {
		return "", fmt.Errorf("copying %s: %w", from, err)
	}
	db, err := store.Open(filepath.Join(to, "data.db"))
	if err != nil {
		return "", fmt.Errorf("opening the copy: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := sound(db); err != nil {
		return "", err
	}
	var names []string
	if err := db.NewQuery(`SELECT value FROM sync_meta WHERE name = 'keys'`).Column(&names); err != nil {
		return "", err
	}
	kept, err := keepEnded(db, of, strings.Join(names, ""))
	if err != nil {
		return "", err
	}
	if err := signing.Unite(strings.Join(names, ""), to, of, from); err != nil {
		return "", err
	}
	if err := lineage.Restore(db, of); err != nil {
		return "", err
	}
	var latest string
	if db.NewQuery(`SELECT coalesce(max(at), '') FROM audit_log`).Row(&latest) == nil && latest != "" {
		if t, err := time.Parse("2006-01-02 15:04:05.000Z", latest); err == nil {
			last = " The last that it knows of happened on " + t.Local().Format("2 January 2006 at 15:04") + "."
		}
	}
	_, err = db.NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	return last + kept, err
}

// sound refuses a copy that is broken, is no store of ours, or is of a later build than this.
func sound(db *dbx.DB) error {
	var faults []string
	if err := db.NewQuery(`PRAGMA integrity_check(5)`).Column(&faults); err != nil {
		return fmt.Errorf("the copy's database cannot be read: %w", err)
	}
	if !slices.Equal(faults, []string{"ok"}) {
		return fmt.Errorf("the copy's database is broken: %s", strings.Join(faults, "; "))
	}
	var tables int
	if err := db.NewQuery(`SELECT count(*) FROM sqlite_schema WHERE name IN ('sync_counter', 'sync_meta', '_migrations', 'audit_log')`).Row(&tables); err != nil {
		return err
	}
	if tables != 4 {
		return errors.New("the copy is not a store of Holdfast that was ever served")
	}
	var applied []string
	if err := db.NewQuery(`SELECT file FROM _migrations ORDER BY file`).Column(&applied); err != nil {
		return err
	}
	for _, file := range applied {
		if !migrations.Known(file) {
			return fmt.Errorf("the copy is of a later version of Holdfast than this one (it has %s): use that version, or a later one", file)
		}
	}
	return nil
}
