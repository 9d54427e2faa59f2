package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/hooks"
	"holdfast/hooks/account"
	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
)

// codeCommand replaces a superuser's second factor, here and nowhere else.
func codeCommand(app core.App) *cobra.Command {
	return &cobra.Command{
		Use:          "code EMAIL",
		Short:        "Gives a superuser a new second factor and recovery codes; those they had are void",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := ready(app); err != nil {
				return err
			}
			return giveCode(c, app, args[0], true)
		},
	}
}

// ready brings a store that no server has opened to where a second factor is kept.
func ready(app core.App) error {
	if app.HasTable("account_factors") {
		return nil
	}
	return hooks.Ready(app)
}

// giveCode prints what an authenticator app is given, and recovery codes, once.
func giveCode(c *cobra.Command, app core.App, email string, anew bool) error {
	operator, err := account.FindAccount(app, core.CollectionNameSuperusers, email)
	if err != nil {
		return fmt.Errorf("there is no superuser %s", email)
	}
	has, err := factor.Strong(app, operator)
	if err != nil || has && !anew {
		return err
	}
	var address string
	var recovery []string
	err = kernel.Within(app, kernel.Actor{Door: "command"}, func(tx core.App) (err error) {
		address, recovery, err = signin.GiveOperatorCode(tx, operator, time.Now())
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), `
To sign in, %s also needs a code from an authenticator app. Give the app this address
(as text, or as a picture made of it on this machine); it is shown only now:

  %s

Without the app, each of these recovery codes signs them in once, in the same field. Keep
them on paper, away from the phone; they too are shown only now:

  %s

Lost all of it? holdfast superuser code %s gives new ones.
`, email, address, strings.Join(recovery, "\n  "), email)
	return nil
}
