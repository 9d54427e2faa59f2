package main

import (
	"fmt"
	"os"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/hooks"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/letterpage"
)

// crestCommand puts a picture at the top of an agency's letters, for an agency whose lead
// does not do it on the page "Your agency".
func crestCommand(app *pocketbase.PocketBase) *cobra.Command {
	return &cobra.Command{
		Use:   "crest AGENCY [PICTURE]",
		Short: "Puts a PNG or JPEG picture at the top of an agency's letters, or takes it off them",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			c.SilenceUsage = true
			if err := hooks.Ready(app); err != nil {
				return err
			}
			path := ""
			if len(args) == 2 {
				path = args[1]
			}
			if err := crest(app, args[0], path); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The letters of %s are changed from the next that is drafted on. Those that were approved stay as they are.\n", args[0])
			return nil
		},
	}
}

// crest chooses the picture in a file, or none, for the agency of that name.
func crest(app core.App, name, path string) error {
	agency, err := app.FindFirstRecordByFilter("agencies", "name = {:n}", dbx.Params{"n": name})
	if err != nil {
		return fmt.Errorf("there is no agency called %s", name)
	}
	var picture []byte
	if path != "" {
		about, err := os.Stat(path)
		if err != nil {
			return err
		}
		if about.Size() == 0 || about.Size() > letterpage.MaxCrestFile {
			return letterpage.ErrCrest
		}
		if picture, err = os.ReadFile(path); err != nil {
			return err
		}
	}
	err = kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return letter.SetCrest(tx, agency, picture) })
	if fields, refused := kernel.Refusal(err); refused {
		for _, why := range fields {
			err = fmt.Errorf("%s: %w", path, why)
		}
	}
	return err
}
