package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
	_ "modernc.org/sqlite" // the store's own driver

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/place"
	"holdfast/server/upload/bundle"
	"holdfast/server/upload/verify"
)

// errWrong is the exit of a check that found something; what, is printed already.
var errWrong = errors.New("something is wrong")

// verifyCommand holds the stored evidence against its rows. It opens no app: it
// writes nothing, and a server may run meanwhile.
func verifyCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "verify", Short: "Reads every stored original and copy again and compares it with its row (read-only)",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(c *cobra.Command, _ []string) error { return verifyStore(c.OutOrStdout(), dir) },
	}
	c.Flags().StringVar(&dir, "dir", place.Folder(), "the store's folder (or "+place.Variable+")")
	return c
}

func verifyStore(out io.Writer, dir string) error {
	path, err := filepath.Abs(filepath.Join(dir, "data.db"))
	if err != nil {
		return err
	}
	if err := place.Exists(dir); err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(10000)"}
	db, err := dbx.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := onThisDisk(db); err != nil {
		return err
	}
	found := 0
	n, err := verify.Store(db, verify.Disk(filepath.Join(dir, core.LocalStorageDirName)), func(f verify.Finding) {
		found++
		fmt.Fprintln(out, f)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d originals, %d copies, %d objects in storage: %d findings\n", n.Originals, n.Copies, n.Objects, found)
	if found > 0 {
		return errWrong
	}
	return nil
}

// onThisDisk refuses a store whose files are elsewhere: nothing here could be found
// wrong with them. Encrypted settings cannot be read without their key, and are of a
// server that says itself where its files are.
func onThisDisk(db dbx.Builder) error {
	var value string
	if err := db.NewQuery(`SELECT value FROM _params WHERE id = 'settings'`).Row(&value); err != nil {
		return fmt.Errorf("reading the store's settings: %w", err)
	}
	var s struct {
		S3 struct {
			Enabled bool `json:"enabled"`
		} `json:"s3"`
	}
	if err := json.Unmarshal([]byte(value), &s); err == nil && s.S3.Enabled {
		return errors.New("this store keeps its files in S3; verify reads local storage")
	}
	return nil
}

// verifyBundleCommand holds an exported bundle against its manifest and a key, away
// from any server.
func verifyBundleCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use: "verify-bundle FILE", Short: "Checks an exported bundle of evidence: signature, hashes, names (offline)",
		Args: cobra.ExactArgs(1), SilenceUsage: true, SilenceErrors: true,
		RunE: func(c *cobra.Command, args []string) error { return verifyBundle(c.OutOrStdout(), args[0], key) },
	}
	c.Flags().StringVar(&key, "key", "", "the server's public keys: a file with the answer of GET /api/keys, or one key itself in base64url")
	if err := c.MarkFlagRequired("key"); err != nil {
		panic(err)
	}
	return c
}

func verifyBundle(out io.Writer, path, key string) error {
	keys, revoked, err := readKeys(key)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, faults := bundle.Verify(f, info.Size(), keys...)
	for _, fault := range faults {
		fmt.Fprintln(out, fault)
	}
	if len(faults) > 0 {
		return errWrong
	}
	if since, ok := revoked[m.Key]; ok {
		fmt.Fprintf(out, "revoked the key %s on %s: what it signed is no proof any more\n", m.Key, since)
		return errWrong
	}
	fmt.Fprintf(out, "%d files of bundle %s, case %q, made %s by %q (account %q), signed with the key %s: all as signed\n", len(m.Files), m.ID, m.Case, m.MadeAt, m.MadeBy, m.Account, m.Key)
	return nil
}

// readKeys reads the public keys of a JSON Web Key Set, or the one key itself; revoked says
// of which the server told that nothing they signed is good, and since when.
func readKeys(given string) (keys []ed25519.PublicKey, revoked map[string]string, err error) {
	if raw, err := os.ReadFile(given); err == nil {
		given = strings.TrimSpace(string(raw))
	}
	var set contract.KeysAnswer
	if json.Unmarshal([]byte(given), &set) != nil {
		set.Keys = []contract.PublicKey{{X: given}}
	}
	revoked = map[string]string{}
	for _, k := range set.Keys {
		key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.X, "="))
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, nil, errNoKey
		}
		id := signing.KeyID(key)
		if k.ID != "" && k.ID != id {
			return nil, nil, fmt.Errorf("--key calls itself %s and is %s", k.ID, id)
		}
		if k.Status == signing.Revoked {
			revoked[id] = k.Until
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, nil, errNoKey
	}
	return keys, revoked, nil
}

var errNoKey = errors.New("--key is no public key: give the file with the answer of GET /api/keys, or its x")
