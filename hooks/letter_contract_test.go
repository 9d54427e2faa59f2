package hooks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	blockCode = regexp.MustCompile(`(?:one\(|[Bb]lock\{\s*)"[a-z_]+", "([a-z_]+)"`)
	faultCode = regexp.MustCompile(`Fault\w+\s+Fault = "([a-z0-9_]+)"`)
)

// What stands in a letter's way, and what can be wrong with a template, is told a phone by
// code: LETTER.md has each of them.
func TestEveryCodeOfALetterIsInTheContract(t *testing.T) {
	page := must(os.ReadFile("../mobile-contract/LETTER.md"))
	looked := 0
	for _, pattern := range []string{"letter/*.go", "lettertext/fault.go"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text := string(must(os.ReadFile(name)))
			for _, m := range append(blockCode.FindAllStringSubmatch(text, -1), faultCode.FindAllStringSubmatch(text, -1)...) {
				looked++
				if !strings.Contains(string(page), "`"+m[1]+"`") {
					t.Errorf("%s: LETTER.md does not have %s", name, m[1])
				}
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d codes were looked at", looked)
	}
}
