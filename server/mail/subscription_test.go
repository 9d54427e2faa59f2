package mail

import (
	"net/http"
	"testing"

	"holdfast/hooks/tell"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A subscription is made by who is signed in, in nobody else's name; nobody else sees it
// or takes it away, and it goes to https alone.
func TestASubscriptionIsItsOwnersAlone(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	tell.OfferPush(s.App, "the key", "127.0.0.1")
	b := openBrowser(t, "")
	mine, theirs := s.Token(demo.Practitioner), s.Token(demo.Outsider)
	const at = "/api/collections/push_subscriptions/records"
	said := b.subscription()
	said["user"] = demo.Outsider.ID
	if a := s.Do("POST", at, mine, said); a.Status != http.StatusBadRequest && a.Status != http.StatusForbidden {
		t.Errorf("in another's name: %d %s", a.Status, a.Body)
	}
	delete(said, "user")
	a := s.Do("POST", at, mine, said)
	var made struct{ ID, User string }
	a.JSON(t, &made)
	if a.Status != http.StatusOK || made.User != demo.Practitioner.ID {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", at, "", said); a.Status/100 == 2 {
		t.Errorf("by nobody: %d", a.Status)
	}
	said["endpoint"] = "http://10.0.0.1/push"
	if a := s.Do("POST", at, mine, said); a.Status/100 == 2 {
		t.Errorf("to a plain address: %d", a.Status)
	}
	for _, elsewhere := range []string{"https://metadata.internal/", "https://127.0.0.1.evil.example/", "https://127.0.0.1@evil.example/"} {
		said["endpoint"] = elsewhere
		if a := s.Do("POST", at, mine, said); a.Status/100 == 2 {
			t.Errorf("to %s: %d", elsewhere, a.Status)
		}
	}
	for method, want := range map[string]int{"GET": http.StatusNotFound, "DELETE": http.StatusNotFound} {
		if a := s.Do(method, at+"/"+made.ID, theirs, nil); a.Status != want {
			t.Errorf("%s by another: %d %s", method, a.Status, a.Body)
		}
	}
	if a := s.Do("DELETE", at+"/"+made.ID, mine, nil); a.Status != http.StatusNoContent {
		t.Errorf("its owner takes it away: %d %s", a.Status, a.Body)
	}
}
