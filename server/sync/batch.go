package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// batch is one push under way, in its transaction.
type batch struct {
	engine *Engine
	tx     core.App
	user   *core.Record
	device string

	questions map[question]*asked
	memo      memo
	aliases   aliases                    // nil until they are asked
	renamed   [][2]string                // those that this push found
	known     map[string]contract.Result // verdicts given before, and in this push
	elements  []*element                 // what came, in its order; nil where mutations are judged that did not just come
	of        map[string]*element        // the same, by what each is kept under
	old       map[string]bool            // mutations that had their verdict before this push
	all       []contract.Mutation        // as they were judged
	differs   map[[2]string]bool         // records that are not plainly what was sent
	given     []string                   // mutations whose verdicts are to be kept at its end
	named     [][2]string                // collection id and record, to be delivered again
	readings  func() map[string]*reading // by mutation, each for one use; what is not there is read in its turn
	late      bool                       // revs of what is made are read later, for many at once
	stopped   *stopped                   // the mutation that is judged next, where that is done
	single    bool                       // each row is written alone: one could not be written
	anew      bool                       // one of this push has another verdict than it was first given
	replay    bool                       // what came was acknowledged in a history that is gone
	healing   *bool                      // the store was put back lately; nil until somebody asks
	held      bool                       // some mutation, of anybody, waits for its parent
	recorded  map[string]string          // when each was recorded, by the phone's clock, as the text it sent
	signed    map[string]bool            // those that name the user as their author
	resent    [][2]string                // of named, those that have their verdict already
	handed    map[bool]*handovers        // what the user handed over before, immediate risks apart; read once
	kept      *kept                      // how much of theirs waits; read once
	warned    bool                       // the log has been told that more was handed in than is handed over
	skew      *int64                     // seconds that the phone's clock was behind as it sent; nil when it told no time
}

func newBatch(e *Engine, tx core.App, user *core.Record, device string) *batch {
	return &batch{engine: e, tx: tx, user: user, device: device, held: true, memo: memo{tx: tx}, questions: map[question]*asked{}, handed: map[bool]*handovers{}, named: [][2]string{}, known: map[string]contract.Result{}, differs: map[[2]string]bool{}, old: map[string]bool{}}
}

// run applies the mutations in the order given, each as if in its own savepoint;
// those that share a group stand or fall together, where the first of them stands.
func (b *batch) run(all []contract.Mutation) ([]contract.Result, error) {
	results := make([]contract.Result, len(all))
	done := make([]bool, len(all))
	all = slices.Clone(all)
	b.all = all
	if err := b.begin(all); err != nil {
		return nil, err
	}
	if err := b.catchUp(); err != nil {
		return nil, err
	}
	stride := longest
	for i := 0; i < len(all); {
		if n := b.plain(all[i:], stride, done[i:]); n > 1 {
			stood, err := b.abreast(all[i : i+n])
			if err != nil {
				return nil, err
			}
			if i += stood; stood == n {
				continue
			}
			if b.stopped == nil { // one of them falls; it is judged alone below
				stride = max(stride/2, 1)
			}
		}
		if !done[i] {
			if err := b.together(all, group(all, i, done), results); err != nil {
				return nil, err
			}
		}
		i++
	}
	if err := b.catchUp(); err != nil {
		return nil, err
	}
	for i, m := range all { // one that was held may have been applied further on
		results[i] = b.known[m.ID]
	}
	return results, b.end()
}

// group are the mutations that stand or fall with the one at i, marked as done.
func group(all []contract.Mutation, i int, done []bool) []int {
	members := []int{i}
	for j := i + 1; j < len(all) && all[i].Group != ""; j++ {
		if all[j].Group == all[i].Group {
			members = append(members, j)
			done[j] = true
		}
	}
	return members
}

