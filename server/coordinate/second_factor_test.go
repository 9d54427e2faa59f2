package coordinate

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/tally"
	"holdfast/server/demo"
)

// letterbox catches the codes that are mailed, the latest last.
type letterbox struct {
	mu    sync.Mutex
	codes []string
	to    []string
	fails error
}

func (d *desk) letterbox() *letterbox {
	box := new(letterbox)
	d.App.OnMailerRecordOTPSend().BindFunc(func(e *core.MailerRecordEvent) error {
		box.mu.Lock()
		defer box.mu.Unlock()
		if box.fails != nil {
			return box.fails
		}
		box.codes, box.to = append(box.codes, e.Meta["password"].(string)), append(box.to, e.Message.To[0].Address)
		return nil
	})
	return box
}

// mailed has a person's account ask for a mailed code, as they choose on its page.
func (d *desk) mailed(p demo.Person) {
	d.t.Helper()
	u, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	err = kernel.Within(d.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) error { return signin.SetMailedCode(tx, u, true, d.now) })
	if err != nil {
		d.t.Fatal(err)
	}
}

func (l *letterbox) last() string { return l.codes[len(l.codes)-1] }

var codeIDs = regexp.MustCompile(`<input type="hidden" name="(mfa|otp|next|seal)" value="([^"]*)">`)

// typing fills the form of a page that asks for a code.
func (a answer) typing(code string) url.Values {
	out := url.Values{"code": {code}}
	for _, m := range codeIDs.FindAllStringSubmatch(a.body[strings.LastIndex(a.body, "Enter the code</h1>"):], -1) {
		out.Set(m[1], m[2])
	}
	return out
}

// withCode is Fellmoor whose coordinator signs in with a code, at the page for it.
func withCode(t *testing.T) (*desk, *letterbox, *browser, answer) {
	t.Helper()
	d := openDesk(t)
	box := d.letterbox()
	d.mailed(demo.Coordinator)
	b := d.browser()
	form := credentials(demo.Coordinator.Email(), demo.Password)
	form.Set("next", "/coordinate/coverage")
	asked := b.post("/coordinate/sign-in", form)
	wants(t, asked, 200, "Enter the code", "on its way to your work email")
	if len(box.codes) != 1 || box.to[0] != demo.Coordinator.Email() || len(box.last()) != 8 {
		t.Fatalf("the mails: %q to %q", box.codes, box.to)
	}
	return d, box, b, asked
}

// signedOut proves that a browser got no session: neither a cookie nor a page.
func (d *desk) signedOut(b *browser, answers ...answer) {
	d.t.Helper()
	for _, a := range answers {
		if a.header.Get("Set-Cookie") != "" {
			d.t.Fatalf("a cookie was set: %s", a.header.Get("Set-Cookie"))
		}
		lacks(d.t, a, demo.Coordinator.Name, "Signed in as", "Registrations")
	}
	if a := b.get("/coordinate"); a.status != 303 {
		d.t.Fatalf("a page was given: %d", a.status)
	}
	var n int
	if err := d.App.ConcurrentDB().NewQuery("SELECT count(*) FROM coordinate_sessions").Row(&n); err != nil || n != 0 {
		d.t.Fatalf("%d sessions began, %v", n, err)
	}
}

func TestASessionBeginsOnlyAfterTheCode(t *testing.T) {
	d, box, b, asked := withCode(t)
	d.signedOut(b, asked)
	lacks(t, asked, box.last())
	wrong := b.post("/coordinate/sign-in/code", asked.typing("00000000"))
	wants(t, wrong, 422, "This code is not right, or its time is over", `href="#code"`)
	empty := b.post("/coordinate/sign-in/code", asked.typing(" "))
	wants(t, empty, 422, "Enter the code from the mail")
	d.signedOut(b, wrong, empty)

	spaced := box.last()[:4] + " " + box.last()[4:]
	in := b.post("/coordinate/sign-in/code", wrong.typing(spaced)) // the page of a wrong code leads on
	if in.status != 303 || in.header.Get("Location") != "/coordinate/coverage" || !strings.Contains(in.header.Get("Set-Cookie"), "holdfast=") {
		t.Fatalf("the right code answered %d to %q\n%s", in.status, in.header.Get("Location"), in.body)
	}
	wants(t, b.get("/coordinate"), 200, demo.Coordinator.Name)

	again := d.browser().post("/coordinate/sign-in/code", asked.typing(box.last()))
	wants(t, again, 422, "This code is not right")
	if again.header.Get("Set-Cookie") != "" {
		t.Fatal("a code signed in twice")
	}
}

