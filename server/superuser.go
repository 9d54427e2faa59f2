package main

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// superuserCommand is PocketBase's own, which counts its arguments and asks for a password
// that is not among them: the command line stands in the shell's history and in ps.
func superuserCommand(app *pocketbase.PocketBase) *cobra.Command {
	c := group(cmd.NewSuperuserCommand(app))
	for _, sub := range c.Commands() {
		switch sub.Name() {
		case "create", "update", "upsert":
			sub.Use += " EMAIL [PASSWORD]"
			sub.Example = "superuser " + sub.Name() + " you@example.org   (asks for the password, or reads it from standard input)"
			sub.Args = cobra.RangeArgs(1, 2)
			do := sub.RunE
			sub.RunE = func(c *cobra.Command, args []string) error {
				if len(args) == 1 {
					password, err := ask(os.Stdin, os.Stderr)
					if err != nil {
						return err
					}
					args = append(args, password)
				}
				if err := ready(app); err != nil { // who is made is on record from the first on
					return err
				}
				if err := do(c, args); err != nil || sub.Name() == "update" {
					return err
				}
				return giveCode(c, app, args[0], false)
			}
		case "delete":
			sub.Use += " EMAIL"
			sub.Args = cobra.ExactArgs(1)
			do := sub.RunE
			sub.RunE = func(c *cobra.Command, args []string) error {
				if _, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, args[0]); errors.Is(err, sql.ErrNoRows) {
					return fmt.Errorf("there is no superuser %s", args[0]) // PocketBase says so and succeeds
				}
				return do(c, args)
			}
		case "otp": // there is no code that signs in alone
			c.RemoveCommand(sub)
		}
	}
	c.AddCommand(codeCommand(app))
	return c
}

// ask reads a password: twice and unseen from a terminal, else one line.
func ask(from *os.File, to io.Writer) (string, error) {
	if !term.IsTerminal(int(from.Fd())) {
		line, err := bufio.NewReader(from).ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return "", errors.Join(errors.New("no password: give it on standard input, or run this in a terminal to be asked"), err)
		}
		return line, nil
	}
	var given [2]string
	for i, word := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(to, word)
		raw, err := term.ReadPassword(int(from.Fd()))
		fmt.Fprintln(to)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		given[i] = string(raw)
	}
	if given[0] != given[1] {
		return "", errors.New("the two passwords differ")
	}
	return given[0], nil
}