// begin reads at once what every mutation of the push is asked of: the verdicts
// given before, and whether anything waits for a parent.
func (b *batch) begin(all []contract.Mutation) error {
	if err := b.recall(all); err != nil {
		return err
	}
	b.recorded = make(map[string]string, len(all))
	for _, m := range all {
		b.recorded[m.ID] = m.RecordedAt
		if m.Author == b.user.Id {
			if b.signed == nil {
				b.signed = map[string]bool{}
			}
			b.signed[m.ID] = true
		}
	}
	if err := b.askAliases(all); err != nil {
		return err
	}
	if err := b.memo.begin(b.user.Id, all); err != nil {
		return fmt.Errorf("reading what is new: %w", err)
	}
	if err := b.askAhead(all); err != nil {
		return fmt.Errorf("asking the rules: %w", err)
	}
	return hooks.Query(b.tx, `SELECT EXISTS (SELECT 1 FROM sync_refusals WHERE waits_for > '')`).Row(&b.held)
}

// end keeps the push's verdicts and the records it named, in its transaction.
func (b *batch) end() error {
	seq, err := feed.Head(b.tx.ConcurrentDB())
	if err != nil {
		return err
	}
	verdicts, named := make([][]any, len(b.given)), make([][]any, len(b.named))
	for i, id := range b.given {
		kept, err := json.Marshal(b.known[id])
		if err != nil {
			return err
		}
		verdicts[i] = []any{b.user.Id, id, b.device, time.Now().Unix(), seq, string(kept), b.recorded[id], b.skew, b.meaning(id)}
	}
	rows := verdictRows
	if b.held || b.anew {
		rows = laterRows
	}
	if err := rows.Write(b.tx, verdicts); err != nil {
		return fmt.Errorf("keeping verdicts: %w", err)
	}
	if err := b.forget(); err != nil {
		return fmt.Errorf("clearing what was delivered again: %w", err)
	}
	if err := b.takenOn(); err != nil {
		return fmt.Errorf("settling what waited for its author: %w", err)
	}
	for i, n := range b.named {
		named[i] = []any{b.device, n[0], n[1]}
	}
	return againRows.Write(b.tx, named)
}

var (
	verdictColumns = []string{"user", "id", "device", "at", "seq", "result", "recorded_at", "skew", "meaning"}
	verdictRows    = hooks.NewRows("sync_verdicts", verdictColumns, "")
	laterRows      = hooks.NewRows("sync_verdicts", verdictColumns, laterVerdict+", recorded_at = excluded.recorded_at, skew = excluded.skew, meaning = excluded.meaning") // while any waits: one that was sent here may have been applied, and its verdict kept
	againRows      = hooks.NewRows("sync_again", []string{"device", "collection", "record"}, "")
)

// laterVerdict replaces the one that a mutation was given when it was held.
const laterVerdict = `ON CONFLICT ("user", id) DO UPDATE SET result = excluded.result, seq = excluded.seq`