// Of two that come at the same time with the same code, one is let in.
func TestACodeIsUsedOnceAlsoAtOnce(t *testing.T) {
	d, box, _, asked := withCode(t)
	form := asked.typing(box.last())
	var all sync.WaitGroup
	in := make(chan string, 4)
	for range 4 {
		all.Go(func() {
			user, err := d.room.secondStep(form.Get("mfa"), form.Get("otp"), box.last())
			if err == nil {
				in <- user.Id
			} else if !errors.Is(err, errCode) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(in) != 1 {
		t.Fatalf("%d got in by one code", len(in))
	}
}

// No answer tells a wrong code from one for a sign-in that never was.
func TestAWrongCodeTellsNothing(t *testing.T) {
	d, box, _, asked := withCode(t)
	school := d.browser()
	d.mailed(demo.School)
	others := school.post("/coordinate/sign-in", credentials(demo.School.Email(), demo.Password))
	form := func(mfa, otp, code string) url.Values {
		return url.Values{"mfa": {mfa}, "otp": {otp}, "code": {code}}
	}
	mine, theirs := asked.typing(""), others.typing("")
	bodies := map[string]string{}
	for why, f := range map[string]url.Values{
		"a wrong code":             form(mine.Get("mfa"), mine.Get("otp"), "00000000"),
		"a sign-in that never was": form("abcdefghijklmno", mine.Get("otp"), box.codes[0]),
		"a code that never was":    form(mine.Get("mfa"), "abcdefghijklmno", box.codes[0]),
		"nothing that ever was":    form("abcdefghijklmno", "onmlkjihgfedcba", "12345678"),
		"somebody else's code":     form(mine.Get("mfa"), theirs.Get("otp"), box.codes[1]),
		"somebody else's password": form(theirs.Get("mfa"), mine.Get("otp"), box.codes[0]),
		"no ids at all":            form("", "", "12345678"),
	} {
		a := d.browser().post("/coordinate/sign-in/code", f)
		wants(t, a, 422, "This code is not right, or its time is over")
		if a.header.Get("Set-Cookie") != "" {
			t.Fatalf("%s: a cookie was set", why)
		}
		bodies[codeIDs.ReplaceAllString(a.body, "")] = why
	}
	if len(bodies) != 1 {
		t.Errorf("the answers tell one from another: %d of them", len(bodies))
	}
	before := len(box.codes)
	a := d.browser().post("/coordinate/sign-in/code/again", form("abcdefghijklmno", "", ""))
	wants(t, a, 200, "on its way")
	if len(box.codes) != before {
		t.Error("a mail went out for a sign-in that never was")
	}
}

func TestACodeAndItsSignInEndByTime(t *testing.T) {
	for _, table := range []string{core.CollectionNameOTPs, core.CollectionNameMFAs} {
		d, box, b, asked := withCode(t)
		if _, err := d.App.NonconcurrentDB().Update(table, dbx.Params{"created": "2020-01-01 00:00:00.000Z"}, nil).Execute(); err != nil {
			t.Fatal(err)
		}
		late := b.post("/coordinate/sign-in/code", asked.typing(box.last()))
		wants(t, late, 422, "its time is over")
		d.signedOut(b, late)
	}
}

func TestANewCodeVoidsTheOneBefore(t *testing.T) {
	d, box, b, asked := withCode(t)
	again := b.post("/coordinate/sign-in/code/again", asked.typing(""))
	wants(t, again, 200, "on its way to your work email")
	if len(box.codes) != 2 {
		t.Fatalf("%d mails", len(box.codes))
	}
	old := b.post("/coordinate/sign-in/code", asked.typing(box.codes[0]))
	wants(t, old, 422)
	d.signedOut(b, old)
	if a := b.post("/coordinate/sign-in/code", again.typing(box.codes[1])); a.status != 303 {
		t.Fatalf("the new code answered %d", a.status)
	}
}

func TestCodesAreTriedAndMailedOnlySoOften(t *testing.T) {
	d, box, b, asked := withCode(t)
	for range tally.FreePair {
		wants(t, b.post("/coordinate/sign-in/code", asked.typing("00000000")), 422)
	}
	slowed := b.post("/coordinate/sign-in/code", asked.typing(box.last()))
	wants(t, slowed, http.StatusTooManyRequests, "Too many codes", "Wait a minute")
	d.signedOut(b, slowed)
	// A new sign-in with the right password gives no new tries.
	anew := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password))
	slowed = b.post("/coordinate/sign-in/code", anew.typing(box.last()))
	wants(t, slowed, http.StatusTooManyRequests)
	d.signedOut(b, slowed)
	for len(box.codes) < tally.FreePair {
		wants(t, b.post("/coordinate/sign-in/code/again", anew.typing("")), 200)
	}
	wants(t, b.post("/coordinate/sign-in/code/again", anew.typing("")), http.StatusTooManyRequests)
	wants(t, b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)), http.StatusTooManyRequests)
	if len(box.codes) != tally.FreePair {
		t.Fatalf("%d mails", len(box.codes))
	}
	d.now = d.now.Add(tally.LongestWait)
	anew = b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password))
	if a := b.post("/coordinate/sign-in/code", anew.typing(box.last())); a.status != 303 {
		t.Fatalf("after the window the right code answered %d", a.status)
	}
}

