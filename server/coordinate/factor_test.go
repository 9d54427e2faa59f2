package coordinate

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/signin"
	"holdfast/hooks/tally"
	"holdfast/server/demo"
)

const secondStep = "/coordinate/sign-in/factor"

func at(a answer) string { return a.header.Get("Location") }

// Who needs a second factor and has none is led to set one up before anything opens.
func TestWhoNeedsASecondFactorSetsOneUpFirst(t *testing.T) {
	d := openDesk(t)
	box := d.letterbox()
	before := d.as(demo.Manager)
	wants(t, before.get("/coordinate"), 200)
	d.strict("manager")
	b := d.browser()
	form := credentials(demo.Manager.Email(), demo.Password)
	form.Set("next", "/coordinate/devices")
	mailed := b.post("/coordinate/sign-in", form)
	wants(t, mailed, 200, "Enter the code", "After it you are asked to set up")
	if a := b.post("/coordinate/sign-in/code", mailed.typing(box.last())); a.status != 303 || at(a) != "/coordinate/devices" {
		t.Fatalf("the code answered %d to %s", a.status, at(a))
	}
	for _, reader := range []*browser{b, before} { // also who was signed in before
		for _, path := range []string{"/coordinate", "/coordinate/devices", "/coordinate/account", "/coordinate/devices.csv", "/coordinate/nowhere"} {
			if a := reader.get(path); a.status != 303 || (at(a) != factorsPage && !strings.HasPrefix(at(a), "/coordinate/sign-in?")) && at(a) != "/coordinate/sign-in" {
				t.Errorf("%s answered %d to %q", path, a.status, at(a))
			}
		}
	}
	page := b.get(factorsPage)
	wants(t, page, 200, "Set up a second factor first", "Add an authenticator app")
	lacks(t, page, "Approvals", `aria-label="Menu"`)
	if a := b.post("/coordinate/account/sign-ins", page.fields()); a.status != 303 || at(a) != factorsPage {
		t.Errorf("another form answered %d to %s", a.status, at(a))
	}
	if a := b.post("/coordinate/account/code/ask", page.fields()); a.status != 303 || at(a) != factorsPage {
		t.Errorf("the mailed code answered %d to %s", a.status, at(a))
	}

	ask := b.get(factorsPage + "/totp")
	wants(t, ask, 200, "Your password")
	lacks(t, ask, "Code from your authenticator app")
	wants(t, b.send(ask, factorsPage+"/totp", "password", "not it"), 422, "Enter your password")
	set := b.send(ask, factorsPage+"/totp", "password", demo.Password)
	wants(t, set, 200, "data:image/png;base64,", "type this secret")
	secret := set.secret(t)
	wrong := b.send(set, factorsPage+"/totp/confirm", "code", "000000", "name", "<b>Mine</b>")
	wants(t, wrong, 422, "This code is not right", "<b>Mine</b>")
	if strings.Contains(wrong.body, "<b>Mine") || wrong.secret(t) != secret {
		t.Fatal("a name is markup, or the secret is another")
	}
	if a := b.get("/coordinate"); a.status != 303 {
		t.Fatalf("a wrong code opened the pages: %d", a.status)
	}
	done := b.send(wrong, factorsPage+"/totp/confirm", "code", d.code(secret), "name", "<b>Mine</b>")
	wants(t, done, 200, "Your recovery codes", "never again")
	if n := len(done.recovery()); n != 10 {
		t.Fatalf("%d recovery codes", n)
	}
	wants(t, b.get("/coordinate"), 200, "Approvals")
	lacks(t, b.get(factorsPage), done.recovery()[0], secret)
	if a := before.get("/coordinate"); a.status != 303 || !strings.HasPrefix(at(a), "/coordinate/sign-in") {
		t.Errorf("who was signed in elsewhere still is: %d", a.status)
	}
	if a := b.send(wrong, factorsPage+"/totp/confirm", "code", d.code(secret)); a.status == 200 {
		t.Error("the same enrolment was taken twice")
	}

	// from now on the password leads to it, and no mail goes out
	mails := len(box.codes)
	asked := d.browser().post("/coordinate/sign-in", form)
	wants(t, asked, 200, "Show your second factor")
	if len(box.codes) != mails {
		t.Error("a code was mailed")
	}
}

