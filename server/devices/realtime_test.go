package devices

import (
	"bufio"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
)

// A phone that listens is hung up on when it is stopped, and cannot listen again; the
// same person's other phone can.
func TestAStoppedPhoneHearsNothingMore(t *testing.T) {
	s := house(t)
	lost, kept := registered(t, s, demo.Practitioner), registered(t, s, demo.Practitioner)
	listen := func() (id string, over chan struct{}) {
		t.Helper()
		res, err := http.Get(s.URL + "/api/realtime")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		lines, over := bufio.NewScanner(res.Body), make(chan struct{})
		for id == "" && lines.Scan() {
			if named, ok := strings.CutPrefix(lines.Text(), "id:"); ok {
				id = named
			}
		}
		go func() {
			for lines.Scan() {
			}
			close(over)
		}()
		return id, over
	}
	subscribe := func(client, token string) int {
		return s.Do("POST", "/api/realtime", token, map[string]any{"clientId": client, "subscriptions": []string{"sync"}}).Status
	}
	client, over := listen()
	if status := subscribe(client, lost.AccessToken); status != 204 {
		t.Fatalf("listening: %d", status)
	}
	turn(t, s, lost.Device, "locked")
	select {
	case <-over:
	case <-time.After(30 * time.Second):
		t.Fatal("it listens on")
	}
	client, _ = listen()
	if status := subscribe(client, lost.AccessToken); status != 403 {
		t.Errorf("it listens again: %d", status)
	}
	if status := subscribe(client, kept.AccessToken); status != 204 {
		t.Errorf("the other phone: %d", status)
	}
}

// What is remembered of a phone is what is in the store: while somebody changes it, after
// they took that back, and at the next call after they did not.
func TestWhatWasTakenBackEndedNothing(t *testing.T) {
	s := house(t)
	d := registered(t, s, demo.Practitioner)
	pull := func() int { return s.Do("GET", "/api/sync/status", d.AccessToken, nil).Status }
	lock := func(end error) error {
		return kernel.Within(s.App, kernel.Actor{Door: "test"}, func(tx core.App) error {
			r, err := tx.FindRecordById("devices", d.Device)
			if err != nil {
				return err
			}
			r.Set("status", "ended")
			if err := tx.Save(kernel.AsServer(r)); err != nil {
				return err
			}
			if p, err := signin.PhoneOf(tx, d.Device); err != nil || p.Status != "ended" {
				t.Errorf("in the transaction it is %s (%v)", p.Status, err)
			}
			if status := pull(); status != 200 {
				t.Errorf("outside it, before its end: %d", status)
			}
			return end
		})
	}
	changed := errors.New("somebody thought better of it")
	for range 2 {
		if err := lock(changed); !errors.Is(err, changed) {
			t.Fatal(err)
		}
		if status := pull(); status != 200 {
			t.Errorf("after it was taken back: %d", status)
		}
	}
	if err := lock(nil); err != nil {
		t.Fatal(err)
	}
	if status := pull(); status != 401 {
		t.Errorf("after it was not: %d", status)
	}
}
