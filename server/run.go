package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"

	"holdfast/server/ops"
	"holdfast/server/place"
)

// How a command stands to the store; without a word it may run beside a server, since it
// only adds or changes rows through the app, which holds every rule.
const (
	standing = "store"
	apart    = "apart" // it opens none
	alone    = "alone" // nobody else may have it meanwhile
)

func stands(how string, c *cobra.Command) *cobra.Command {
	c.Annotations = map[string]string{standing: how}
	return c
}

// commands are all that the binary does.
func commands(app *pocketbase.PocketBase, options *ops.Options) {
	root := app.RootCmd
	root.Version = version()
	root.InitDefaultVersionFlag() // cobra makes them when it has looked for the command, and takes what
	root.InitDefaultHelpFlag()    // comes after one that it does not know for that one's value
	root.FParseErrWhitelist.UnknownFlags = false
	root.SilenceErrors, root.SilenceUsage = true, true // main says what went wrong, once
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return open(app, c) }
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, c.CommandPath())
	})
	root.PersistentFlags().Lookup("dir").Usage = "the store's folder (or " + place.Variable + ")"
	root.AddCommand(stands(alone, serveCommand(app, options)), superuserCommand(app), stands(alone, repairCommand(app)), stands(apart, restoreCommand(app)), keysCommand(app), inviteCommand(app), crestCommand(app),
		stands(apart, tourCommand()), stands(apart, verifyCommand()), stands(apart, verifyBundleCommand()))
	migratecmd.MustRegister(app, root, migratecmd.Config{})
	migrate, _, err := root.Find([]string{"migrate"})
	if err != nil {
		panic(err)
	}
	stands(alone, migrate).Args = one("up", "down", "history-sync", "create", "collections")
}

// one lets the first argument be one of the words, or be left out.
func one(words ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return cobra.OnlyValidArgs(&cobra.Command{Use: c.Use, ValidArgs: words}, args[:1])
	}
}

// group is a command that only holds others. PocketBase's, and cobra's own, take any
// other word in silence.
func group(c *cobra.Command) *cobra.Command {
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unknown command %q for %q (see %s --help)", args[0], c.CommandPath(), c.CommandPath())
		}
		return c.Help()
	}
	return stands(apart, c)
}

// open brings the store into being for a command whose flags and arguments are right.
func open(app *pocketbase.PocketBase, c *cobra.Command) error {
	if c.Annotations[standing] == apart {
		return nil
	}
	if name := app.EncryptionEnv(); name != "" && len(os.Getenv(name)) != 32 {
		return fmt.Errorf("--encryptionEnv names the variable %s, which must hold a key of 32 characters and holds %d: nothing is started without it", name, len(os.Getenv(name)))
	}
	if c.Annotations[standing] == alone {
		if err := place.Take(app.DataDir()); err != nil {
			return err
		}
	}
	n, err := place.Tighten(app.DataDir())
	if err != nil {
		return fmt.Errorf("closing the store to others: %w", err)
	}
	if n > 0 {
		fmt.Fprintf(os.Stderr, "holdfast: %d files and folders in %s were open to others on this machine, and are closed to them now\n", n, app.DataDir())
	}
	return app.Bootstrap()
}

// run does what the command line says and answers how it went: PocketBase's own Execute
// keeps a command's error to itself.
func run(app *pocketbase.PocketBase) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- app.RootCmd.Execute() }()
	var err error
	select {
	case err = <-done:
	case <-stop:
	}
	end := &core.TerminateEvent{App: app}
	return errors.Join(err, app.OnTerminate().Trigger(end, func(e *core.TerminateEvent) error {
		return e.App.ResetBootstrapState()
	}))
}
