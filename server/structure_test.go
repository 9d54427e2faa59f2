package main

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// listed is one package of ours as go list tells it.
type listed struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
}

func ours(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", "holdfast/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// forbidden are the arrows that the architecture does not have, each with why.
var forbidden = []struct{ from, to, why string }{
	{"holdfast/mobile-contract", "holdfast/", "the contract stands alone: a client's author reads nothing else"},
	{"holdfast/mobile-contract", "github.com/", "the contract needs the standard library only"},
	{"holdfast/collections", "holdfast/hooks", "what exists does not depend on what must be true of it"},
	{"holdfast/collections", "holdfast/server", "what exists does not depend on what can be reached"},
	{"holdfast/hooks", "holdfast/server", "a rule holds whoever writes, and knows no door"},
	{"holdfast/hooks/pathway", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/chronology", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/chronology", "holdfast/collections", "a pure engine is given its data"},
	{"holdfast/hooks/knownas", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/identifier", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/workday", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/lettertext", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/letterpage", "github.com/pocketbase/", "a pure engine takes no app"},
	{"holdfast/hooks/letterpage", "holdfast/collections", "a pure engine is given its data"},
	{"holdfast/hooks/typeface", "github.com/pocketbase/", "a pure engine takes no app"},
	{"holdfast/hooks/typeface", "holdfast/", "type knows no letters"},
	{"holdfast/hooks/pdffile", "github.com/", "a writer of PDF needs the standard library only"},
	{"holdfast/hooks/pdffile", "holdfast/", "a writer of PDF knows no letters"},
	{"holdfast/hooks/champion", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/tally", "github.com/", "a pure engine takes no app"},
	{"holdfast/hooks/spreadsheet", "holdfast/", "a spreadsheet knows no records"},
	{"holdfast/hooks/pathway", "holdfast/collections", "a pure engine is given its data"},
	{"holdfast/hooks/workday", "holdfast/collections", "a pure engine is given its data"},
	{"holdfast/hooks/lettertext", "holdfast/collections", "a pure engine is given its data"},
	{"holdfast/hooks/champion", "holdfast/collections", "a pure engine is given its data"},
}

func TestImportsPointOneWay(t *testing.T) {
	all := ours(t)
	if len(all) < 10 {
		t.Fatalf("only %d packages seen", len(all))
	}
	for _, p := range all {
		for _, to := range p.Imports {
			for _, f := range forbidden {
				if within(p.ImportPath, f.from) && strings.HasPrefix(to+"/", f.to) && !within(to, f.from) {
					t.Errorf("%s imports %s: %s", p.ImportPath, to, f.why)
				}
			}
			if room(p.ImportPath) != "" && room(to) != "" && room(p.ImportPath) != room(to) {
				t.Errorf("%s imports %s: rooms never import one another", p.ImportPath, to)
			}
		}
	}
}

// floors are the subjects of the rules from below to above (hooks/doc.go): each knows those
// before it. What it calls upon of one after it, hooks.go gives it a name for.
var floors = []string{"kernel", "upkeep", "pack", "tell", "signin", "openid", "glass", "account", "scheme", "family", "risk", "engagement", "letter", "partnership", "casework", "evidence", "asked"}

func TestSubjectsStandOnOneAnother(t *testing.T) {
	floor := map[string]int{"holdfast/hooks": len(floors)}
	for i, name := range floors {
		floor["holdfast/hooks/"+name] = i
	}
	seen := 0
	for _, p := range ours(t) {
		at, subject := floor[p.ImportPath]
		if !within(p.ImportPath, "holdfast/hooks") || strings.HasSuffix(p.ImportPath, "test") {
			continue
		}
		if subject {
			seen++
		}
		for _, to := range p.Imports {
			if below, ok := floor[to]; ok && !subject {
				t.Errorf("%s imports %s: what the rules stand on knows no rule", p.ImportPath, to)
			} else if ok && below >= at {
				t.Errorf("%s imports %s, which stands above it", p.ImportPath, to)
			}
		}
	}
	if seen != len(floors)+1 {
		t.Errorf("%d of %d subjects were seen", seen, len(floors)+1)
	}
}

func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// room is the room that a package is in; the demo's cast stands in every test.
func room(path string) string {
	rest, ok := strings.CutPrefix(path, "holdfast/server/")
	if !ok || within(path, "holdfast/server/demo") || within(path, "holdfast/server/tour") {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func TestEveryPackageHasItsSign(t *testing.T) {
	for _, p := range ours(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		name := "doc.go"
		if len(p.GoFiles) == 1 {
			name = p.GoFiles[0] // a command of one file carries its sign itself
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil || f.Doc == nil {
			t.Errorf("%s has no doc.go with a sign on the door (%v)", p.ImportPath, err)
		}
	}
}

func TestNoHandWrittenFileIsLong(t *testing.T) {
	root := filepath.Dir(must(os.Getwd()))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "built" || d.Name() == "pb_data") {
			return filepath.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go", ".js", ".mjs", ".ts", ".css", ".html":
		default:
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil || bytes.Contains(raw[:min(len(raw), 200)], []byte("Code generated")) {
			return err
		}
		if n := bytes.Count(raw, []byte("\n")); n >= 400 {
			t.Errorf("%s has %d lines: look for the second thing in it", strings.TrimPrefix(path, root), n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
