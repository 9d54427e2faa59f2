package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/hooks"
)

// secondFactorCommand is the way back in for whoever is alone: the only superuser and an
// agency's only lead have nobody above them in the house. It needs the server's own files.
func secondFactorCommand(app core.App) *cobra.Command {
	c := &cobra.Command{Use: "second-factor", Short: "Helps somebody who lost their second factor"}
	var superuser bool
	reset := &cobra.Command{
		Use: "reset ADDRESS", Example: "second-factor reset sam@example.org",
		Short: "Takes all second factors off an account; its owner is told, and sets up a new one",
		Args:  cobra.ExactArgs(1), SilenceUsage: true, SilenceErrors: true,
		RunE: func(c *cobra.Command, args []string) error {
			in := "users"
			if superuser {
				in = core.CollectionNameSuperusers
			}
			if err := resetSecondFactor(app, in, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The second factor of %s is reset. They are signed out everywhere.\n", args[0])
			return nil
		},
	}
	reset.Flags().BoolVar(&superuser, "superuser", false, "the account is a superuser's")
	c.AddCommand(reset)
	return c
}

func resetSecondFactor(app core.App, in, address string) error {
	if !app.HasTable("account_factors") {
		return errors.New("nobody has a second factor here: the server has not run yet")
	}
	account, err := app.FindAuthRecordByEmail(in, address)
	if err != nil {
		return fmt.Errorf("there is no account %s in %s", address, in)
	}
	return hooks.Within(app, hooks.Actor{Door: "command"}, func(tx core.App) error { return hooks.ResetSecondFactor(tx, account, time.Now()) })
}
