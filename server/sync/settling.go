package sync

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// settling answers a person who decides online what a phone may also hand in as a
// mutation: it is judged by the same hands (decide.go), and remembered under its id.
func (e *Engine) settling(ev *core.RequestEvent) error {
	var ask contract.SettleRequest
	return told(ev, &ask, func(id string) (any, error) { return e.Settle(ev.App, byPhone(ev), id, ask) })
}

// resending is the same of a refused mutation.
func (e *Engine) resending(ev *core.RequestEvent) error {
	var ask contract.ResendRequest
	return told(ev, &ask, func(id string) (any, error) { return e.Resend(ev.App, byPhone(ev), id, ask) })
}

// told reads a request of a signed-in person and answers what came of it.
func told(ev *core.RequestEvent, ask any, do func(id string) (any, error)) error {
	if ev.Auth == nil || ev.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "")
	}
	if err := reply.Decode(ev, contract.MaxPullBytes, ask); err != nil {
		return err
	}
	said, err := do(ev.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if r, ok := said.(contract.Result); ok && reply.Welsh(ev.Request) {
		one := []contract.Result{r}
		reply.InWelsh(one)
		said = one[0]
	}
	return ev.JSON(http.StatusOK, said)
}

// Settle writes a person's choice between the two values of a conflict that they see.
func (e *Engine) Settle(app core.App, actor kernel.Actor, id string, ask contract.SettleRequest) (*core.Record, error) {
	d := decision{ID: strings.ToLower(ask.ID), Record: id, Base: ask.Base, Seen: ask.Seen, Choice: ask.Choice, Values: ask.Set, Online: true}
	var kept *core.Record
	err := e.online(app, actor, "sync_conflicts", d, func(b *batch, _ *core.Record) (contract.Result, error) { return b.settle(d) }, func(b *batch, r contract.Result) (answer, err error) {
		if kept, err = b.tx.FindRecordById("sync_conflicts", id); err != nil || r.Code == "" {
			return nil, err
		}
		return b.standingNow(kept, r)
	})
	return kept, err
}

// Resend corrects a refused mutation that the person sees, or withdraws it. It answers
// the mutation's new verdict, or the withdrawn record.
func (e *Engine) Resend(app core.App, actor kernel.Actor, id string, ask contract.ResendRequest) (said any, err error) {
	d := decision{ID: strings.ToLower(ask.ID), Record: id, Choice: ask.Action, Values: ask.Set, Online: true}
	err = e.online(app, actor, "sync_refusals", d, func(b *batch, kept *core.Record) (contract.Result, error) {
		if kept.GetString("status") == "settled" {
			return contract.Result{}, refuse(contract.AlreadySettled, b.saidBy(kept))
		}
		return b.takeUp(d)
	}, func(b *batch, r contract.Result) (error, error) {
		kept, err := b.tx.FindRecordById("sync_refusals", id)
		said = kept
		if err == nil && d.Choice == "resend" {
			one := []contract.Result{r}
			one[0].ID = kept.GetString("mutation")
			err = b.tellEvents([]contract.Mutation{d.mutation("sync_refusals")}, one)
			said = one[0]
		}
		return nil, err
	})
	return said, err
}