// together judges one mutation, or the mutations of one group.
func (b *batch) together(all []contract.Mutation, members []int, results []contract.Result) error {
	var fresh []int
	for _, i := range members {
		if first, known := b.known[all[i].ID]; known {
			results[i] = first // sent twice, it counts once
			b.resend(all[i])
		} else if !slices.ContainsFunc(fresh, func(j int) bool { return all[j].ID == all[i].ID }) { // nor twice in one group
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	culprit, why, err := b.judge(all, fresh, results)
	if err != nil {
		return err
	}
	if why != nil {
		var ms []contract.Mutation
		for _, i := range fresh {
			ms = append(ms, all[i])
		}
		room, err := !why.later, error(nil)
		if room {
			room, err = b.roomToKeep(ms)
		}
		if err != nil {
			return err
		}
		if !room {
			for _, i := range fresh { // no verdict, and no trace
				results[i] = contract.Result{ID: all[i].ID, Verdict: contract.Later, Code: string(contract.LaterTooMany), Message: contract.Of(contract.LaterTooMany).Title}
				b.known[all[i].ID] = results[i]
			}
			return nil
		}
	}
	for _, i := range fresh {
		b.name(all[i])
		if why != nil {
			reason := why
			if i != culprit {
				if reason = b.unfit(all[i].ID); reason == nil {
					reason = beside(why)
				}
			}
			if results[i], err = b.quarantine(all[i], reason); err != nil {
				return err
			}
		}
		b.known[all[i].ID] = results[i]
		b.given = append(b.given, all[i].ID)
	}
	if why == nil {
		for _, i := range fresh {
			if err := b.release(all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge applies mutations in a savepoint of their own. Where one is refused none stands,
// and it answers which it was, and why.
func (b *batch) judge(all []contract.Mutation, fresh []int, results []contract.Result) (culprit int, why *refusal, err error) {
	if s := b.stopped; s != nil && s.id == all[fresh[0]].ID {
		b.stopped = nil
		why, err = b.patient(all[fresh[0]], s.why)
		return fresh[0], why, err
	}
	for _, i := range fresh { // before any of the others waits for something
		if why := b.unfit(all[i].ID); why != nil {
			return i, why, nil
		}
	}
	err = b.savepoint(func() error {
		for _, i := range fresh {
			if b.anothers(all[i]) {
				culprit = i
				return refuse(contract.RefusedOtherAuthor, "")
			}
			r, err := b.apply(all[i])
			if err == nil && len(fresh) > 1 && r.Verdict == contract.Conflict {
				err = refuse(contract.RefusedGroup, "A field of it was changed by somebody else meanwhile.")
			}
			if err != nil {
				culprit = i
				return err
			}
			results[i] = r
		}
		return nil
	})
	if err != nil {
		if why, err = b.reason(err); err == nil {
			why, err = b.patient(all[culprit], why)
		}
	}
	return culprit, why, err
}

// name marks the mutation's record to be delivered to its device again.
func (b *batch) name(m contract.Mutation) {
	if n := collections.ByName(m.Collection); n != nil && n.Sync != nil && contract.IsRecordID(m.Record) {
		b.named = append(b.named, [2]string{collections.ID(n.Name), m.Record})
	}
}

// reason turns what stopped a mutation into a refusal. A failure of the disk or the
// database is none: then the whole push fails, and the phone keeps everything.
func (b *batch) reason(err error) (*refusal, error) {
	var r *refusal
	if errors.As(err, &r) {
		return r, nil
	}
	if fields, ok := hooks.Refusal(err); ok {
		problems := map[string]contract.FieldProblem{}
		for name, problem := range fields {
			problems[name] = reply.Problem(b.tx, problem)
		}
		return refuse(contract.RefusedInvalid, "").of(problems), nil
	}
	if _, alive := feed.Head(b.tx.ConcurrentDB()); alive != nil || fatal(err) {
		return nil, err
	}
	b.tx.Logger().Error("A mutation was refused because of an error of ours", "error", err, "device", b.device)
	return refuse(contract.Internal, ""), nil
}

// store keeps a verdict; a held mutation's is replaced when it is settled.
func (b *batch) store(id string, r contract.Result) error { return b.storeFor(id, r, nil) }

// storeFor is the same of one that was not given before, with what it is given for.
func (b *batch) storeFor(id string, r contract.Result, meaning any) error {
	kept, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = hooks.Query(b.tx, `INSERT INTO sync_verdicts ("user", id, device, at, seq, result, meaning)
		VALUES ({:u}, {:id}, {:d}, {:at}, (SELECT seq FROM sync_counter), {:r}, {:meaning}) `+laterVerdict).
		Bind(dbx.Params{"meaning": meaning, "u": b.user.Id, "id": id, "d": b.device, "at": time.Now().Unix(), "r": string(kept)}).Execute()
	if err != nil {
		return fmt.Errorf("keeping a verdict: %w", err)
	}
	return nil
}
