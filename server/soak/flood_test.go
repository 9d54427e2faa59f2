package soak

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

// Somebody who would stop the service, beside a phone that syncs: what they ask is
// answered or refused, and the phone goes on.
func TestAFloodBesideAPhone(t *testing.T) { flood(t, time.Second, 2, 4) }

// The same for longer: one person's worst questions from eleven connections, one guest's
// bodies of 30 MB, twenty-four wrong sign-ins at a time.
func TestSoakAFloodBesideAPhone(t *testing.T) {
	long(t)
	for name, guesses := range map[string]int{"without the sign-ins": 0, "with them": 24} {
		t.Run(name, func(t *testing.T) { floodHeld(t, guesses) })
	}
}

func floodHeld(t *testing.T, guesses int) {
	t.Helper()
	quiet, loud, grown := flood(t, 20*time.Second, 200, guesses)
	if loud > 10*quiet {
		t.Errorf("the pulls' 99th hundredth went from %v to %v; wanted: under ten times", quiet, loud)
	}
	if grown > 64*mib {
		t.Errorf("the server grew by %d MiB; wanted: under 64", grown/mib)
	}
}

// flood answers the 99th hundredth of a phone's pulls in quiet and beside the flood, and
// by how much the server's memory grew then.
func flood(t *testing.T, lasts time.Duration, notes, guesses int) (quiet, loud time.Duration, grown int64) {
	const cases = 50
	phoneOwner, curious := workerID(0), workerID(1)
	dir, signIns := prepared(t, func(app core.App) {
		workers(t, app, 2)
		leads(t, app, 0, 2*cases, cases)
		rows(t, app, 0, 2*cases*2*notes, 2*notes)
	}, phoneOwner, curious)
	s := serve(t, dir)
	p := newPhone(t, s, phoneOwner, signIns[phoneOwner])
	other := newPhone(t, s, curious, signIns[curious]) // who asks with a phone's token
	if err := p.sync(); err != nil {
		t.Fatal(err)
	}
	pulls := func() (times []time.Duration) {
		t.Helper()
		for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			began := time.Now()
			if err := p.pull(); err != nil {
				t.Fatal(err)
			}
			times = append(times, time.Since(began))
		}
		return times
	}
	quiet = worst(pulls())

	idle := s.memory()
	watch := s.watch()
	stop := make(chan struct{})
	var scenes sync.WaitGroup
	told := &answers{of: map[string]map[int]int{}}
	scene := func(name string, times int, ask func(i int) int) {
		for i := range times {
			scenes.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						told.add(name, ask(i))
					}
				}
			})
		}
	}
	questions := worstQuestions()
	scene("questions", 11, func(i int) int {
		return call(s, "GET", questions[i%len(questions)], other.device.AccessToken, nil, 0)
	})
	scene("a long body", 1, func(int) int {
		const size = 30 << 20
		return call(s, "POST", "/api/collections/notes/records", "", bytes.NewReader(objects[:size]), size)
	})
	scene("wrong sign-ins", guesses, func(i int) int {
		body := fmt.Sprintf(`{"identity":"%s","password":"wrong-%d"}`, demo.Cast[i%len(demo.Cast)].Email(), i)
		return call(s, "POST", "/api/collections/users/auth-with-password", "", strings.NewReader(body), int64(len(body)))
	})
	loud = worst(pulls())
	close(stop)
	scenes.Wait()
	most := watch()
	grown = most.own - idle.own

	for name, statuses := range told.of {
		for status := range statuses {
			if status < 200 || status == 500 || (name != "questions" && status == 200) {
				t.Errorf("%s: answered %d", name, status)
			}
		}
	}
	if len(p.refused) > 0 {
		t.Errorf("the phone was sent away: %v", p.refused)
	}
	t.Logf("pulls at their 99th hundredth: %v in quiet, %v beside the flood; memory grew by %d MiB; answered: %v; %s", quiet, loud, grown/mib, told.of, outcome(t))
	return quiet, loud, grown
}

func worst(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*99/100]
}

// worstQuestions are those that may be asked and look at most, and those that may not.
func worstQuestions() (paths []string) {
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("body !~ '%%a%%e%%i%%o%%u%%y%%%d%%z_'", i))
	}
	const through = "cases_via_lead_agency.case_members_via_case.user.case_members_via_user.case"
	for _, q := range []url.Values{
		{"filter": {strings.Join(many, " && ")}, "sort": {"-body,body,agency"}, "perPage": {"500"}},
		{"filter": {"body !~ 'x'"}, "sort": {"body"}, "perPage": {"500"}, "expand": {"case"}, "page": {"7"}},
	} {
		paths = append(paths, "/api/collections/notes/records?"+q.Encode())
	}
	return append(paths, "/api/collections/agencies/records?"+url.Values{"filter": {
		through + ".notes_via_case.body !~ 'zz' || " + through + ".people_via_case.name !~ 'zz' || " + through + ".contact_attempts_via_case.id !~ 'zz'"}}.Encode())
}

// call makes one request on a connection of its own and answers its status; 0 when the
// server hung up, as it may on who sends too much.
func call(s *server, method, path, token string, body io.Reader, size int64) int {
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		return -1
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return http.StatusRequestEntityTooLarge
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// objects is a record of ten million empty objects, as much of it as fits.
var objects = []byte(`{"x":[` + strings.Repeat("{},", 10<<20))

type answers struct {
	sync.Mutex
	of map[string]map[int]int
}

func (a *answers) add(name string, status int) {
	a.Lock()
	defer a.Unlock()
	if a.of[name] == nil {
		a.of[name] = map[int]int{}
	}
	a.of[name][status]++
}
