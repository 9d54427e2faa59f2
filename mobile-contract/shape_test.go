package contract

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var shapeLine = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d+) \\| `([0-9a-f]{12})` \\| (.*) \\|$")

// shaped is one line of SHAPES.md.
type shaped struct {
	since     int
	hash, why string
}

// A record that changed its shape is one that phones out there hold in the old one. Whoever
// changes it decides: they learn it, and get these records again, or they need not.
func TestEveryChangedShapeWasDecidedOn(t *testing.T) {
	lines := shapesIn(read(t, "SHAPES.md"))
	paths, err := filepath.Glob("schema/records/*.json")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d record schemas (%v)", len(paths), err)
	}
	there := map[string]bool{}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".json")
		there[name] = true
		hash, since, err := Shape([]byte(read(t, p)))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range undecided(lines[name], hash, since) {
			t.Errorf("%s: %s. Raise its Since, with the contract's version, where phones must learn it, or say why they need not:\n| `%s` | %d | `%s` | … |", name, wrong, name, since, hash)
		}
	}
	for name := range lines {
		if !there[name] {
			t.Errorf("%s has a line and travels no more: a phone that holds such records is told to drop them; take the line out", name)
		}
	}
}

// What the check itself finds: it is what stands between a phone and a shape it does not
// know.
func TestAShapeThatNobodyDecidedOnIsFound(t *testing.T) {
	first := shaped{1, "aaaaaaaaaaaa", "as first published"}
	for what, c := range map[string]struct {
		lines []shaped
		hash  string
		since int
		good  bool
	}{
		"as it was":                        {[]shaped{first}, "aaaaaaaaaaaa", 1, true},
		"changed, and no line":             {[]shaped{first}, "bbbbbbbbbbbb", 1, false},
		"changed, and no reason":           {[]shaped{first, {1, "bbbbbbbbbbbb", ""}}, "bbbbbbbbbbbb", 1, false},
		"changed, and no real reason":      {[]shaped{first, {1, "bbbbbbbbbbbb", "…"}}, "bbbbbbbbbbbb", 1, false},
		"changed, and a reason":            {[]shaped{first, {1, "bbbbbbbbbbbb", "a field that an old app may leave out and need not show"}}, "bbbbbbbbbbbb", 1, true},
		"raised, and the line says so":     {[]shaped{first, {2, "bbbbbbbbbbbb", "phones learn it"}}, "bbbbbbbbbbbb", 2, true},
		"raised in the line alone":         {[]shaped{first, {2, "bbbbbbbbbbbb", "phones learn it"}}, "bbbbbbbbbbbb", 1, false},
		"raised in the noun alone":         {[]shaped{first}, "aaaaaaaaaaaa", 2, false},
		"lowered":                          {[]shaped{{2, "aaaaaaaaaaaa", "as first published"}, {1, "bbbbbbbbbbbb", "a reason that is long enough"}}, "bbbbbbbbbbbb", 1, false},
		"a new one":                        {nil, "cccccccccccc", 1, false},
		"a change taken back, and no line": {[]shaped{first, {1, "bbbbbbbbbbbb", "a reason that is long enough"}}, "aaaaaaaaaaaa", 1, false},
	} {
		if wrong := undecided(c.lines, c.hash, c.since); (len(wrong) == 0) != c.good {
			t.Errorf("%s: %v", what, wrong)
		}
	}
}

func undecided(lines []shaped, hash string, since int) (wrong []string) {
	if len(lines) == 0 {
		return []string{"it has no line in SHAPES.md"}
	}
	last := lines[len(lines)-1]
	if last.hash != hash {
		wrong = append(wrong, "its shape is "+hash+", and the last one decided on is "+last.hash)
	}
	if last.since != since {
		wrong = append(wrong, fmt.Sprintf("its records are said to have this shape since version %d, and its last line says %d", since, last.since))
	}
	for i, l := range lines[1:] {
		switch before := lines[i].since; {
		case l.since < before:
			wrong = append(wrong, "a version is taken back")
		case l.since == before && len(l.why) < 20:
			wrong = append(wrong, "the shape "+l.hash+" has no reason why phones need not learn it")
		}
	}
	return wrong
}

func shapesIn(text string) map[string][]shaped {
	out := map[string][]shaped{}
	for _, m := range shapeLine.FindAllStringSubmatch(text, -1) {
		since, _ := strconv.Atoi(m[2])
		out[m[1]] = append(out[m[1]], shaped{since, m[3], m[4]})
	}
	return out
}
