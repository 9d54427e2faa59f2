package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Whose port 8090 is taken says another: make takes any NAME=value, and one that nothing
// reads would be left out without a word.
func TestMakeServesTheDemoOnThePortThatIsAsked(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed: its lines are not read")
	}
	for asked, want := range map[string]string{"": "8090", "PORT=21040": "21040"} {
		c := exec.Command("make", "--no-print-directory", "-n", "demo")
		if asked != "" {
			c.Args = append(c.Args, asked)
		}
		c.Dir, c.Env = "..", append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=0") // it may be make that tests
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if line := "serve --demo --http 127.0.0.1:" + want + "\n"; !strings.HasSuffix(string(out), line) {
			t.Errorf("make demo %s does not end in %q:\n%s", asked, line, out)
		}
	}
}
