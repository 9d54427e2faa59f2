package demo_test

import (
	"testing"
	"time"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestStories(t *testing.T) {
	app := demotest.App(t)
	began := time.Now()
	if err := demo.FillStories(app, time.Now()); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(began))
}
