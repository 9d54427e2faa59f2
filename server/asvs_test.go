package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/account"
	"holdfast/hooks/signing"
	"holdfast/hooks/tally"
	"holdfast/server/devices"
)

// The standard as it is published: so many requirements of each level.
var asvsLevels = map[string]int{"1": 70, "2": 183, "3": 92}

// Proofs are tests, and files that a test compares with what is.
var (
	asvsRow   = regexp.MustCompile(`^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| ([^|]+) \| (met|not applicable|open) \| ([^|]+) \|$`)
	asvsLeft  = regexp.MustCompile(`^Level 3, left out: (.*)$`)
	asvsNamed = regexp.MustCompile("`([^`]+)`")
)

// ASVS.md has one line for each requirement of levels 1 and 2, and what it calls met is
// proved by tests and done by files that there are.
func TestASVSTableNamesRealProofs(t *testing.T) {
	root := filepath.Dir(must(os.Getwd()))
	tests := testsUnder(t, root)
	levels, sections, states := map[string]int{}, map[string][]int{}, map[string]int{}
	seen := map[string]bool{}
	count := func(number, level string) {
		if seen[number] {
			t.Errorf("%s stands twice", number)
		}
		seen[number] = true
		levels[level]++
		at := strings.LastIndex(number, ".")
		sections[number[:at]] = append(sections[number[:at]], must(strconv.Atoi(number[at+1:])))
	}
	for _, line := range strings.Split(string(must(os.ReadFile("ASVS.md"))), "\n") {
		if m := asvsLeft.FindStringSubmatch(line); m != nil {
			for _, n := range strings.Fields(m[1]) {
				count(strings.Trim(n, ",."), "3")
			}
		}
		m := asvsRow.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "| ") && line[2] >= '0' && line[2] <= '9' {
				t.Errorf("a line that nobody can read: %s", line)
			}
			continue
		}
		number, state, why := m[1]+"."+m[2]+"."+m[3], m[6], m[7]
		count(number, m[4])
		states[state]++
		proofs, files := 0, 0
		for _, named := range asvsNamed.FindAllStringSubmatch(why, -1) {
			switch name := named[1]; {
			case strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz"):
				if !tests[name] {
					t.Errorf("%s names %s, which is no test", number, name)
				}
				proofs++
			case strings.Contains(name, "/") && !strings.ContainsAny(name, " :") && !strings.HasPrefix(name, "/") || strings.HasSuffix(name, ".md"):
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					t.Errorf("%s names %s, which is not there", number, name)
				}
				files++
			}
		}
		if state == "met" && (proofs == 0 || files == 0) {
			t.Errorf("%s is called met with %d tests and %d files", number, proofs, files)
		}
		if len(why) < 12 {
			t.Errorf("%s has no reason", number)
		}
	}
	if !maps.Equal(levels, asvsLevels) {
		t.Errorf("requirements by level: %v, the standard has %v", levels, asvsLevels)
	}
	for section, numbers := range sections {
		slices.Sort(numbers)
		if numbers[0] != 1 || numbers[len(numbers)-1] != len(numbers) {
			t.Errorf("V%s has the requirements %v", section, numbers)
		}
	}
	t.Logf("met %d, not applicable %d, open %d", states["met"], states["not applicable"], states["open"])
	if said := fmt.Sprintf("**%d met, %d not applicable, %d open**", states["met"], states["not applicable"], states["open"]); !strings.Contains(string(must(os.ReadFile("ASVS.md"))), said) {
		t.Errorf("the table does not say %s", said)
	}
}

// testsUnder are the names of all test functions.
func testsUnder(t *testing.T, root string) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	sources(t, root, func(path string, f *ast.File) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz")) {
				tests[fn.Name.Name] = true
			}
		}
	})
	if len(tests) < 500 {
		t.Fatalf("only %d tests are seen", len(tests))
	}
	return tests
}

// sources reads every Go file below a folder; its path is told from there.
func sources(t *testing.T, root string, each func(path string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			each(strings.TrimPrefix(path, root+"/"), f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What SECURITY.md says is what the code does.
func TestTheSecurityPageIsAsTheCode(t *testing.T) {
	page := string(must(os.ReadFile("SECURITY.md")))
	days := func(d time.Duration) string { return fmt.Sprintf("%d days", d/(24*time.Hour)) }
	says := []string{
		fmt.Sprintf("access tokens of %d minutes", devices.AccessLife/time.Minute),
		fmt.Sprintf("for %d minutes the registering of a phone", devices.FreshSignIn/time.Minute),
		fmt.Sprintf("| a phone | %s | %s |", days(devices.RefreshIdle), days(devices.RefreshAbsolute)),
		fmt.Sprintf("has %d phones at most", account.PhonesEach),
		fmt.Sprintf("from one address %d tries are free, at one account from everywhere %d, and after %d different accounts", tally.FreePair, tally.FreeAnywhere, tally.FreeAccounts),
		fmt.Sprintf("begins at %d seconds, doubles, and ends at %d minutes", tally.FirstWait/time.Second, tally.LongestWait/time.Minute),
	}
	for _, line := range strings.Split(page, "\n") {
		for _, p := range signing.Purposes {
			if strings.HasPrefix(line, "| `"+p.Name+"` |") {
				says = append(says, "| after "+days(p.Turn()))
				if !strings.Contains(line, "| after "+days(p.Turn())) {
					t.Errorf("a key is replaced after %s: %s", days(p.Turn()), line)
				}
			}
		}
	}
	if len(says) != 6+len(signing.Purposes) {
		t.Errorf("not every key has its line: %d of %d", len(says)-6, len(signing.Purposes))
	}
	for _, s := range says {
		if !strings.Contains(page, s) {
			t.Errorf("SECURITY.md does not say %q", s)
		}
	}
}
