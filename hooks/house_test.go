package hooks_test

import (
	"testing"

	"holdfast/hooks/feed"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestFellmoorStands(t *testing.T) {
	app := demotest.App(t)
	if err := feed.Check(app); err != nil {
		t.Fatal(err)
	}
	if n, err := app.CountRecords("cases"); err != nil || n != 12 {
		t.Fatalf("%d cases, %v; want 12", n, err)
	}
	rev, err := feed.Rev(app.ConcurrentDB(), "cases", demo.CaseID(1))
	if err != nil || rev < 2 {
		t.Fatalf("rev of FM-0001 is %d, %v", rev, err)
	}
}
