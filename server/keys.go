package main

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"holdfast/hooks/feed"
	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/server/place"
)

// soon is when a server that runs meanwhile knows of it.
const soon = "A server that is running takes this up within a minute.\n"

// keysCommand shows and changes the key ring, beside a running server or without one.
func keysCommand(app *pocketbase.PocketBase) *cobra.Command {
	c := group(&cobra.Command{
		Use: "keys", Short: "Shows, replaces and revokes the server's keys",
		Long: "The server's keys lie in " + signing.Folder + "/ in the store's folder, or where the variable " + signing.Handed + " says.\nNone is ever shown: this is about their names and their age.",
	})
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if err := place.Exists(app.DataDir()); err != nil && c.Annotations[standing] != apart {
			return err // nothing is made where it was only asked
		}
		return open(app, c)
	}
	c.AddCommand(
		stands(apart, &cobra.Command{Use: "push", Short: "Makes a key for web push, which an area keeps with its settings", Args: cobra.NoArgs,
			Long: "Prints a new key for web push (RFC 8292). Whoever has it can ring every phone that subscribed to it; who subscribed to another has to subscribe anew.",
			RunE: func(c *cobra.Command, _ []string) error {
				private, err := ecdh.P256().GenerateKey(rand.Reader)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "HOLDFAST_PUSH_KEY=%s\n", base64.RawURLEncoding.EncodeToString(private.Bytes()))
				return nil
			}}),
		&cobra.Command{Use: "list", Short: "Lists every key: what it is for, its name, since when, and until when", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			keys, err := ring(app)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "PURPOSE\tKEY\tSTANDING\tSINCE\tUNTIL")
			for _, k := range keys.All() {
				until := ""
				if !k.Ended.IsZero() {
					until = k.Ended.Format(time.DateOnly)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", k.For, k.ID, k.Status, k.Created.Format(time.DateOnly), until)
			}
			return w.Flush()
		}},
		&cobra.Command{Use: "rotate [PURPOSE]", Short: "Replaces the keys of one purpose, or all; what they signed stays good", Long: purposes(), Args: cobra.MaximumNArgs(1), RunE: func(c *cobra.Command, args []string) error {
			keys, err := ring(app)
			if err != nil {
				return err
			}
			if err := keys.Rotate(append(args, "")[0], time.Now()); err != nil {
				return err
			}
			fmt.Fprint(c.OutOrStdout(), "New keys are made; what the ones before signed stays good.\n"+soon)
			return nil
		}},
		&cobra.Command{Use: "revoke KEY", Short: "Takes a key out of belief, with everything it signed", Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
			keys, err := ring(app)
			if err != nil {
				return err
			}
			if err := keys.Revoke(args[0], time.Now()); err != nil {
				return err
			}
			fmt.Fprint(c.OutOrStdout(), "Nothing that this key signed is believed any more.\n"+soon)
			return nil
		}},
		stands(alone, &cobra.Command{Use: "new", Short: "Makes a new ring for a store whose own is lost for good", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			if err := served(app); err != nil {
				return err
			}
			if err := signing.Anew(app, time.Now()); err != nil {
				return err
			}
			if err := lineage.New(app, lineage.NewKeys); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "The store has new keys, and a new history begins. Every phone must sign in again, and offers what it had handed in once more.\nAuthenticator apps and passkeys no longer open anything: people sign in with a recovery code, or the lead of their agency resets their second factor, and they set one up anew; operators get theirs by \"superuser code EMAIL\".\nReceipts and bundles from before are checked with the public keys that people kept.")
			return nil
		}}),
	)
	return c
}

func purposes() string {
	text := "What keys are for:\n"
	for _, p := range signing.Purposes {
		text += fmt.Sprintf("  %-10s %s\n", p.Name, p.Says)
	}
	return text
}

func ring(app *pocketbase.PocketBase) (*signing.Keys, error) {
	if err := served(app); err != nil {
		return nil, err
	}
	return signing.Load(app)
}

// served refuses a store that no server has opened yet: its keys are made at the first
// start.
func served(app *pocketbase.PocketBase) error {
	if _, err := feed.Epoch(app.ConcurrentDB()); err != nil {
		return errors.Join(errors.New("this store was never served: its keys are made when it is"), err)
	}
	return nil
}
