package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// cut is one guard taken away: in a file, what stands there once, and what is put in its
// place; the package whose test must turn red, and which test.
type cut struct{ file, stands, instead, in, test string }

// cuts are all of them.
func cuts() []cut {
	var all []cut
	for _, of := range [][]cut{wayCuts, storeCuts, ruleCuts, engineCuts, roomCuts} {
		all = append(all, of...)
	}
	return all
}

func main() {
	only := flag.String("cuts", "", "only those whose file, package or test matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run makes the cuts that match, each in the same copy of the folder it is called in.
func run(ctx context.Context, only string) error {
	matches, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	copied, err := os.MkdirTemp("", "sabotage")
	if err != nil {
		return err
	}
	defer os.RemoveAll(copied)
	if err := copyTree(".", copied); err != nil {
		return fmt.Errorf("copying: %w", err)
	}
	made, failed := 0, 0
	for _, c := range cuts() {
		if !matches.MatchString(c.file + " " + c.in + " " + c.test) {
			continue
		}
		began := time.Now()
		made++
		said := "red"
		if err := c.make(ctx, copied); err != nil {
			failed++
			said = "NOT RED: " + err.Error()
		}
		fmt.Printf("%-40s %-60s %s, %.0f s\n", c.file, c.test, said, time.Since(began).Seconds())
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	switch {
	case made == 0:
		return fmt.Errorf("no cut matches %q", only)
	case failed > 0:
		return fmt.Errorf("%d of %d cuts turned nothing red", failed, made)
	}
	fmt.Printf("%d cuts, all red\n", made)
	return nil
}

// make takes the guard away in the copy, runs the test, and puts the guard back. An error
// says that the test did not fail.
func (c cut) make(ctx context.Context, copied string) error {
	path := filepath.Join(copied, c.file)
	whole, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	broken, err := c.apply(string(whole))
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
		return err
	}
	defer os.WriteFile(path, whole, 0o600) //nolint:errcheck // the next cut of the file says so
	test := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout=20m", "-run", "^("+c.test+")$", "./"+c.in)
	test.Dir = copied
	out, err := test.CombinedOutput()
	switch said := string(out); {
	case strings.Contains(said, "[build failed]") || strings.Contains(said, "[setup failed]"):
		return fmt.Errorf("does not build:\n%s", said)
	case strings.Contains(said, "no tests to run"):
		return fmt.Errorf("no such test")
	case err == nil:
		return fmt.Errorf("stayed green")
	case !strings.Contains(said, "--- FAIL") && !strings.Contains(said, "panic:") && !strings.Contains(said, "fatal error:"):
		return fmt.Errorf("did not run:\n%s", said)
	}
	return nil
}

// apply is the text with the guard taken away.
func (c cut) apply(whole string) (string, error) {
	if n := strings.Count(whole, c.stands); n != 1 {
		return "", fmt.Errorf("no longer applies: its text stands there %d times", n)
	}
	return strings.Replace(whole, c.stands, c.instead, 1), nil
}

// copyTree copies what tests need: not what others fetch again.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := d.Name(); {
		case d.IsDir() && (name == ".git" || name == "node_modules" || name == "pb_data"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), raw, 0o600)
	})
}
