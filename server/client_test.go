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

// inNode runs one of the client's test files; what it prints is told when it fails. It ends
// with its last test: a library that is tried with it may leave something running.
func inNode(t *testing.T, node, file string, env ...string) {
	t.Helper()
	c := exec.Command(node, "--test", "--test-reporter=spec", "--test-timeout=600000", "--test-force-exit", "built/test/"+file)
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

// What of the client needs no server: its stores, its table, its locks, the vectors of ids,
// digests, proofs, letters and working days, and what it weighs.
func TestTheClientByItself(t *testing.T) {
	node := clientTests(t)
	for _, file := range []string{"machine", "store", "vectors", "letter", "draft", "pathway", "workday", "parts", "size"} {
		inNode(t, node, file+".test.js")
	}
}

// The client of mobile-contract/ts keeps in step with a real server, whatever happens
// between the two: answers that are lost, edits that meet, rights that end, a phone that
// dies between two writes, a server that is put back from an older copy.
func TestTheClientLosesNothing(t *testing.T) {
	node := clientTests(t)
	for _, file := range []string{"server", "odd", "device", "libraries", "walk"} {
		inNode(t, node, file+".test.js", "HOLDFAST_TOWN="+newTown(t).URL)
	}
}

// The vectors of pulls, pushes and histories have a second reader.
func TestTheClientPlaysTheVectors(t *testing.T) {
	inNode(t, clientTests(t), "play.test.js", "HOLDFAST_TOWN="+newTown(t).URL)
}

// The client in Chromium: two tabs, a browser that is killed, a key that does not come out,
// and the files of a locked phone, which name nobody.
func TestTheClientInABrowser(t *testing.T) {
	clientTests(t)
	node, browser := chromium(t)
	build := exec.Command(node, "build.mjs")
	build.Dir = clientFolder
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the client does not build: %v\n%s", err, out)
	}
	c := exec.Command(node, "client.mjs")
	c.Dir = "browser"
	c.Env = append(os.Environ(), "HOLDFAST_TOWN="+newTown(t).URL, "HOLDFAST_CHROMIUM="+browser, "HOLDFAST_BUILT="+must(filepath.Abs(filepath.Join(clientFolder, "built"))))
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