// signingIn is Fellmoor whose manager has an authenticator app, at the second step.
func signingIn(t *testing.T) (d *desk, b *browser, asked answer, secret string, recovery []string) {
	t.Helper()
	d = openDesk(t)
	secret, recovery = d.withApp(demo.Manager)
	b = d.browser()
	form := credentials(demo.Manager.Email(), demo.Password)
	form.Set("next", "/coordinate/devices")
	asked = b.post("/coordinate/sign-in", form)
	wants(t, asked, 200, "Show your second factor", "or a recovery code")
	d.signedOut(b, asked)
	return d, b, asked, secret, recovery
}

func TestASessionBeginsOnlyAfterTheSecondFactor(t *testing.T) {
	d, b, asked, secret, recovery := signingIn(t)
	wrong := b.send(asked, secondStep, "code", "000000")
	wants(t, wrong, 422, "This code is not right", `href="#code"`)
	empty := b.send(wrong, secondStep)
	wants(t, empty, 422, "Enter the code")
	d.signedOut(b, wrong, empty)
	code := d.code(secret)
	in := b.send(empty, secondStep, "code", code[:3]+" "+code[3:])
	if in.status != 303 || at(in) != "/coordinate/devices" {
		t.Fatalf("the right code answered %d to %q\n%s", in.status, at(in), in.body)
	}
	wants(t, b.get("/coordinate"), 200, demo.Manager.Name)

	other := d.browser()
	again := other.post("/coordinate/sign-in", credentials(demo.Manager.Email(), demo.Password))
	wants(t, other.send(again, secondStep, "code", code), 422, "used already")
	wants(t, d.browser().post(secondStep, asked.filled(secondStep, "code", d.code(secret))), 422) // the sign-in is used up
	if a := other.send(again, secondStep, "code", strings.ToLower(recovery[4])); a.status != 303 {
		t.Fatalf("a recovery code answered %d", a.status)
	}
	third := d.browser()
	once := third.post("/coordinate/sign-in", credentials(demo.Manager.Email(), demo.Password))
	wants(t, third.send(once, secondStep, "code", recovery[4]), 422, "used already")
	d.now = d.now.Add(time.Minute)
	if a := third.send(once, secondStep, "code", d.code(secret)); a.status != 303 {
		t.Fatalf("the next code answered %d", a.status)
	}
}

// No answer tells a wrong code from one for a sign-in that never was, and nobody's code
// opens another's account.
func TestAWrongSecondFactorTellsNothing(t *testing.T) {
	d, b, asked, secret, _ := signingIn(t)
	theirs, _ := d.withApp(demo.School)
	mine := asked.filled(secondStep).Get("mfa")
	bodies := map[string]string{}
	for why, f := range map[string][2]string{
		"a wrong code":             {mine, "000000"},
		"another account's code":   {mine, d.code(theirs)},
		"a sign-in that never was": {"abcdefghijklmno", d.code(secret)},
		"no sign-in at all":        {"", d.code(secret)},
		"hostile":                  {strings.Repeat("'\"<x>", 400), strings.Repeat("7", 50_000)},
	} {
		a := d.browser().post(secondStep, asked.filled(secondStep, "mfa", f[0], "code", f[1]))
		wants(t, a, 422, "This code is not right")
		d.signedOut(b, a)
		bodies[anyHidden.ReplaceAllString(a.body, "")] = why
	}
	if len(bodies) != 1 {
		t.Errorf("the answers tell one from another: %d of them", len(bodies))
	}
	d.give(demo.Manager, map[string]any{"active": false})
	off := b.send(asked, secondStep, "code", d.code(secret))
	wants(t, off, 422)
	d.signedOut(b, off)
}

func TestGuessingASecondFactorIsSlowed(t *testing.T) {
	d, b, asked, secret, _ := signingIn(t)
	for range tally.FreePair {
		wants(t, b.send(asked, secondStep, "code", "000000"), 422)
	}
	wants(t, b.send(asked, secondStep, "code", d.code(secret)), http.StatusTooManyRequests, "Too many codes")
	d.now = d.now.Add(tally.LongestWait)
	anew := b.post("/coordinate/sign-in", credentials(demo.Manager.Email(), demo.Password))
	if a := b.send(anew, secondStep, "code", d.code(secret)); a.status != 303 {
		t.Fatalf("after the window the right code answered %d", a.status)
	}
}

