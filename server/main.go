package main

import (
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"

	_ "holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/store"
	"holdfast/server/chronology"
	"holdfast/server/coordinate"
	"holdfast/server/devices"
	"holdfast/server/letter"
	"holdfast/server/mail"
	"holdfast/server/ops"
	"holdfast/server/sync"
	"holdfast/server/upload"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "tour" { // a client: it opens no store
		c := tourCommand()
		c.SetArgs(os.Args[2:])
		if c.Execute() != nil {
			os.Exit(1)
		}
		return
	}
	// Two cores read no faster with a hundred readers, and each holds memory.
	app := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: store.Open, DataMaxOpenConns: 32, DataMaxIdleConns: 16})
	hooks.Bind(app)
	ops.Bind(app)

	var options ops.Options
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := hooks.Ready(e.App); err != nil {
			return err
		}
		for _, open := range rooms(&options) {
			if err := open(e); err != nil {
				return err
			}
		}
		return e.Next()
	})

	app.RootCmd.AddCommand(cmd.NewSuperuserCommand(app), serveCommand(app, &options), tourCommand())
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{})
	if err := app.Execute(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// rooms are the doors of the house, in the order they open.
func rooms(options *ops.Options) []func(*core.ServeEvent) error {
	return []func(*core.ServeEvent) error{
		options.Open,
		devices.Open,
		sync.Open,
		letter.Open,
		chronology.Open,
		upload.Open,
		mail.Room{Folder: options.Mail}.Open,
		coordinate.Desk{Mail: options.Mail}.Open,
	}
}
