package place

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"holdfast/hooks/store"
)

// Variable names the folder for every command, unless --dir does.
const Variable = "HOLDFAST_DIR"

// Folder is where the store is when no flag says otherwise.
func Folder() string {
	if dir := os.Getenv(Variable); dir != "" {
		return dir
	}
	return "pb_data"
}

// Exists reports whether there is a store in a folder.
func Exists(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
		return fmt.Errorf("there is no store in %s (give its folder with --dir or %s): %w", dir, Variable, err)
	}
	return nil
}

// kept holds what is taken: a lock whose file nobody knows any more is collected with it.
var kept []func() error

// Take holds a store for this process until it ends.
func Take(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	release, err := store.Lock(filepath.Join(dir, "lock"), false)
	var held *store.Held
	if errors.As(err, &held) {
		return fmt.Errorf("another holdfast, process %d, has the store in %s: one process a store (stop that one, or give another folder with --dir)", held.Process, dir)
	}
	if err == nil {
		kept = append(kept, release)
	}
	return err
}