// A mailbox and a password that it resets are one factor: no mailed code opens an
// account that has better or needs better.
func TestNoMailedCodeGoesRoundASecondFactor(t *testing.T) {
	d := openDesk(t)
	box := d.letterbox()
	d.mailed(demo.School)
	b := d.browser()
	asked := b.post("/coordinate/sign-in", credentials(demo.School.Email(), demo.Password))
	wants(t, asked, 200, "Enter the code")
	d.withApp(demo.School) // meanwhile
	late := b.post("/coordinate/sign-in/code", asked.typing(box.last()))
	wants(t, late, 422)
	d.signedOut(b, late)
	second := b.post("/coordinate/sign-in", credentials(demo.School.Email(), demo.Password))
	wants(t, second, 200, "Show your second factor")
	mails := len(box.codes)
	f := asked.typing("")
	f.Set("mfa", second.filled(secondStep).Get("mfa"))
	wants(t, b.post("/coordinate/sign-in/code/again", f), 200)
	if len(box.codes) != mails {
		t.Fatal("a code was mailed to an account that has better")
	}
	otp, err := d.room.mailCode(d.user(demo.School)) // by whatever way one came to be
	if err != nil {
		t.Fatal(err)
	}
	f.Set("otp", otp)
	f.Set("code", box.last())
	made := d.browser().post("/coordinate/sign-in/code", f)
	wants(t, made, 422)
	d.signedOut(b, made)
	mails = len(box.codes)
	in := d.as(demo.School)
	page := in.get("/coordinate/account")
	wants(t, page, 200, "On: after your password you show", "My phone")
	lacks(t, page, "Mail me a code")
	if a := in.post("/coordinate/account/code/ask", page.fields()); a.status != 303 || len(box.codes) != mails {
		t.Errorf("asking for a mailed code answered %d", a.status)
	}
}

// A password that was reset by mail changes nothing of the second factor.
func TestAResetPasswordStillAsksForTheSecondFactor(t *testing.T) {
	d, b, _, secret, _ := signingIn(t)
	token, err := d.user(demo.Manager).NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	if a := d.Do("POST", "/api/collections/users/confirm-password-reset", "", map[string]string{"token": token, "password": "a new long password", "passwordConfirm": "a new long password"}); a.Status != 204 {
		t.Fatalf("the reset: %d %s", a.Status, a.Body)
	}
	asked := b.post("/coordinate/sign-in", credentials(demo.Manager.Email(), "a new long password"))
	wants(t, asked, 200, "Show your second factor")
	d.signedOut(b, asked)
	if a := b.send(asked, secondStep, "code", d.code(secret)); a.status != 303 {
		t.Fatalf("the code answered %d", a.status)
	}
}

