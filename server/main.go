package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"

	_ "holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/signing"
	"holdfast/hooks/store"
	"holdfast/server/chronology"
	"holdfast/server/coordinate"
	"holdfast/server/devices"
	"holdfast/server/gate"
	"holdfast/server/involved"
	"holdfast/server/letter"
	"holdfast/server/mail"
	"holdfast/server/openid"
	"holdfast/server/ops"
	phones "holdfast/server/phone"
	"holdfast/server/place"
	"holdfast/server/second"
	"holdfast/server/signin"
	"holdfast/server/sync"
	"holdfast/server/sync/powersync"
	"holdfast/server/upload"
)

func main() {
	place.Private()
	// A thread that waits for the disk keeps its processor until the runtime notices:
	// with two, two phones' bytes on their way to the disk hold up everybody.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
	// Two cores read no faster with a hundred readers, and each holds some 5 MB: the parsed
	// schema and its compiled statements.
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: place.Folder(), DBConnect: store.Open, DataMaxOpenConns: 10, DataMaxIdleConns: 8})
	hooks.Bind(app)
	ops.Bind(app)

	var options ops.Options
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := hooks.Ready(e.App); err != nil {
			return err
		}
		if err := signing.Keep(e.App); err != nil {
			return err
		}
		for _, open := range rooms(&options) {
			if err := open(e); err != nil {
				return err
			}
		}
		onlyGood(e.Server.TLSConfig)
		return serveOperators(e, options.Admin)
	})
	commands(app, &options)
	if err := run(app); err != nil {
		fmt.Fprintln(os.Stderr, "holdfast:", err)
		os.Exit(1)
	}
}

// rooms are the doors of the house, in the order they open.
func rooms(options *ops.Options) []func(*core.ServeEvent) error {
	return []func(*core.ServeEvent) error{
		options.Open,
		gate.Open,
		signin.Open,
		devices.Open,
		openid.Open(options.OpenID),
		second.Open,
		sync.Open,
		powersync.Open,
		letter.Open,
		chronology.Open,
		involved.Open,
		upload.Options{Clamd: options.Clamd}.Open,
		mail.Room{Folder: options.Mail, Push: mail.Push{Key: os.Getenv("HOLDFAST_PUSH_KEY"), Contact: options.PushContact},
			Text: mail.Text{URL: options.TextURL, Key: os.Getenv("HOLDFAST_TEXT_KEY"), Template: options.TextTemplate}}.Open,
		coordinate.Desk{Mail: options.Mail, OpenID: options.OpenID}.Open,
		phones.Open,
	}
}
