package ops

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo/demotest"
)

// What an operator is refused of a case is on record, by every stock way; a flood of it is
// a few lines that say how many.
func TestWhatAnOperatorIsRefusedOfACaseIsOnRecord(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	const mine = "verb = 'refused_case' AND actor_kind = 'superuser' AND actor != '' AND door = 'dashboard'"
	total := func() (n int) {
		t.Helper()
		signin.RecordFailures(s.App, time.Now(), true)
		if err := kernel.SettleAudit(s.App); err != nil {
			t.Fatal(err)
		}
		if err := s.App.ConcurrentDB().NewQuery(`SELECT coalesce(sum(count), 0) FROM audit_log WHERE ` + mine).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, way := range ways(t, s) {
		before := total()
		if way(token); total() != before+1 {
			t.Errorf("%s: %d on record", name, total()-before)
		}
	}
	lines, all := onRecord(t, s, mine), total()
	for range 60 {
		s.Do("GET", "/api/collections/notes/records", token, nil)
	}
	if n := total() - all; n != 60 {
		t.Errorf("of 60 %d are counted", n)
	}
	if n := onRecord(t, s, mine) - lines; n > 12 {
		t.Errorf("a flood is %d lines", n)
	}
	if n := onRecord(t, s, mine+" AND collection = 'notes'"); n == 0 {
		t.Error("it does not say of what")
	}
}

// A sign-in of an operator's ends eight hours after it began, however often its token is
// renewed; one that does not say when it began is not renewed.
func TestAnOperatorsSignInEnds(t *testing.T) {
	s := house(t, Options{})
	unsaid := operator(t, s)
	r, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@fellmoor.example")
	if err != nil {
		t.Fatal(err)
	}
	renew := func(token string) (demotest.Answer, string) {
		var said struct{ Token string }
		a := s.Do("POST", "/api/collections/_superusers/auth-refresh", token, nil)
		if a.Status == 200 {
			a.JSON(t, &said)
		}
		return a, said.Token
	}
	if a, _ := renew(unsaid); a.Status != 401 {
		t.Errorf("a token that does not say since when: %d %s", a.Status, a.Body)
	}
	code := authenticator(t, s)
	status, token := operatorSignsIn(t, s, code())
	if since := time.Since(signin.SignedInAt(token)); status != 200 || since < 0 || since > time.Hour {
		t.Fatalf("%d, signed in %v ago", status, since)
	}
	began := signin.SignedInAt(token)
	for range 2 {
		a, next := renew(token)
		if a.Status != 200 || !signin.SignedInAt(next).Equal(began) {
			t.Fatalf("renewed: %d, since %v and not %v", a.Status, signin.SignedInAt(next), began)
		}
		token = next
	}
	at := func(ago time.Duration) string { // a token of somebody who signed in so long ago
		t.Helper()
		token, err := security.NewJWT(jwt.MapClaims{"type": "auth", "id": r.Id, "collectionId": r.Collection().Id, "refreshable": true, "auth_time": time.Now().Add(-ago).Unix()},
			fresh(t, s, r).TokenKey()+r.Collection().AuthToken.Secret, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	a, last := renew(at(signin.OperatorFor - 10*time.Minute))
	if a.Status != 200 {
		t.Fatalf("ten minutes before its end: %d %s", a.Status, a.Body)
	}
	claims, err := security.ParseUnverifiedJWT(last)
	if err != nil {
		t.Fatal(err)
	}
	if end, _ := claims["exp"].(float64); time.Until(time.Unix(int64(end), 0)) > 11*time.Minute {
		t.Errorf("the last token is good until %v", time.Unix(int64(end), 0))
	}
	if a, _ := renew(at(signin.OperatorFor + time.Second)); a.Status != 401 {
		t.Errorf("after eight hours: %d %s", a.Status, a.Body)
	}
}

func fresh(t *testing.T, s *demotest.Server, r *core.Record) *core.Record {
	t.Helper()
	r, err := s.App.FindRecordById(r.Collection(), r.Id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
