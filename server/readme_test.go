package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"holdfast/server/demo/demotest"
)

var (
	shBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	expected = regexp.MustCompile(`(?m)   # (.+)$`)
)

// The contract's README is run as it stands, block after block in one shell, against a
// demo: no line fails, and each prints what the page says that it prints.
func TestTheReadmeOfTheContractRuns(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed: the contract's README is not run")
		}
	}
	page := string(must(os.ReadFile("../mobile-contract/README.md")))
	blocks := shBlock.FindAllStringSubmatch(page, -1)
	if len(blocks) < 12 || !strings.HasPrefix(blocks[0][1], "go run ./server serve --demo ") {
		t.Fatalf("%d blocks, and the first is %q", len(blocks), blocks[0][1])
	}
	s := livedIn(t)
	runBlocks(t, s, blocks[1:])
}

// runBlocks runs them in one shell; a line between two blocks parts what they print.
func runBlocks(t *testing.T, s *demotest.Server, blocks [][]string) {
	t.Helper()
	const mark = "-- the next block --"
	script := "set -euo pipefail\n"
	for _, b := range blocks {
		script += strings.Replace(b[1], "http://127.0.0.1:8090", s.URL, 1) + "\necho '" + mark + "'\n"
	}
	file := filepath.Join(t.TempDir(), "readme.sh")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", file)
	cmd.Dir = t.TempDir()
	var wrong strings.Builder
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	printed := strings.Split(string(out), mark+"\n")
	if err != nil {
		t.Errorf("block %d of %d: %v\n%s\n%s", len(printed)+1, len(blocks)+1, err, wrong.String(), printed[len(printed)-1])
	}
	looked := 0
	for i, b := range blocks {
		lines := []string{}
		if i < len(printed) {
			lines = strings.Split(printed[i], "\n")
		}
		for _, want := range expected.FindAllStringSubmatch(b[1], -1) {
			for len(lines) > 0 && lines[0] != want[1] {
				lines = lines[1:]
			}
			if len(lines) == 0 {
				t.Errorf("block %d does not print %q", i+2, want[1])
				break
			}
			lines = lines[1:]
			looked++
		}
	}
	if looked < 15 {
		t.Error("only " + strconv.Itoa(looked) + " lines were compared with the page")
	}
}
