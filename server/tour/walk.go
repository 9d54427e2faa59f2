package tour

import (
	"fmt"
	"io"
	"time"
)

// Walk goes through the first thread and three families' stories against a running demo
// server and tells whether every promise held. It can be walked again and again.
func Walk(out io.Writer, at, password string) bool {
	w := &walk{out: out, at: at, password: password}
	defer w.signOut()
	fmt.Fprintf(out, "The first thread, walked on %s\n", at)
	if err := w.ready(); err != nil {
		return w.broke("the demo server answers", err)
	}
	for i, s := range []struct {
		title, promise string
		do             func() error
	}{
		{"The practitioner signs in, registers a phone and pulls the cases", "a phone holds what its user was granted", w.signIn},
		{"In a stairwell with no signal: two tries at contact, a note, and the engagement pathway is started", "capturing needs no server", w.offline},
		{"Back online: the phone hands in its work; the server derives the steps; the school's phone gets them too", "nothing recorded is lost, and it reaches those who may see it", w.online},
		{"The first missed-contact letter is drafted and rendered as a page and as paper", "one parse, two renderings, nothing unresolved", w.letter},
		{"A photo goes up as evidence in two pieces, with a cut between them", "evidence arrives whole", w.photo},
		{"The colleague registers as a champion from a phone; the coordinator sees it in the browser", "a registration made offline reaches the coordinator", w.champion},
		{"The practitioner is taken off FM-0001: every row of it leaves that phone", "what leaves the user's sight leaves the phone", w.removed},
		{"A family from missed visits to a plan; a miss while the plan is watched; a second plan, and a second lapse", "a family that agrees a plan works with us again, and a miss goes back with the count kept, the second time as well", w.engages},
		{"A family that says no: asked why, decided by somebody else, written to", "a no is the family's right, and is no end by itself", w.refuses},
		{"A worker who is alone on a case raises an immediate risk", "a risk is heard, or the phone says that nobody was told", w.alone},
		{"Another family's end: refused while an agency is silent, made when every agency has answered", "no agency closes alone, and nobody approves what they proposed", w.closes},
	} {
		fmt.Fprintf(out, "\n%d. %s\n", i+1, s.title)
		began := time.Now()
		if err := s.do(); err != nil {
			return w.broke(s.promise, err)
		}
		fmt.Fprintf(out, "   done in %s\n", time.Since(began).Round(time.Millisecond))
	}
	fmt.Fprintf(out, "\nAll eleven steps hold.\n")
	return true
}

// signOut ends the phones of this tour: the next would find no room for its own.
func (w *walk) signOut() {
	for _, p := range w.phones {
		if err := p.end(); err != nil {
			w.say("%s's phone could not be signed out: %v", p.who.Name, err)
		}
	}
}

func (w *walk) broke(promise string, err error) bool {
	fmt.Fprintf(w.out, "   BROKEN PROMISE: %s\n   %v\n", promise, err)
	return false
}

func (w *walk) say(format string, args ...any) { fmt.Fprintf(w.out, "   "+format+"\n", args...) }

// walk is one tour under way.
type walk struct {
	out          io.Writer
	at, password string

	practitioner, school, colleague, manager *phone
	phones                                   []*phone // all of them, to be signed out
	outbox                                   []mutation
	pathway                                  string
}
