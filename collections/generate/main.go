package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes every document under the module's root and removes those of
// nouns and messages that are no more.
func generate() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	files, err := documents(root)
	if err != nil {
		return err
	}
	stale, err := leftOver(root, files)
	if err != nil {
		return err
	}
	for _, path := range stale {
		if err := os.Remove(filepath.Join(root, path)); err != nil {
			return err
		}
	}
	for path, content := range files {
		to := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// leftOver are the schemas on disk that nothing generates any more.
func leftOver(root string, files map[string][]byte) ([]string, error) {
	var out []string
	for _, folder := range []string{schemaFolder, recordFolder} {
		found, err := filepath.Glob(filepath.Join(root, folder, "*.json"))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if path := folder + "/" + filepath.Base(f); files[path] == nil {
				out = append(out, path)
			}
		}
	}
	return out, nil
}

// moduleRoot is the folder of go.mod, from wherever go generate stands.
func moduleRoot() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return "", errors.New("there is no go.mod above this folder")
		}
		at = up
	}
}
