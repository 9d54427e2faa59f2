package powersync

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A phone whose library somebody else wrote, as it comes from npm: first sync, what another
// agency writes, edits of its own of which one is refused, and a wipe.
func TestPowerSyncsLibrarySyncsUnmodified(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("sdk/node_modules/better-sqlite3/build/Release/better_sqlite3.node"); err != nil {
		t.Skip("PowerSync's library is not installed: npm ci in server/sync/powersync/sdk, as make test does")
	}
	s := fellmoor(t)
	c, other := newClient(t, s, demo.Practitioner), newClient(t, s, demo.School)
	cmd := exec.Command(node, "walk.mjs", s.URL, c.token, t.TempDir(), demo.CaseID(1))
	cmd.Dir, cmd.Stderr = "sdk", os.Stderr
	in, err := cmd.StdinPipe()
	check(t, err)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	said := bufio.NewReader(out)
	type step struct {
		Step     string
		Rows     map[string]int64
		Verdicts []struct{ Verdict, Record string }
		Named    bool
		Sent     int
	}
	next := func(want string) step {
		t.Helper()
		raw, err := said.ReadBytes('\n')
		if err != nil {
			t.Fatalf("before %s: %v", want, err)
		}
		var got step
		if err := json.Unmarshal(raw, &got); err != nil || got.Step != want {
			t.Fatalf("%s: %s", want, raw)
		}
		return got
	}
	same := func(got step) {
		t.Helper()
		want := pulled(t, s, c.token)
		for key, rev := range want {
			if got.Rows[key] != rev {
				t.Errorf("%s: %s is at %d, a pull's at %d", got.Step, key, got.Rows[key], rev)
			}
		}
		if len(got.Rows) != len(want) {
			t.Errorf("%s: %d rows, a pull has %d", got.Step, len(got.Rows), len(want))
		}
	}
	same(next("first"))
	next("listening")
	m := aNote("11", "Brought his brother to the gate.")
	m.Record = "othersnote00001"
	if r := other.push(m); r[0].Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	_, err = io.WriteString(in, "go\n")
	check(t, err)
	same(next("live"))
	edited := next("edited")
	same(edited)
	if len(edited.Verdicts) != 3 || edited.Sent != 3 || !edited.Named {
		t.Errorf("%+v, %d kept for a replay, the refusal names its mutation: %v", edited.Verdicts, edited.Sent, edited.Named)
	}
	if wiped := next("wiped"); len(wiped.Rows) != 0 {
		t.Errorf("%d rows are left", len(wiped.Rows))
	}
	check(t, cmd.Wait())
}
