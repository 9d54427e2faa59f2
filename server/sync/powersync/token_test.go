package powersync

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// The token that a phone fetches for the stream opens the stream and nothing else.
func TestATokenForTheStreamOpensNothingElse(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	a := s.Do("POST", "/api/sync/devices/stream", c.token, nil)
	var given contract.StreamTokenAnswer
	a.JSON(t, &given)
	if a.Status != 200 || given.ExpiresIn <= 60 || given.ExpiresIn > 600 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, door := range []string{"POST /api/sync/pull", "POST /api/sync/push", "POST /api/sync/devices/stream", "GET /api/sync/status", "GET /api/collections/notes/records", "DELETE /api/sync/devices"} {
		method, path, _ := strings.Cut(door, " ")
		if a := s.Do(method, path, given.Token, map[string]any{}); a.Status != 401 {
			t.Errorf("%s: %d %s", door, a.Status, a.Body)
		}
	}
	access := c.token
	c.token = given.Token
	c.connect()
	c.whole()
	if a := s.Do("GET", "/write-checkpoint2.json", given.Token, nil); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	c.token = access
	c.asPulled()
}

// A phone that proves a key opens the stream by what it was given for its proof alone, and
// only while that is its key; where an area demands keys, none is without.
func TestWhatATokenIsWorthIsAskedOfThePhoneAsItIsNow(t *testing.T) {
	s := fellmoor(t)
	keys, err := signing.Load(s.App)
	check(t, err)
	c := newClient(t, s, demo.School)
	var given contract.StreamTokenAnswer
	s.Do("POST", "/api/sync/devices/stream", c.token, nil).JSON(t, &given)
	goes := func(text string) bool {
		t.Helper()
		spoken, err := signin.ReadSpoken(keys, text)
		check(t, err)
		return spoken.Goes(s.App, time.Now())
	}
	if !goes(c.token) || !goes(given.Token) {
		t.Error("a phone without a key may not speak")
	}
	key := `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	_, err = s.App.NonconcurrentDB().NewQuery(`UPDATE devices SET public_key = {:k}, proves = 1 WHERE id = {:d}`).Bind(dbx.Params{"k": key, "d": c.device}).Execute()
	check(t, err)
	d := record(t, s.App, "devices", c.device)
	d.Set("name", "a phone with a key")
	check(t, s.App.Save(d)) // what was remembered of it is forgotten
	if goes(c.token) || goes(given.Token) {
		t.Error("a phone that got a key speaks without its proof")
	}
	spoken, err := signin.ReadSpoken(keys, given.Token)
	check(t, err)
	if spoken.Goes(s.App, spoken.Until) {
		t.Error("it is good beyond its end")
	}
	if _, err := signin.ReadSpoken(keys, strings.Replace(given.Token, ".", "x.", 1)); err == nil {
		t.Error("what nobody signed is read")
	}
}

// A digest is answered without a position, and is what the ids of operations add up to.
func TestADigestIsTheSumOfTheOperationsIds(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	c.whole()
	tallies := map[string]*contract.Tally{}
	for name, b := range c.buckets {
		_, rest, _ := strings.Cut(name, "/")
		scope := rest[:strings.LastIndexByte(rest, '#')]
		if scope == serverScope {
			continue
		}
		if tallies[scope] == nil {
			tallies[scope] = &contract.Tally{}
		}
		for _, raw := range slices.Sorted(maps.Values(b.rows)) {
			var rev int64
			_, err := fmt.Sscanf(raw, `{"_rev":%d,`, &rev)
			check(t, err)
			tallies[scope].Add(rev)
		}
	}
	var answer contract.DigestAnswer
	a := s.Do("POST", "/api/sync/digest", c.token, contract.DigestRequest{})
	a.JSON(t, &answer)
	same := 0
	for scope, d := range answer.Digests {
		mine := contract.Tally{}
		if tallies[scope] != nil {
			mine = *tallies[scope]
		}
		if d.Behind || mine.Digest() != d {
			t.Errorf("%s: %+v, and the buckets have %+v", scope, d, mine.Digest())
		}
		same++
	}
	if same < len(tallies) || same == 0 {
		t.Errorf("%d digests for %d scopes: %d %s", same, len(tallies), a.Status, a.Body)
	}
}
