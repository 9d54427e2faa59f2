package main

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"holdfast/hooks"
	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
)

// inviteCommand mails the owner of an account that the operator made a link to choose
// its password. Nobody then ever knows somebody else's.
func inviteCommand(app *pocketbase.PocketBase) *cobra.Command {
	return &cobra.Command{
		Use:   "invite EMAIL",
		Short: "Mails the owner of an account that is switched off a link to choose its password",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			c.SilenceUsage = true
			if err := hooks.Ready(app); err != nil {
				return err
			}
			until, err := invite(app, args[0], time.Now())
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "An invitation to %s goes out as soon as the server is running. It works until %s.\n", args[0], until.Format("2 January 2006, 15:04 MST"))
			}
			return err
		},
	}
}

func invite(app core.App, email string, at time.Time) (until time.Time, err error) {
	user, err := account.FindAccount(app, "users", email)
	if err != nil {
		return until, fmt.Errorf("there is no account of a worker with the address %s: make one first, with a password that nobody knows and not yet active", email)
	}
	err = kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return account.Invite(tx, user, at) })
	if fields, refused := kernel.Refusal(err); refused {
		for _, why := range fields {
			err = fmt.Errorf("%s: %w", email, why)
		}
	}
	return user.GetDateTime("invited_until").Time(), err
}