func TestAnAccountThatIsSwitchedOffMeanwhileStaysOut(t *testing.T) {
	d, box, b, asked := withCode(t)
	d.give(demo.Coordinator, map[string]any{"active": false})
	a := b.post("/coordinate/sign-in/code", asked.typing(box.last()))
	wants(t, a, 422)
	d.signedOut(b, a)
}

func TestACodeThatCannotBeMailedSaysSo(t *testing.T) {
	d := openDesk(t)
	box := d.letterbox()
	box.fails = errors.New("550 no such box")
	d.mailed(demo.Coordinator)
	b := d.browser()
	a := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password))
	wants(t, a, http.StatusServiceUnavailable, "The code could not be mailed")
	d.signedOut(b, a)
	if n, err := d.App.CountRecords(core.CollectionNameOTPs); err != nil || n != 0 {
		t.Errorf("%d codes that nobody has, %v", n, err)
	}
}

// Its owner turns it on when a code has arrived, and off with the password.
func TestAnAccountTurnsTheCodeOnAndOffForItself(t *testing.T) {
	d := openDesk(t)
	box := d.letterbox()
	b, elsewhere := d.as(demo.Coordinator), d.as(demo.Coordinator)
	second := func() bool {
		u, err := d.App.FindRecordById("users", demo.Coordinator.ID)
		if err != nil {
			t.Fatal(err)
		}
		return u.GetBool("second_factor")
	}
	page := b.get("/coordinate/account")
	wants(t, page, 200, "Code at sign-in", "Off.", demo.Coordinator.Email())
	asked := b.post("/coordinate/account/code/ask", page.fields())
	wants(t, asked, 200, "Enter the code")
	wants(t, b.post("/coordinate/account/code", asked.typing("00000000")), 422, "This code is not right")
	if second() {
		t.Fatal("on, without the code")
	}
	school := d.as(demo.School) // whose session shows the coordinator's code
	f := asked.typing(box.last())
	f.Set("seal", school.get("/coordinate/account").fields().Get("seal"))
	wants(t, school.post("/coordinate/account/code", f), 422)
	if a := b.post("/coordinate/account/code", asked.typing(box.last())); a.status != 303 || !second() {
		t.Fatalf("the right code answered %d", a.status)
	}
	wants(t, b.get("/coordinate/account?done=on"), 200, "Signing in now needs a code", "On:")
	if a := elsewhere.get("/coordinate"); a.status != 303 {
		t.Errorf("who was signed in without the code still is: %d", a.status)
	}
	wants(t, d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)), 200, "Enter the code")
	wants(t, d.as(demo.Practitioner).get("/coordinate/account"), 200, "Off.") // and nobody else's

	page = b.get("/coordinate/account")
	off := page.fields()
	off.Set("password", "not it")
	wants(t, b.post("/coordinate/account/code/off", off), 422, "Enter your password")
	if !second() {
		t.Fatal("off, without the password")
	}
	off.Set("password", demo.Password)
	if a := b.post("/coordinate/account/code/off", off); a.status != 303 || second() {
		t.Fatalf("the right password answered %d", a.status)
	}
	if a := d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Errorf("off, signing in answered %d", a.status)
	}
}

// In a demo the mails are shown to the coordinator; the code of another is not.
func TestADemosMailShowsACodeToNobodyButItsReader(t *testing.T) {
	d := openDesk(t)
	for i, to := range []string{demo.School.Email(), demo.Coordinator.Email()} {
		raw := "Sensitivity: Private\r\nFrom: <holdfast@fellmoor.example>\r\nTo: \"A Name\" <" + to + ">\r\nSubject: Your code to sign in\r\n" +
			"Content-Type: text/plain; charset=utf-8\r\n\r\nYour code is 1122334" + string(rune('4'+i)) + "\r\n"
		if err := os.WriteFile(filepath.Join(d.mail, "2026-"+string(rune('a'+i))+".eml"), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := d.as(demo.Coordinator).get("/coordinate/mail")
	wants(t, a, 200, "11223345", "Only its reader may see this mail", "2026-a.eml")
	lacks(t, a, "11223344")
}
