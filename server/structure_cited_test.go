package main

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/collections"
)

var (
	commentEdge   = regexp.MustCompile(`(?m)\s*$\s*//`)
	citedPractice = regexp.MustCompile(`\b[Dd]omain(?: reference)?,?(?: section)? (\d+(?:\.\d+)?)([a-z])?\b`)
	citedGuard    = regexp.MustCompile(`\bguards? (G\d+)\b`)
	citedTraps    = regexp.MustCompile(`\btraps? (T\d+)(?: and (T\d+))?`)
	headed        = regexp.MustCompile(`(?m)^#{2,3} (\d+(?:\.\d+)?) `)
	rowed         = regexp.MustCompile(`(?m)^\| ([GT]\d+)\b`)
	trapped       = regexp.MustCompile("(?m)^\\| (T\\d+) \\| [^|]+ \\| (.+) \\|$")
)

// What a comment cites is in the repository, under its number: the practice in
// hooks/PRACTICE.md, what other engines fell into in server/sync/TRAPS.md.
func TestWhatACommentCitesIsThere(t *testing.T) {
	root := filepath.Dir(must(os.Getwd()))
	practice := string(must(os.ReadFile(filepath.Join(root, "hooks/PRACTICE.md"))))
	traps := string(must(os.ReadFile(filepath.Join(root, "server/sync/TRAPS.md"))))
	sections, guards, numbers := firsts(headed, practice), firsts(rowed, practice), firsts(rowed, traps)
	cited := 0
	sources(t, root, func(path string, _ *ast.File) {
		source := string(must(os.ReadFile(filepath.Join(root, path))))
		text := strings.Join(strings.Fields(commentEdge.ReplaceAllString(source, " ")), " ")
		for _, m := range citedPractice.FindAllStringSubmatch(text, -1) {
			cited++
			if !sections[m[1]] || !strings.Contains(practice, m[1]+m[2]) {
				t.Errorf("%s cites domain %s, which hooks/PRACTICE.md has not", path, m[1]+m[2])
			}
		}
		for _, m := range citedGuard.FindAllStringSubmatch(text, -1) {
			if cited++; !guards[m[1]] {
				t.Errorf("%s cites guard %s, which hooks/PRACTICE.md has not", path, m[1])
			}
		}
		for _, m := range citedTraps.FindAllStringSubmatch(text, -1) {
			for _, number := range m[1:] {
				if cited++; number != "" && !numbers[number] {
					t.Errorf("%s cites trap %s, which server/sync/TRAPS.md has not", path, number)
				}
			}
		}
	})
	if cited < 140 {
		t.Errorf("only %d citations are seen", cited)
	}
}

// Every trap names the test that would be red in it.
func TestEveryTrapHasItsTest(t *testing.T) {
	tests := testsUnder(t, filepath.Dir(must(os.Getwd())))
	rows := trapped.FindAllStringSubmatch(string(must(os.ReadFile("sync/TRAPS.md"))), -1)
	if len(rows) != 40 {
		t.Errorf("%d traps can be read, of 40", len(rows))
	}
	for _, row := range rows {
		named := asvsNamed.FindAllStringSubmatch(row[2], -1)
		if len(named) == 0 {
			t.Errorf("trap %s names no test", row[1])
		}
		for _, m := range named {
			if strings.HasPrefix(m[1], "Test") && !tests[m[1]] {
				t.Errorf("trap %s is to be proved by %s, which there is not", row[1], m[1])
			}
		}
	}
}

// firsts is what a pattern's first group found.
func firsts(pattern *regexp.Regexp, text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return found
}

// A role is one of collections/role.go, by name: no rule compares it with a text, which a
// new role or a slip of the pen would pass by in silence.
func TestARoleIsNamedAndNeverSpelt(t *testing.T) {
	names := slices.DeleteFunc(collections.RoleNames(), func(name string) bool {
		return slices.Contains([]string{"practitioner", "manager", "champion"}, name) // other things have these names too
	})
	spelt := regexp.MustCompile("['\"](" + strings.Join(names, "|") + ")['\"]")
	root := filepath.Dir(must(os.Getwd()))
	sources(t, root, func(path string, _ *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "server/demo/") || strings.HasPrefix(path, "server/tour/") ||
			slices.Contains([]string{
				"collections/role.go",
				"collections/evidence_disposal.go", // a field of that name
				"hooks/evidence/disposal.go",       // the same
				"hooks/champion/act.go",            // who acts in the scheme: the engine knows no accounts
				"hooks/signin/password.go",         // words that no password is made of
			}, path) {
			return
		}
		for i, line := range strings.Split(string(must(os.ReadFile(filepath.Join(root, path)))), "\n") {
			if m := spelt.FindString(line); m != "" {
				t.Errorf("%s:%d spells the role %s: %s", path, i+1, m, strings.TrimSpace(line))
			}
		}
	})
}

// Nor is what somebody is to a case compared as a text: collections.Part is asked, or
// kernel.May, where each deed says once who does it.
func TestAPartOfACaseIsAskedAndNeverCompared(t *testing.T) {
	compared := regexp.MustCompile(`(==|!=|case) "(lead|member|manager|system)"`)
	root := filepath.Dir(must(os.Getwd()))
	sources(t, root, func(path string, _ *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "hooks/pathway/") || // the engine knows an event's role, and no case
			path == "hooks/upkeep/difference.go" { // a field of a collection
			return
		}
		for i, line := range strings.Split(string(must(os.ReadFile(filepath.Join(root, path)))), "\n") {
			if m := compared.FindString(line); m != "" {
				t.Errorf("%s:%d compares a part: %s", path, i+1, strings.TrimSpace(line))
			}
		}
	})
}
