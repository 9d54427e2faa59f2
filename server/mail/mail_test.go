package mail

import (
	"errors"
	"fmt"
	stdmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/hooks/tell"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// sack is a mail server that says what a test wants it to say.
type sack struct {
	mu    sync.Mutex
	mails []*mailer.Message
	err   error
	die   bool
}

func (s *sack) Send(m *mailer.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if s.die {
		panic("the server died")
	}
	return s.err
}

// office is Fellmoor with an empty outbox, a mail server and a clock.
type office struct {
	*post
	t    *testing.T
	sack *sack
	at   time.Time
}

func openOffice(t *testing.T) *office {
	t.Helper()
	app := demotest.App(t)
	if _, err := app.NonconcurrentDB().Delete("outbox", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	app.Settings().Meta.AppURL = "https://holdfast.fellmoor.example/"
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, sack: &sack{}, at: demotest.Today}
	o.post = &post{app: app, client: o.sack, now: func() time.Time { return o.at }}
	return o
}

// northgate is the demo's registration that waits for its manager.
var northgate = demo.ID("registration", 2)

func (o *office) take(act string) {
	o.t.Helper()
	user, err := o.app.FindRecordById("users", demo.Coordinator.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	err = kernel.Within(o.app, kernel.Actor{User: user, Door: "coordinate"}, func(tx core.App) error {
		r, err := tx.FindRecordById("champion_registrations", northgate)
		if err != nil {
			return err
		}
		return scheme.Take(tx, r, kernel.Taken{Act: act, Reason: "Not now.", At: stamp(o.at)})
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) row() *core.Record {
	o.t.Helper()
	rows, err := o.app.FindRecordsByFilter("outbox", "record = {:r}", "-created", 1, 0, dbx.Params{"r": northgate})
	if err != nil || len(rows) != 1 {
		o.t.Fatal(len(rows), err)
	}
	return rows[0]
}

var tokenIn = regexp.MustCompile(`https://holdfast\.fellmoor\.example/coordinate/agreement/([A-Za-z0-9_-]{43})\b`)

func TestTheManagerGetsALinkThatWorks(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	for range 3 {
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.sack.mails) != 1 || o.row().GetString("status") != "sent" {
		t.Fatalf("%d mails, %s", len(o.sack.mails), o.row().GetString("status"))
	}
	m := o.sack.mails[0]
	token := tokenIn.FindStringSubmatch(m.Text)
	if token == nil || !strings.Contains(m.HTML, `<a href="`+token[0]+`">`) || m.To[0].Address != "office@fellmoor.example" || !strings.Contains(m.Text, "Otto Byrne") {
		t.Fatalf("%s\n%s", m.Text, m.HTML)
	}
	for _, private := range []string{demo.Outsider.Email(), "01632", "notice earlier"} {
		if strings.Contains(m.Text+m.HTML, private) {
			t.Errorf("the mail says %q", private)
		}
	}
	if _, _, err := scheme.OpenLink(o.app, token[1], stamp(o.at)); err != nil {
		t.Fatal("the link in the mail does not work:", err)
	}
	var held int
	if err := o.app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM manager_links WHERE token_hash = {:t}) + (SELECT count(*) FROM outbox WHERE reason LIKE '%' || {:t} || '%' OR problem LIKE '%' || {:t} || '%')`).
		Bind(dbx.Params{"t": token[1]}).Row(&held); err != nil || held != 0 {
		t.Fatal("the token is in the store", err)
	}
	o.take(champion.Ask) // asked again: a new mail, the old link is void
	if err := o.deliver(); err != nil || len(o.sack.mails) != 2 {
		t.Fatal(len(o.sack.mails), err)
	}
	if _, _, err := scheme.OpenLink(o.app, token[1], stamp(o.at)); !errors.Is(err, kernel.ErrLink) {
		t.Fatal("the first link still works")
	}
}

func TestWhatFailsIsTriedLaterAndLater(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	o.sack.err = errors.New("451 try later\r\nX-Evil: yes")
	for i, wait := range waits {
		if err := o.deliver(); err == nil {
			t.Fatal("a failure is not told to the operator")
		}
		if len(o.sack.mails) != i+1 || o.row().GetString("status") != "queued" || strings.Contains(o.row().GetString("problem"), "\n") {
			t.Fatalf("after try %d: %d mails, %v", i+1, len(o.sack.mails), o.row().PublicExport())
		}
		o.at = o.at.Add(wait - time.Second)
		if err := o.deliver(); err != nil || len(o.sack.mails) != i+1 {
			t.Fatalf("tried again before its time: %d, %v", len(o.sack.mails), err)
		}
		o.at = o.at.Add(time.Second)
	}
	if err := o.deliver(); err == nil || o.row().GetString("status") != "failed" {
		t.Fatal(o.row().GetString("status"))
	}
	o.at = o.at.Add(1000 * time.Hour)
	if err := o.deliver(); err != nil || len(o.sack.mails) != len(waits)+1 {
		t.Fatal("what has failed is tried for ever")
	}
	ids := map[string]bool{}
	for _, m := range o.sack.mails {
		ids[m.Headers["Message-ID"]] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d message ids for one mail", len(ids))
	}
}

// The server dies while a mail is on its way: it is not sent a second time, and a
// person is told.
func TestAMailThatMayHaveGoneOutIsNotSentAgain(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	o.sack.die = true
	func() {
		defer func() { _ = recover() }()
		_ = o.deliver()
	}()
	if o.row().GetString("status") != "sending" {
		t.Fatal(o.row().GetString("status"))
	}
	o.sack.die = false
	again := &post{app: o.app, client: o.sack, now: o.now} // the next start
	if err := again.unsure(o.at); err != nil {
		t.Fatal(err)
	}
	if err := again.deliver(); err != nil || len(o.sack.mails) != 1 || o.row().GetString("status") != "unsure" {
		t.Fatalf("%d mails, %s, %v", len(o.sack.mails), o.row().GetString("status"), err)
	}
}

func TestTwoReadersSendOneMail(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	id := o.row().Id // both have read that it is due before either claims it
	var all sync.WaitGroup
	for range 4 {
		p := &post{app: o.app, client: o.sack, now: o.now}
		all.Go(func() { _ = p.send(id) })
	}
	all.Wait()
	if len(o.sack.mails) != 1 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
}

func TestAMailWhoseReasonIsOverIsNotSent(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	o.take(champion.Withdraw)
	if err := o.deliver(); err != nil || len(o.sack.mails) != 0 || o.row().GetString("status") != "dropped" {
		t.Fatalf("%d mails, %s, %v", len(o.sack.mails), o.row().GetString("status"), err)
	}
}

func TestNoMailLeadsToTheReadersOwnMachine(t *testing.T) {
	o := openOffice(t)
	o.take(champion.Ask)
	for _, address := range []string{"http://localhost:8090", "http://127.0.0.1:8090", "http://[::1]/"} {
		o.app.Settings().Meta.AppURL = address
		if err := o.deliver(); !errors.Is(err, errNowhere) || len(o.sack.mails) != 0 || o.row().GetString("status") != "queued" {
			t.Fatalf("%s: %v, %d mails", address, err, len(o.sack.mails))
		}
	}
}

// What people wrote can begin no header, no paragraph and no element.
func TestHostileNamesAreText(t *testing.T) {
	o := openOffice(t)
	evil := "Otto\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>\u202e"
	for table, column := range map[string]string{"champion_registrations": "name", "agencies": "name"} {
		if _, err := o.app.NonconcurrentDB().Update(table, dbx.Params{column: evil}, dbx.In("id", northgate, demo.Outsider.Agency)).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	o.take(champion.Ask)
	if _, err := o.app.NonconcurrentDB().Update("outbox", dbx.Params{"to_name": evil}, nil).Execute(); err != nil {
		t.Fatal(err)
	}
	o.app.Settings().Meta.AppName = evil
	dir := t.TempDir()
	o.client, o.demo = folder{dir, o.now}, true
	if err := o.deliver(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 || !strings.HasSuffix(files[0], ".eml") {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := stdmail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	markup := string(raw)[strings.Index(string(raw), "Content-Type: text/html"):]
	if len(m.Header) != 7 || m.Header.Get("Bcc") != "" || strings.Contains(markup, "<script") || strings.Contains(string(raw), "=E2=80=AE") {
		t.Fatalf("%v\n%s", m.Header, raw)
	}
	to, err := stdmail.ParseAddressList(m.Header.Get("To"))
	if err != nil || len(to) != 1 || to[0].Address != "office@fellmoor.example" {
		t.Fatal(to, err)
	}
}

func TestEveryKindHasItsWords(t *testing.T) {
	for _, kind := range []string{"agreement", "renewal", "reminder", "first_meeting", "agreed", "declined", "lapsed",
		"new_phone", "new_phone_of", "copied_phone", "copied_phone_of"} {
		subject, text, err := written(kind, letter{To: "Otto", Applicant: "Otto", Agency: "Housing", Until: "1 May 2027", Reason: "x", Link: "https://h.example/coordinate/agreement/x", Days: 3})
		if err != nil || subject == "" || !strings.Contains(text, "Dear Otto,") || strings.Contains(subject+text, "<no value>") {
			t.Errorf("%s: %q %v\n%s", kind, subject, err, text)
		}
		if strings.Contains(fmt.Sprint(subject), "Otto") {
			t.Errorf("%s: a name is in the subject", kind)
		}
	}
}

// A champion who has been to no meeting is told by when, and which comes next; one who
// was at one before the mail went is told nothing.
func TestTheFirstMeetingsReminderNamesTheNext(t *testing.T) {
	o := openOffice(t)
	r, err := o.app.FindRecordById("champion_registrations", demo.ID("registration", 4)) // Aneta, of Harbour School
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.app.NonconcurrentDB().Delete("network_attendance", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	keep := func(noun string, values map[string]any) *core.Record {
		c, err := o.app.FindCollectionByNameOrId(noun)
		if err != nil {
			t.Fatal(err)
		}
		e := core.NewRecord(c)
		e.Load(values)
		if err := o.app.Save(kernel.AsServer(e)); err != nil {
			t.Fatal(err)
		}
		return e
	}
	meeting := keep("network_events", map[string]any{"title": "Evening", "kind": "meeting", "status": "planned", "place": "The <b>hall</b>", "starts_at": o.at.Add(time.Hour)})
	keep("network_events", map[string]any{"title": "Called off", "kind": "meeting", "status": "cancelled", "place": "Nowhere", "starts_at": o.at.Add(time.Minute)})
	post := func(reason string) {
		t.Helper()
		if err := tell.Post(o.app, tell.Mail{Reason: reason, Kind: "first_meeting", Collection: "champion_registrations", Record: r.Id, To: "aneta@fellmoor.example", Name: "Aneta", Days: 14}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.app.NonconcurrentDB().Update("outbox", dbx.Params{"due_at": o.at}, dbx.HashExp{"reason": reason}).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	post("one")
	since, err := time.Parse(time.DateOnly, r.GetString("active_since"))
	if err != nil || len(o.sack.mails) != 1 {
		t.Fatal(len(o.sack.mails), err)
	}
	m := o.sack.mails[0]
	for _, says := range []string{"by " + since.AddDate(0, 6, 0).Format("Monday 2 January 2006"), "The next is on Friday 20 November 2026, 10am, The <b>hall</b>."} {
		if !strings.Contains(m.Text, says) {
			t.Errorf("it does not say %q:\n%s", says, m.Text)
		}
	}
	if strings.Contains(m.HTML, "<b>") {
		t.Error("a place is markup")
	}
	nobody := keep("champion_policies", map[string]any{"from": o.at.Format(time.DateOnly), "valid_months": 12, "remind_days": []int{30}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3, "first_meeting_months": 0, "reason": "Nobody is asked."})
	post("of an area that asks nobody any more")
	if len(o.sack.mails) != 1 {
		t.Errorf("told though nobody is asked: %d mails", len(o.sack.mails))
	}
	if _, err := o.app.NonconcurrentDB().Delete("champion_policies", dbx.HashExp{"id": nobody.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	keep("network_attendance", map[string]any{"event": meeting.Id, "user": demo.Aneta.ID, "answer": "attended"})
	post("two")
	if len(o.sack.mails) != 1 {
		t.Errorf("told after the meeting: %d mails", len(o.sack.mails))
	}
}
