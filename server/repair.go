package main

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/hooks/upkeep"
)

// repairCommand puts back what the house is made of, with no server and no dashboard.
func repairCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use:          "repair",
		Short:        "Puts the store's collections, rules, indexes and sign-in options back as they belong",
		Long:         "Puts the store's collections, rules, indexes and sign-in options back as they belong.\nRecords stay as they are. Stop the server first, and copy the store's folder.",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			done, err := upkeep.Repair(app)
			if len(done) > 0 {
				fmt.Fprintln(c.OutOrStdout(), "Found, and put back:")
			}
			for _, what := range done {
				fmt.Fprintln(c.OutOrStdout(), "  -", what)
			}
			if err != nil {
				return err
			}
			if len(done) == 0 {
				fmt.Fprintln(c.OutOrStdout(), "Nothing to do: the store is as it belongs.")
			} else {
				fmt.Fprintln(c.OutOrStdout(), "The store is as it belongs again, and the repair is in its audit log.")
			}
			return nil
		},
	}
}
