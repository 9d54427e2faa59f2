package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const clientFolder = "../mobile-contract/ts"

// clientTests finds Node, and builds the client and its tests; else it skips the test.
func clientTests(t *testing.T) (node string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the client is not run")
	}
	if _, err := os.Stat(filepath.Join(clientFolder, "node_modules/esbuild")); err != nil {
		t.Skip("esbuild is not installed: npm ci in mobile-contract/ts, as make test does")
	}
	c := exec.Command(node, "build.mjs", "test")
	c.Dir = clientFolder
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("the client does not build: %v\n%s", err, out)
	}
	return node
}

// inNode runs one of the client's test files; what it prints is told when it fails.
func inNode(t *testing.T, node, file string, env ...string) {
	t.Helper()
	c := exec.Command(node, "--test", "--test-reporter=spec", "--test-timeout=600000", "built/test/"+file)
	c.Dir = clientFolder
	c.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Errorf("%s: %v\n%s", file, err, out.String())
	} else if testing.Verbose() {
		t.Log(out.String())
	}
}

// The client of mobile-contract/ts keeps in step with a real server, whatever happens
// between the two: answers that are lost, edits that meet, rights that end, a phone that
// dies between two writes, a server that is put back from an older copy.
func TestTheClientLosesNothing(t *testing.T) {
	node := clientTests(t)
	inNode(t, node, "server.test.js", "HOLDFAST_TOWN="+newTown(t).URL)
}
