package main

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/server/ops"
)

// codeCommand replaces a superuser's second factor, here and nowhere else.
func codeCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use:          "code EMAIL",
		Short:        "Gives a superuser a new second factor; the one they had is void",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE:         func(c *cobra.Command, args []string) error { return giveCode(c, app, args[0], true) },
	}
}

// giveCode prints the address that an authenticator app is given, once.
func giveCode(c *cobra.Command, app core.App, email string, anew bool) error {
	operator, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
	if err != nil {
		return fmt.Errorf("there is no superuser %s", email)
	}
	has, err := ops.HasCode(app, operator.Id)
	if err != nil || has && !anew {
		return err
	}
	address, err := ops.GiveCode(app, operator)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), `
To sign in, %s also needs a code from an authenticator app. Give the app this address
(as text, or as a picture made of it on this machine); it is shown only now:

  %s

Lost the app? holdfast superuser code %s gives a new one.
`, email, address, email)
	return nil
}
