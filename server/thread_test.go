package main

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/sync"
	"holdfast/server/tour"
)

// The first thread through every room, over HTTP, and again: a tour leaves a house in
// which the next one can be walked, however many were, and also where phones must prove
// themselves, as they must outside a demo.
func TestTheFirstThread(t *testing.T) {
	s := house(t)
	for range 2 {
		var out strings.Builder
		if !tour.Walk(&out, s.URL, demo.Password) || !strings.Contains(out.String(), "All eleven steps hold") {
			t.Fatal(out.String())
		}
		t.Log(out.String())
	}
	if n := must(s.App.CountRecords("devices", dbx.HashExp{"status": "active"})); n > 0 {
		t.Errorf("%d phones of the tours are still in use", n)
	}
	policy := core.NewRecord(must(s.App.FindCollectionByNameOrId("account_policies")))
	policy.Load(map[string]any{"device_keys": "required", "reason": "As an area decides."})
	if err := s.App.Save(policy); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if !tour.Walk(&out, s.URL, demo.Password) {
		t.Fatal(out.String())
	}
}

// A house in which a promise is broken fails the tour, by the promise's name.
func TestABrokenPromiseIsNamed(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), []func(*core.ServeEvent) error{devices.Open, sync.Open}...) // no letters, no uploads, no pages
	var out strings.Builder
	if tour.Walk(&out, s.URL, demo.Password) {
		t.Fatal("the tour holds without a room for letters")
	}
	if !strings.Contains(out.String(), "BROKEN PROMISE: one parse, two renderings") {
		t.Error(out.String())
	}
}
