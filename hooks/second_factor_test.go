package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks"
	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// account reads somebody's account as it stands.
func account(t *testing.T, app core.App, p demo.Person) *core.Record {
	t.Helper()
	u, err := app.FindRecordById("users", p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func byOwner(app core.App, u *core.Record, fn func(tx core.App) error) error {
	return kernel.Within(app, kernel.Actor{User: u, Door: "coordinate"}, fn)
}

// strict has the house's own policy hold, as it does outside the demo.
func strict(t *testing.T, app core.App, roles ...string) {
	t.Helper()
	c, err := app.FindCollectionByNameOrId("account_policies")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"second_factor": roles, "device_keys": "asked", "reason": "a test"})
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
}

// withApp gives an account an authenticator app, and answers its secret and codes.
func withApp(t *testing.T, app core.App, u *core.Record, at time.Time) (secret string, recovery []string) {
	t.Helper()
	e, err := factor.BeginTOTP(app, u, "Fellmoor", at)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(e.Secret, at)
	if err != nil {
		t.Fatal(err)
	}
	err = byOwner(app, u, func(tx core.App) (err error) {
		recovery, err = signin.AddTOTP(tx, u, e.ID, code, "", at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.Secret, recovery
}

func mails(t *testing.T, app core.App, kind string, to *core.Record) int {
	t.Helper()
	n, err := app.CountRecords("outbox", dbx.HashExp{"kind": kind, "to": to.Email()})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func audited(t *testing.T, app core.App, verb, actor, record string) int {
	t.Helper()
	n, err := app.CountRecords("audit_log", dbx.HashExp{"verb": verb, "actor": actor, "record": record})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

var factorDay = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Whether the password is enough follows from what the account has, its roles and the
// policy, whoever writes.
func TestWhetherAPasswordIsEnoughIsKept(t *testing.T) {
	app := demotest.App(t)
	more := func(p demo.Person) bool { return account(t, app, p).GetBool("second_factor") }
	if more(demo.Manager) || more(demo.Practitioner) {
		t.Fatal("the demo asks for more than a password")
	}
	u := account(t, app, demo.Practitioner)
	u.Set("second_factor", true) // a field that anybody could set would be a way to shut somebody out
	if err := app.Save(kernel.AsServer(u)); err != nil || more(demo.Practitioner) {
		t.Fatalf("it was set by hand: %v", err)
	}
	strict(t, app, "manager")
	if !more(demo.Manager) || more(demo.Practitioner) {
		t.Fatal("the policy did not reach the accounts")
	}
	u = account(t, app, demo.Practitioner)
	u.Set("roles", []string{"practitioner", "manager"})
	if err := app.Save(kernel.AsServer(u)); err != nil || !more(demo.Practitioner) {
		t.Fatalf("who became a manager needs no more: %v", err)
	}
	strict(t, app)
	if more(demo.Manager) {
		t.Fatal("the policy was taken back, and the accounts did not follow")
	}
	withApp(t, app, account(t, app, demo.School), factorDay)
	if !more(demo.School) {
		t.Fatal("who has an authenticator app signs in without it")
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE users SET second_factor = FALSE`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := hooks.Ready(app); err != nil || !more(demo.School) {
		t.Fatalf("a start does not put it right: %v", err)
	}
}

func TestAChangeOfSecondFactorEndsTellsAndIsOnRecord(t *testing.T) {
	app := demotest.App(t)
	u := account(t, app, demo.Manager)
	key := u.TokenKey()
	ended := func(what string) {
		t.Helper()
		is := account(t, app, demo.Manager).TokenKey()
		if is == key {
			t.Fatalf("%s ended no sign-in", what)
		}
		key = is
	}
	_, recovery := withApp(t, app, u, factorDay)
	ended("adding one")
	if len(recovery) != 10 || mails(t, app, "factor_added", u) != 1 || audited(t, app, "factor_added", u.Id, u.Id) != 1 {
		t.Fatalf("%d codes, %d mails", len(recovery), mails(t, app, "factor_added", u))
	}
	_, none := withApp(t, app, u, factorDay.Add(time.Hour))
	if len(none) != 0 {
		t.Fatal("the second made the first one's recovery codes void")
	}
	ended("adding another")
	s, err := signin.SecondFactorOf(app, u)
	if err != nil || len(s.Factors) != 2 {
		t.Fatalf("%+v %v", s, err)
	}
	if err := byOwner(app, u, func(tx core.App) error { _, err := signin.NewRecoveryCodes(tx, u); return err }); err != nil {
		t.Fatal(err)
	}
	ended("new recovery codes")
	if err := byOwner(app, u, func(tx core.App) error { return signin.RemoveFactor(tx, u, s.Factors[0].ID) }); err != nil {
		t.Fatal(err)
	}
	ended("removing one")
	if mails(t, app, "factor_removed", u) != 1 || mails(t, app, "recovery_made", u) != 1 || audited(t, app, "factor_removed", u.Id, u.Id) != 1 {
		t.Fatal("it was told to nobody")
	}
	strict(t, app, "manager")
	err = byOwner(app, u, func(tx core.App) error { return signin.RemoveFactor(tx, u, s.Factors[1].ID) })
	refusedAs(t, err, "last")
	if _, err := signin.TakeSecondFactor(app, u, factor.Proof{Code: recovery[0]}, factorDay, nil); err == nil {
		t.Fatal("a void recovery code was taken")
	}
}

func refusedAs(t *testing.T, err error, code string) {
	t.Helper()
	fields, refused := kernel.Refusal(err)
	if !refused {
		t.Fatalf("not refused, want %s: %v", code, err)
	}
	for _, f := range fields {
		if e, ok := f.(interface{ Code() string }); ok && e.Code() == code {
			return
		}
	}
	t.Fatalf("refused with %v, want %s", fields, code)
}

func TestNobodyButItsOwnerAddsOrRemoves(t *testing.T) {
	app := demotest.App(t)
	u, other := account(t, app, demo.Manager), account(t, app, demo.School)
	withApp(t, app, u, factorDay)
	s, _ := signin.SecondFactorOf(app, u)
	e, err := factor.BeginTOTP(app, u, "x", factorDay)
	if err != nil {
		t.Fatal(err)
	}
	code, _ := totp.GenerateCode(e.Secret, factorDay)
	for what, act := range map[string]func(tx core.App) error{
		"adding":         func(tx core.App) error { _, err := signin.AddTOTP(tx, u, e.ID, code, "", factorDay); return err },
		"removing":       func(tx core.App) error { return signin.RemoveFactor(tx, u, s.Factors[0].ID) },
		"recovery codes": func(tx core.App) error { _, err := signin.NewRecoveryCodes(tx, u); return err },
		"a mailed code":  func(tx core.App) error { return signin.SetMailedCode(tx, u, true, factorDay) },
	} {
		refusedAs(t, byOwner(app, other, act), "not_yours")
		refusedAs(t, kernel.Within(app, kernel.Actor{Door: "server"}, act), "not_yours")
		if left, _ := signin.SecondFactorOf(app, u); len(left.Factors) != 1 || left.Recovery != 10 {
			t.Fatalf("%s by somebody else left %+v", what, left)
		}
	}
	refusedAs(t, byOwner(app, u, func(tx core.App) error { return signin.SetMailedCode(tx, u, true, factorDay) }), "stronger")
}

// A lost second factor is reset by the lead of the person's agency or the operator, and
// by nobody for themselves.
func TestWhoResetsALostFactor(t *testing.T) {
	app := demotest.App(t)
	person, lead := account(t, app, demo.Practitioner), account(t, app, demo.Manager)
	lead.Set("roles", []string{"agency_lead"})
	if err := app.Save(kernel.AsServer(lead)); err != nil {
		t.Fatal(err)
	}
	elsewhere := account(t, app, demo.School)
	elsewhere.Set("roles", []string{"agency_lead"})
	if err := app.Save(kernel.AsServer(elsewhere)); err != nil {
		t.Fatal(err)
	}
	withApp(t, app, person, factorDay)
	withApp(t, app, lead, factorDay)
	reset := func(who, whose *core.Record) error {
		return byOwner(app, who, func(tx core.App) error { return signin.ResetSecondFactor(tx, whose, factorDay) })
	}
	refusedAs(t, reset(elsewhere, person), "not_allowed")
	refusedAs(t, reset(account(t, app, demo.Colleague), person), "not_allowed")
	refusedAs(t, reset(lead, lead), "own")
	key := account(t, app, demo.Practitioner).TokenKey()
	if err := reset(lead, person); err != nil {
		t.Fatal(err)
	}
	s, err := signin.SecondFactorOf(app, person)
	if err != nil || s.Strong || !s.SignsInByMail() || s.Recovery != 0 || !account(t, app, demo.Practitioner).GetBool("second_factor") {
		t.Fatalf("after the reset %+v, %v", s, err)
	}
	if account(t, app, demo.Practitioner).TokenKey() == key || mails(t, app, "factors_reset", person) != 1 || audited(t, app, "factors_reset", lead.Id, person.Id) != 1 {
		t.Fatal("the reset ended nothing or was told to nobody")
	}
	withApp(t, app, person, factorDay.Add(time.Hour)) // sets up again, once more, and loses it again
	if err := reset(lead, person); err != nil || mails(t, app, "factors_reset", person) != 2 {
		t.Fatalf("the second time: %v, %d mails", err, mails(t, app, "factors_reset", person))
	}
	person = account(t, app, demo.Practitioner)
	person.Set("roles", []string{"practitioner", "dpo"})
	if err := app.Save(kernel.AsServer(person)); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, reset(lead, person), "beyond")
	refusedAs(t, kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return signin.ResetSecondFactor(tx, lead, factorDay) }), "not_allowed")
	boss := superuser(t, app)
	if err := reset(boss, lead); err != nil {
		t.Fatalf("the only lead, by the operator: %v", err)
	}
	refusedAs(t, reset(lead, boss), "not_allowed")
	refusedAs(t, reset(boss, boss), "not_allowed")
}

func superuser(t *testing.T, app core.App) *core.Record {
	t.Helper()
	c, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail("operator@fellmoor.example")
	r.SetPassword("a long password of theirs")
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// An operator's first code is told to nobody; one in place of it is told to its owner,
// and ends what they are signed in with.
func TestAnOperatorsCodeIsReplaced(t *testing.T) {
	app := demotest.App(t)
	boss := superuser(t, app)
	give := func() (address string, recovery []string) {
		t.Helper()
		err := kernel.Within(app, kernel.Actor{Door: "command"}, func(tx core.App) (err error) {
			address, recovery, err = signin.GiveOperatorCode(tx, boss, factorDay)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return address, recovery
	}
	first, _ := give()
	key := boss.TokenKey()
	second, recovery := give()
	now, err := app.FindRecordById(core.CollectionNameSuperusers, boss.Id)
	if err != nil || first == second || len(recovery) != 10 || now.TokenKey() == key {
		t.Errorf("%v, %d recovery codes", err, len(recovery))
	}
	if n := mails(t, app, "factor_added", boss); n != 1 {
		t.Errorf("its owner was mailed %d times", n)
	}
	if n := audited(t, app, "factor_added", "", boss.Id); n != 2 {
		t.Errorf("it is on record %d times", n)
	}
	if _, err := signin.TakeSecondFactor(app, boss, factor.Proof{Code: recovery[0]}, factorDay, nil); err != nil || mails(t, app, "recovery_used", boss) != 1 {
		t.Errorf("a recovery code: %v", err)
	}
}

// A password that is reset by mail leaves what else the account shows as it was.
func TestAPasswordResetDoesNotUndoASecondFactor(t *testing.T) {
	app := demotest.App(t)
	u := account(t, app, demo.School)
	secret, _ := withApp(t, app, u, factorDay)
	u = account(t, app, demo.School)
	u.SetPassword("another long password")
	if err := app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	s, err := signin.SecondFactorOf(app, u)
	if err != nil || !s.Strong || s.Recovery != 10 || !account(t, app, demo.School).GetBool("second_factor") {
		t.Fatalf("%+v %v", s, err)
	}
	later := factorDay.Add(time.Minute)
	code, _ := totp.GenerateCode(secret, later)
	if _, err := signin.TakeSecondFactor(app, u, factor.Proof{Code: code}, later, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAUsedRecoveryCodeIsTold(t *testing.T) {
	app := demotest.App(t)
	u := account(t, app, demo.School)
	_, codes := withApp(t, app, u, factorDay)
	for i := range 2 {
		if _, err := signin.TakeSecondFactor(app, u, factor.Proof{Code: codes[i]}, factorDay, nil); err != nil {
			t.Fatal(err)
		}
		if mails(t, app, "recovery_used", u) != i+1 || audited(t, app, "recovery_used", u.Id, u.Id) != i+1 {
			t.Fatalf("after %d it was told %d times", i+1, mails(t, app, "recovery_used", u))
		}
	}
}
