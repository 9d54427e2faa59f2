package powersync

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/reply"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
	"holdfast/server/sync"
)

// keepalive is how often an open stream says how long its token is good; at 30 seconds
// and less the libraries renew it, and begin a new stream.
const keepalive = 20 * time.Second

// inLine is how many operations a line has at most.
const inLine = 100

// errEnds says that the stream is to end: whoever is at its other end comes again, and
// hears why.
var errEnds = errors.New("the stream ends")

// stream tells a client what it lacks, and then what changes, for as long as both hold on.
func (r *Room) stream(ev *core.RequestEvent) error {
	user, device, err := r.reader.Caller(ev)
	if err != nil {
		return err
	}
	var ask request
	if err := decode(ev, &ask); err != nil {
		return err
	}
	newest, oldest := r.reader.Speaks()
	version := ask.Parameters.Contract
	switch {
	case version == 0 || version > newest:
		version = newest
	case version < oldest:
		return reply.Error(contract.ContractOld, "")
	}
	if err := r.reader.Shown(ask.Parameters.History); err != nil {
		return err
	}
	sent, _ := ev.Get(signin.SentTokenKey).(string)
	token, err := signin.ReadSpoken(r.keys, sent)
	if err != nil {
		return reply.Error(contract.Unauthorised, "")
	}
	ctx := ev.Request.Context()
	here, again, err := r.reader.Here(ctx, device)
	if err != nil {
		return err
	}
	ear, shut := r.reader.Listen(user, device) // before the first reading: what changes after it is heard
	defer shut()
	t := &teller{room: r, ev: ev, ctx: ctx, user: user, device: device, token: token,
		session: newSession(ask, here.Epoch, version)}
	if err := t.arrived(here.Seq, again); err != nil {
		return err
	}
	if err := t.catchUp(true); err != nil {
		return t.ended(err)
	}
	for {
		wait := time.NewTimer(max(time.Second, min(keepalive, time.Until(t.token.Until)/2)))
		poked := false
		select {
		case <-ctx.Done():
			err = errEnds
		case <-ear.Over:
			err = errEnds
		case <-ear.Poked:
			poked = true
		case <-ear.News:
		case <-wait.C:
			err = t.alive()
		}
		wait.Stop()
		if err == nil {
			err = t.catchUp(poked)
		}
		if err != nil {
			return t.ended(err)
		}
	}
}

// teller is one open stream.
type teller struct {
	room         *Room
	ev           *core.RequestEvent
	ctx          context.Context
	user, device string
	token        signin.Spoken
	session      *session
	out          *out
}

// ended ends the stream: with an answer while none was begun, else in silence.
func (t *teller) ended(err error) error {
	if t.out == nil {
		return err
	}
	if !errors.Is(err, errEnds) && t.ctx.Err() == nil {
		t.ev.App.Logger().Error("A stream broke off", "error", err, "user", t.user)
	}
	t.out.close()
	return nil
}

// arrived notes how far the device has everything, by what it says that it holds.
func (t *teller) arrived(now, again int64) error {
	least := int64(math.MaxInt64)
	for _, after := range t.session.asked.held(t.session.edition) {
		least = min(least, after)
	}
	if least > now {
		return nil
	}
	return t.room.reader.Arrived(t.user, t.device, least, again)
}

// may says whether the device may still speak, its user is who they were and its token is
// good: an open stream is no next call.
func (t *teller) may() error {
	if !t.token.Goes(t.ev.App, time.Now()) {
		return errEnds
	}
	return nil
}

// alive says how long the token is good.
func (t *teller) alive() error {
	if err := t.may(); err != nil {
		return err
	}
	if _, err := signin.ReadSpoken(t.room.keys, t.token.Text); err != nil { // its key may have been revoked
		return errEnds
	}
	return t.say("token_expires_in", int64(time.Until(t.token.Until).Seconds()))
}

