package coordinate

import (
	"strings"
	"sync"
	"testing"

	"holdfast/server/demo"
)

func TestTheCoordinatorTakesAColleagueThroughTheScheme(t *testing.T) {
	d := openDesk(t)
	d.now = d.now.Add(9 * 60 * 60 * 1e9) // in the evening
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	path := "/coordinate/registrations/" + r.Id

	wants(t, b.get("/coordinate"), 200, "1 to decide", "6 agencies")
	wants(t, b.get("/coordinate/registrations"), 200, demo.Colleague.Name, "Fellmoor Early Help", "Submitted", path)
	seen := b.get(path)
	wants(t, seen, 200, demo.Colleague.Email(), "I see families early", "Ask the line manager", "sent the registration from a phone", "Line manager", "job title")
	lacks(t, seen, "Make them active", "Begin induction") // not before the manager agreed
	lacks(t, b.get("/coordinate/champions"), demo.Colleague.Name)

	asked := b.decide(r.Id, "ask_manager", "")
	if asked.status != 303 || asked.header.Get("Location") != path+"?done=ask_manager" {
		t.Fatalf("asking answered %d to %q\n%s", asked.status, asked.header.Get("Location"), asked.body)
	}
	wants(t, b.get(asked.header.Get("Location")), 200, "The line manager is being asked. It is now: Waiting for manager.", "Decided by", "is on its way", "Ask again with a new link")
	wants(t, b.get("/coordinate"), 200, "1 waiting")
	d.agree(r.Id)
	wants(t, b.get(path), 200, "Approved", "Moira Ash (line manager)", "Begin induction")
	for _, action := range []string{"induct", "activate"} {
		if a := b.decide(r.Id, action, ""); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
	}
	wants(t, b.get(path+"?done=activate"), 200, "They are an active champion. It is now: Active.", "made them an active champion", "moved it on on these pages", "20 November 2027")
	lacks(t, b.get(path+"?done=ask_manager"), "Success") // only what has just been done

	now := d.stored(r.Id)
	if now.GetString("status") != "active" || now.GetString("decided_by") != demo.Coordinator.ID || now.GetDateTime("decided_at").IsZero() {
		t.Fatalf("stored: %v", now.PublicExport())
	}
	wants(t, b.get("/coordinate/champions"), 200, demo.Colleague.Name, "Fellmoor Early Help", demo.Colleague.Email(), "01632 960 111", "20 November 2026", path)
	lacks(t, b.get("/coordinate/registrations"), demo.Colleague.Name)
	wants(t, b.get("/coordinate/coverage"), 200, "1 of 2", "Amber: 1 more needed")

	var doors []string
	err := d.App.ConcurrentDB().NewQuery(`SELECT DISTINCT door || ' ' || verb || ' ' || collection FROM audit_log WHERE door = 'coordinate' AND actor = '` + demo.Coordinator.ID + `' ORDER BY 1`).Column(&doors)
	if err != nil || strings.Join(doors, "; ") != "coordinate create champion_history; coordinate create champions; coordinate create outbox; coordinate update champion_registrations" {
		t.Fatalf("the audit log says %q, %v", doors, err)
	}
}

func TestWhoDidNotConsentStaysOutOfTheDirectory(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, map[string]any{"directory_consent": false})
	b := d.as(demo.Coordinator)
	d.raise(b, r.Id)
	lacks(t, b.get("/coordinate/champions"), demo.Colleague.Name)
	if n, err := d.App.CountRecords("champions"); err != nil || n != 0 {
		t.Fatalf("%d in the directory, %v", n, err)
	}
	wants(t, b.get("/coordinate/coverage"), 200, "1 of 2") // counted, though not shown
}

func TestDecliningNeedsAReason(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	for _, empty := range []string{"", " \r\n\t "} {
		wants(t, b.decide(r.Id, "decline", empty), 422, "Error: Registration of", "There is a problem",
			`href="#decline-reason"`, "Enter why you are declining this registration", `aria-describedby="decline-reason-hint decline-reason-error`)
	}
	long := strings.Repeat("Too long. ", 30)
	wants(t, b.decide(r.Id, "decline", long), 422, `href="#decline-reason"`, "200", strings.TrimSpace(long))
	if s := d.stored(r.Id).GetString("status"); s != "submitted" {
		t.Fatalf("the registration is %s", s)
	}
	if a := b.decide(r.Id, "decline", "Your agency has its champions; please offer again in spring."); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, b.get("/coordinate/registrations/"+r.Id), 200, "Declined", "please offer again in spring")
	lacks(t, b.get("/coordinate/registrations/"+r.Id), `id="decide"`) // nothing is left to decide
}

