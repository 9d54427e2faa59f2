package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each cut still takes something away, and the test that is to turn red is there: else a
// guard lost its test without anybody's noticing.
func TestEveryCutApplies(t *testing.T) {
	tests := map[string]string{} // package -> its tests' source
	onTheWay := 0
	for _, c := range cuts() {
		whole, err := os.ReadFile(filepath.Join("../..", c.file))
		if err != nil {
			t.Error(err)
			continue
		}
		if broken, err := c.apply(string(whole)); err != nil || broken == string(whole) {
			t.Errorf("%s, for %s: %v\n\t%s", c.file, c.test, err, c.stands)
		}
		if tests[c.in] == "" {
			files, _ := filepath.Glob(filepath.Join("../..", c.in, "*_test.go"))
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				tests[c.in] += string(raw)
			}
		}
		for _, name := range strings.Split(c.test, "|") {
			if !regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`).MatchString(tests[c.in]) {
				t.Errorf("%s has no test %s", c.in, name)
			}
		}
		for _, place := range []string{"server/sync/", "hooks/quicker/", "hooks/store/"} {
			if strings.HasPrefix(c.file, place) {
				onTheWay++
			}
		}
	}
	if n := len(cuts()); n < 60 || onTheWay*3 < n {
		t.Errorf("%d cuts, %d of them on the way of a note", n, onTheWay)
	}
}