// catchUp tells all that is new, in as many pieces as it takes, and with always also that
// there is nothing.
func (t *teller) catchUp(always bool) error {
	for {
		mark := t.room.marks.mark(t.user+" "+t.device, t.session.asked.Client) // before it is read: it has what was handed in by then
		here, _, err := t.room.reader.Here(t.ctx, t.device)
		if err != nil {
			return err
		}
		if here.Epoch != t.session.epoch {
			return errEnds
		}
		if !always && t.session.begun && here.Seq == t.session.since {
			return nil
		}
		var r *round
		err = t.room.reader.Snapshot(t.ctx, t.user, func(s *sync.Snapshot) error {
			if s.Epoch != t.session.epoch {
				return errEnds
			}
			if r, err = t.session.read(s); err != nil || t.session.begun {
				return err
			}
			history, err := t.room.reader.Seal(here)
			if err != nil {
				return err
			}
			return t.session.server(here, history, r)
		})
		if err != nil {
			return err
		}
		if !always && t.session.begun && r.whole && len(r.told)+len(r.removed)+len(r.added) == 0 {
			return nil
		}
		always = true // a checkpoint that was begun is to be whole
		if mark == 0 {
			mark = r.until
		}
		if err := t.tell(r, mark); err != nil {
			return err
		}
		if r.whole && !r.broken {
			return nil
		}
	}
}

// tell sends one piece.
func (t *teller) tell(r *round, mark int64) error {
	if err := t.may(); err != nil {
		return err
	}
	cases := map[string]int{}
	for _, b := range r.told {
		for _, o := range b.ops {
			if id := collections.CaseOf(b.scope); o.row && id != "" {
				cases[id]++
			}
		}
	}
	if err := t.room.reader.Audit(t.ev, cases); err != nil {
		return err
	}
	added := make([]listed, 0, len(r.added))
	for _, b := range r.added {
		added = append(added, listed{b.name, checksum(b.name), b.priority})
	}
	var err error
	if !t.session.begun {
		t.open()
		err = t.say("checkpoint", checkpoint{decimal(r.until), decimal(mark), added, []any{}})
	} else {
		err = t.say("checkpoint_diff", checkpointDiff{decimal(r.until), decimal(mark), added, append([]string{}, r.removed...)})
	}
	if err != nil {
		return err
	}
	t.session.begun = true
	return t.operations(r)
}

// operations sends a piece's operations, priority by priority; each that came to its end
// may be shown at once.
func (t *teller) operations(r *round) error {
	short := map[int]bool{} // of these, something is left for the next piece
	for _, b := range t.session.buckets {
		short[b.priority] = short[b.priority] || !b.whole
	}
	left := false
	for _, p := range priorities {
		some := false
		for i := range r.told {
			if r.told[i].priority != p {
				continue
			}
			some = true
			sent, err := t.bucket(&r.told[i])
			if err != nil {
				return err
			}
			r.broken = r.broken || !sent
		}
		left = left || r.broken || short[p]
		if some && !left && p != priorities[len(priorities)-1] {
			if err := t.say("partial_checkpoint_complete", complete{decimal(r.until), &p}); err != nil {
				return err
			}
		}
	}
	if left {
		return nil
	}
	return t.say("checkpoint_complete", complete{Last: decimal(r.until)})
}

// bucket sends the operations of one bucket, as long as its scope is held: nothing that was
// read before a right ended is delivered after.
func (t *teller) bucket(b *told) (sent bool, err error) {
	from, ops := b.from, b.ops
	for len(ops) > 0 {
		if err := t.may(); err != nil {
			return false, err
		}
		if b.scope != serverScope {
			holds, err := t.room.reader.Holds(t.ctx, t.user, b.scope)
			if err != nil {
				return false, err
			}
			if !holds {
				b.whole, b.at, b.clear = false, from, ops[0].Op == "CLEAR"
				return false, nil
			}
		}
		some := ops[:min(inLine, len(ops))]
		ops = ops[len(some):]
		next := some[len(some)-1].seq
		l := data{Bucket: b.name, After: decimal(from), Next: decimal(next), More: len(ops) > 0 || !b.end, Data: some}
		if err := t.say("data", l); err != nil {
			return false, err
		}
		from = next
	}
	return true, nil
}

// open begins the answer.
func (t *teller) open() {
	h := t.ev.Response.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	control := http.NewResponseController(t.ev.Response)
	_ = control.SetReadDeadline(time.Time{}) // a phone that listens sends nothing
	t.out = newOut(t.ev.Response, control, strings.Contains(t.ev.Request.Header.Get("Accept-Encoding"), "gzip"))
}

func (t *teller) say(member string, value any) error {
	l, err := line(member, value)
	if err != nil {
		return err
	}
	return t.out.write(l)
}