// An open browser, or somebody's password, is not enough to change how they sign in.
func TestChangingASecondFactorAsksForBoth(t *testing.T) {
	d := openDesk(t)
	secret, recovery := d.withApp(demo.Manager)
	theirs, _ := d.withApp(demo.School)
	b, elsewhere := d.as(demo.Manager), d.as(demo.Manager)
	s, err := signin.SecondFactorOf(d.App, d.user(demo.Manager))
	if err != nil {
		t.Fatal(err)
	}
	of, _ := signin.SecondFactorOf(d.App, d.user(demo.School))
	for _, address := range []string{"/totp", "/recovery", "/remove?id=" + s.Factors[0].ID} {
		action := factorsPage + strings.Split(address, "?")[0]
		page := b.get(factorsPage + address)
		wants(t, page, 200, "Your password", "Code from your authenticator app")
		wants(t, b.send(page, action, "code", d.code(secret)), 422, "Enter your password")
		wants(t, b.send(page, action, "password", demo.Password), 422, "Enter the code")
		wants(t, b.send(page, action, "password", demo.Password, "code", "000000"), 422, "This code is not right")
		wants(t, b.send(page, action, "password", demo.Password, "code", d.code(theirs)), 422, "This code is not right")
		unsealed := page.filled(action, "password", demo.Password, "code", d.code(secret), "seal", "")
		wants(t, b.post(action, unsealed), 403)
	}
	if a := b.get(factorsPage + "/remove?id=" + of.Factors[0].ID); a.status != 404 {
		t.Errorf("somebody else's factor answered %d", a.status)
	}
	if a := b.get(factorsPage + "/nonsense"); a.status != 404 {
		t.Errorf("a change that there is not answered %d", a.status)
	}

	page := b.get(factorsPage + "/recovery")
	anew := b.send(page, factorsPage+"/recovery", "password", demo.Password, "code", recovery[0])
	wants(t, anew, 200, "Your recovery codes")
	if len(anew.recovery()) != 10 || elsewhere.get("/coordinate").status != 303 {
		t.Fatal("no new codes, or who was signed in elsewhere still is")
	}
	page = b.get(factorsPage + "/remove?id=" + s.Factors[0].ID)
	wants(t, page, 200, "My phone")
	if a := b.send(page, factorsPage+"/remove", "password", demo.Password, "code", anew.recovery()[0]); a.status != 303 || at(a) != factorsPage+"?done=removed" {
		t.Fatalf("removing answered %d\n%s", a.status, a.body)
	}
	wants(t, b.get(factorsPage+"?done=removed"), 200, "It is removed")
	if a := d.browser().post("/coordinate/sign-in", credentials(demo.Manager.Email(), demo.Password)); a.status != 303 {
		t.Errorf("without it, signing in answered %d", a.status)
	}
}

func TestThePagesTakeAPasskey(t *testing.T) {
	bare := openDesk(t)
	wants(t, bare.as(demo.School).get(factorsPage), 200, "A passkey cannot be added at this address", "localhost")
	d := openDesk(t).named()
	b := d.as(demo.School)
	key := d.token()
	ask := b.get(factorsPage + "/passkey")
	page := b.send(ask, factorsPage+"/passkey", "password", demo.Password)
	wants(t, page, 200, "Make your passkey")
	for _, hostile := range []string{"", "{}", "[[[[", `{"id":{}}`} {
		if a := b.send(page, factorsPage+"/passkey/confirm", "response", hostile); a.status != 409 {
			t.Errorf("the answer %q: %d", hostile, a.status)
		}
	}
	page = b.send(ask, factorsPage+"/passkey", "password", demo.Password)
	other := d.as(demo.Colleague)
	stolen := page.filled(factorsPage+"/passkey/confirm", "response", key.make(page))
	stolen.Set("seal", other.get("/coordinate/account").fields().Get("seal"))
	if a := other.post(factorsPage+"/passkey/confirm", stolen); a.status != 409 {
		t.Errorf("somebody else's passkey was answered %d", a.status)
	}
	done := b.send(page, factorsPage+"/passkey/confirm", "response", key.make(page), "name", "A key on my ring")
	wants(t, done, 200, "Your recovery codes")
	wants(t, b.get(factorsPage), 200, "A key on my ring", "Passkey, added")

	stranger := d.browser()
	asked := stranger.post("/coordinate/sign-in", credentials(demo.School.Email(), demo.Password))
	wants(t, asked, 200, "Use a passkey")
	shown := key.show(asked)
	wrong := d.token()
	wants(t, stranger.send(asked, secondStep, "response", wrong.show(asked)), 422)
	if a := stranger.send(asked, secondStep, "response", shown); a.status != 303 {
		t.Fatalf("the passkey answered %d\n%s", a.status, a.body)
	}
	again := d.browser()
	second := again.post("/coordinate/sign-in", credentials(demo.School.Email(), demo.Password))
	form := second.filled(secondStep, "response", shown)
	wants(t, again.post(secondStep, form), 422)
	form.Set("ceremony", asked.filled(secondStep).Get("ceremony"))
	wants(t, again.post(secondStep, form), 422)
	d.signedOutNow(again)
}

// signedOutNow proves that a browser has no session.
func (d *desk) signedOutNow(b *browser) {
	d.t.Helper()
	if a := b.get("/coordinate"); a.status != 303 {
		d.t.Fatalf("a page was given: %d", a.status)
	}
}