// online judges one decision in a transaction of its own. What is answered is written
// with it, so that the same decision sent again, its answer lost, is answered the same.
func (e *Engine) online(app core.App, actor kernel.Actor, noun string, d decision, judge func(*batch, *core.Record) (contract.Result, error), say func(*batch, contract.Result) (error, error)) error {
	var answer error
	err := kernel.Within(app, actor, func(tx core.App) error {
		b := newBatch(e, tx, actor.User, actor.Device)
		meaning := meaningOf(d.mutation(noun), actor.User.Id)
		known, meant, err := b.verdict(d.ID)
		switch {
		case err != nil:
			return err
		case known == nil:
		case meant != nil && !bytes.Equal(meant, meaning), meant == nil && known.Conflict != d.Record && known.Refusal != d.Record:
			answer = notTaken(refuse(contract.RefusedIDReused, "Something else was decided under this id before: decide this under a new one."))
			return nil
		case known.Verdict == contract.Held: // what it is about is not there
			answer = reply.Error(contract.NotFound, "")
			return nil
		case known.Verdict == contract.Refused:
			answer = notTaken(&refusal{code: contract.Code(known.Code), message: known.Message, fields: known.Errors})
			return nil
		default:
			answer, err = say(b, *known)
			return err
		}
		kept, err := b.deciding(noun, d.Record)
		if why := new(refusal); errors.As(err, &why) || err == nil && kept.GetString("status") == "held" {
			answer = reply.Error(contract.NotFound, "")
			return nil
		}
		if err != nil {
			return err
		}
		var result contract.Result
		err = b.savepoint(func() (err error) {
			result, err = judge(b, kept)
			return err
		})
		if err != nil {
			why, err := b.reason(err)
			if err != nil {
				return err
			}
			if answer = notTaken(why); why.code == contract.AlreadySettled {
				answer, err = b.saidBefore(kept, why)
			}
			return err
		}
		if d.ID != "" && result.Code != string(contract.AlreadySettled) {
			result.ID = d.ID
			if err := b.storeFor(d.ID, result, meaning); err != nil {
				return err
			}
		}
		if err := b.catchUp(); err != nil {
			return err
		}
		answer, err = say(b, result)
		return err
	})
	if err != nil {
		return err
	}
	return answer
}

// verdict is what the user's mutation of that id was answered, and what it was given for;
// nil where there is none.
func (b *batch) verdict(id string) (r *contract.Result, meant []byte, err error) {
	given, err := b.verdicts([]string{id})
	if err != nil || len(given) == 0 {
		return nil, nil, err
	}
	r = &contract.Result{}
	return r, given[0].Meaning, json.Unmarshal([]byte(given[0].Result), r)
}

// notTaken is a refusal as the answer to a request: what is wrong with it, in words that
// fit, and with which field.
func notTaken(why *refusal) error {
	p := contract.Of(why.code)
	status := p.Status
	if status == 0 {
		status = http.StatusUnprocessableEntity
	}
	no := router.NewApiError(status, why.message, nil)
	no.Data = map[string]any{"code": string(why.code), "errors": why.fields}
	return no
}

// standingNow tells a person what stands of a conflict that they chose of too late.
func (b *batch) standingNow(kept *core.Record, r contract.Result) (error, error) {
	var fields []string
	if err := json.Unmarshal([]byte(kept.GetString("fields")), &fields); err != nil {
		return nil, err
	}
	c, err := b.contest(decision{Record: kept.Id})
	if err != nil {
		return nil, err
	}
	now := contract.Standing{Code: r.Code, Rev: c.there.Seq, Values: raw(c.stands(fields))}
	there, err := b.standing(collections.ID("sync_conflicts"), kept.Id)
	if err != nil {
		return nil, err
	}
	now.Base = there.Seq
	if kept.GetString("status") == "settled" {
		now.Choice, now.SettledBy = kept.GetString("choice"), b.nameOf(kept.GetString("settled_by"))
		now.SettledAt = timeOf(kept.GetDateTime("settled_at"))
	}
	return tell(now, r.Message)
}

// saidBefore tells a person how a refused mutation stands that somebody sent again or
// withdrew before them.
func (b *batch) saidBefore(kept *core.Record, why *refusal) (error, error) {
	there, err := b.standing(collections.ID("sync_refusals"), kept.Id)
	if err != nil {
		return nil, err
	}
	now := contract.Standing{Code: string(why.code), Base: there.Seq, Choice: "withdraw", SettledBy: b.nameOf(kept.GetString("settled_by"))}
	if kept.GetString("status") == "settled" { // of one that never went in, nothing is said of whether its record is there
		of, err := b.standing(collections.ID(kept.GetString("collection")), kept.GetString("record"))
		if err != nil {
			return nil, err
		}
		now.Choice, now.Rev = "resend", of.Seq
	}
	return tell(now, why.message)
}

// tell is a standing as the answer to a request.
func tell(now contract.Standing, message string) (error, error) {
	told, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	no := router.NewApiError(http.StatusConflict, message, nil)
	no.Data = map[string]any{}
	return no, json.Unmarshal(told, &no.Data)
}

// timeOf is a time as the wire has it.
func timeOf(at types.DateTime) string {
	if at.IsZero() {
		return ""
	}
	return at.Time().UTC().Format("2006-01-02T15:04:05.000Z")
}