func TestTheSecondDecisionIsRefused(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	first, second := d.as(demo.Coordinator), d.as(demo.Coordinator)
	path := "/coordinate/registrations/" + r.Id
	form := second.get(path).fields()
	if a := first.decide(r.Id, "ask_manager", ""); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	was := d.stored(r.Id).GetString("updated")
	form.Set("reason", "Not this time.")
	for _, action := range []string{"ask_manager", "decline", "withdraw"} {
		wants(t, second.post(path+"/"+action, form), 409, "already been decided", demo.Coordinator.Name, "It is now: Waiting for manager", path)
	}
	// Also with a form that is new, from a page that does not offer it.
	fresh := second.get(path).fields()
	fresh.Set("reason", "Not this time.")
	wants(t, second.post(path+"/activate", fresh), 409, "already been decided")
	wants(t, second.post(path+"/delete", fresh), 404)
	if now := d.stored(r.Id).GetString("updated"); now != was {
		t.Fatal("a refused form changed the registration")
	}
}

func TestAFormIsRefusedWhenTheApplicantChangedTheRegistration(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	path := "/coordinate/registrations/" + r.Id
	form := b.get(path).fields()
	changed := d.stored(r.Id)
	changed.Set("directory_consent", false)
	if err := d.App.Save(changed); err != nil {
		t.Fatal(err)
	}
	wants(t, b.post(path+"/ask_manager", form), 409, "has changed since you opened it", "Submitted")
	if n, _ := d.App.CountRecords("outbox"); n != 0 {
		t.Fatal("a mail is on its way for a form that was refused")
	}
}

func TestOfManyAtOnceOneDecides(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	b := d.as(demo.Coordinator)
	path := "/coordinate/registrations/" + r.Id
	form := b.get(path).fields()
	form.Set("reason", "Not this time.")
	var mu sync.Mutex
	status := map[int]int{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			a := b.post(path+"/"+[]string{"ask_manager", "decline"}[i%2], form)
			mu.Lock()
			defer mu.Unlock()
			status[a.status]++
		})
	}
	all.Wait()
	if status[303] != 1 || status[409] != 7 {
		t.Fatalf("eight decisions at once answered %v; want one 303 and seven 409", status)
	}
}

func TestWithdrawingTakesTheChampionOutOfTheDirectory(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	other := d.offer(demo.School, nil)
	b := d.as(demo.Coordinator)
	for _, id := range []string{r.Id, other.Id} {
		d.raise(b, id)
	}
	if a := b.decide(r.Id, "withdraw", "Leaving the agency."); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	page := b.get("/coordinate/champions")
	wants(t, page, 200, demo.School.Name)
	lacks(t, page, demo.Colleague.Name)
}

func TestNobodyDecidesTheirOwnRegistration(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Coordinator, nil)
	b := d.as(demo.Coordinator)
	page := b.get("/coordinate/registrations/" + r.Id)
	wants(t, page, 200, "This is your own registration")
	form := b.get("/coordinate").fields()
	form.Set("rev", "1")
	wants(t, b.post("/coordinate/registrations/"+r.Id+"/ask_manager", form), 403, "You cannot decide your own registration")
	if s := d.stored(r.Id).GetString("status"); s != "submitted" {
		t.Fatalf("the registration is %s", s)
	}
}

func TestAnApplicantWhoseAccountIsClosedIsWithdrawn(t *testing.T) {
	d := openDesk(t)
	r := d.offer(demo.Colleague, nil)
	d.give(demo.Colleague, map[string]any{"active": false})
	b := d.as(demo.Coordinator)
	wants(t, b.get("/coordinate/registrations/"+r.Id), 200, "Withdrawn", "The account was closed.", "Changed automatically")
}

func TestOneLeadsTheChampionsOfAnAgency(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	first, second := d.offer(demo.Colleague, nil), d.offer(demo.Practitioner, nil)
	for _, id := range []string{first.Id, second.Id} {
		d.raise(b, id)
		if a := b.decide(id, "make_lead", ""); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
	}
	if d.stored(first.Id).GetBool("lead") || !d.stored(second.Id).GetBool("lead") {
		t.Fatal("two lead one agency")
	}
	wants(t, b.get("/coordinate/registrations/"+first.Id), 200, "ended their lead", "Make them the lead")
	wants(t, b.get("/coordinate/coverage"), 200, "Has a lead")
}
