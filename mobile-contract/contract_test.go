package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// A schema of the wire that changed without a line in the changelog is a promise changed in
// silence. What a record looks like is decided on in SHAPES.md, once, in its own line.
func TestTheSchemasHaveALineInTheChangelog(t *testing.T) {
	paths, err := filepath.Glob("schema/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 10 {
		t.Fatalf("only %d schemas", len(paths))
	}
	sort.Strings(paths)
	sum := sha256.New()
	for _, p := range paths {
		if filepath.Base(p) == "Put.json" {
			continue // a list of the collections, whose records are decided on in SHAPES.md
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write([]byte(filepath.ToSlash(p) + "\n"))
		sum.Write(raw)
	}
	hash := hex.EncodeToString(sum.Sum(nil))[:16]
	log := read(t, "CHANGELOG.md")
	if !strings.Contains(log, "| `"+hash+"` |") {
		t.Errorf("CHANGELOG.md has no line for these schemas. Say what changed, under the version that it belongs to:\n| `%s` | … |", hash)
	}
	if !strings.Contains(log, "\n## "+strconv.Itoa(Version)+"\n") {
		t.Errorf("CHANGELOG.md has no chapter for version %d", Version)
	}
}

var (
	rule  = regexp.MustCompile(`(?m)^- \*\*M(\d+)\*\* \((server|client)\) `)
	proof = regexp.MustCompile("Proof: (.*)")
	name  = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	quote = regexp.MustCompile("`((?:push|pull|merge|digest|ids|proof|letter|pathway|workday)\\.json)`")
	cites = regexp.MustCompile(`"M(\d+)"`)
)

// Each MUST has one number and names what proves it; what it names is there.
func TestEveryMustNamesItsProof(t *testing.T) {
	spec := read(t, "SPEC.md")
	tests := testsOfTheHouse(t)
	seen, last := map[int]bool{}, 0
	at := rule.FindAllStringSubmatchIndex(spec, -1)
	if len(at) < 50 {
		t.Fatalf("only %d rules were found", len(at))
	}
	for i, m := range at {
		end := len(spec)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		n, _ := strconv.Atoi(spec[m[2]:m[3]])
		if n <= last {
			t.Errorf("M%d comes after M%d", n, last)
		}
		seen[n], last = true, n
		text := spec[m[0]:end]
		if !strings.Contains(text, "MUST") {
			t.Errorf("M%d says no MUST", n)
		}
		p := proof.FindStringSubmatch(text)
		if p == nil {
			t.Errorf("M%d names no proof", n)
			continue
		}
		for _, test := range name.FindAllStringSubmatch(p[1], -1) {
			if !tests[test[1]] {
				t.Errorf("M%d names %s, which is not there", n, test[1])
			}
		}
		for _, file := range quote.FindAllStringSubmatch(p[1], -1) {
			if file[1] == "push.json" || file[1] == "pull.json" || file[1] == "history.json" {
				if !strings.Contains(read(t, "vectors/"+file[1]), `"M`+strconv.Itoa(n)+`"`) {
					t.Errorf("M%d names %s, and no vector there proves it", n, file[1])
				}
			} else {
				read(t, "vectors/"+file[1])
			}
		}
	}
	for _, file := range []string{"push.json", "pull.json", "history.json"} {
		for _, c := range cites.FindAllStringSubmatch(read(t, "vectors/"+file), -1) {
			if n, _ := strconv.Atoi(c[1]); !seen[n] {
				t.Errorf("%s proves M%d, which is not in SPEC.md", file, n)
			}
		}
	}
}

func testsOfTheHouse(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(raw, -1) {
			out[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
