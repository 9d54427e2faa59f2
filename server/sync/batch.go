package sync

import (
	"github.com/pocketbase/pocketbase/core"

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
	plainly   bool                       // the mutation of the push that is under way is plain
	made      map[[2]string]string       // records just made, by collection id and id, whose position is still to be read: what each mutation is known by
	given     []string                   // mutations whose verdicts are to be kept at its end
	named     [][2]string                // collection id and record, to be delivered again
	blamed    bool                       // it fell once: nothing is put off, so that it is found whose fault it is
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
	return &batch{engine: e, tx: tx, user: user, device: device, held: true, memo: memo{tx: tx}, questions: map[question]*asked{}, handed: map[bool]*handovers{}, made: map[[2]string]string{}, named: [][2]string{}, known: map[string]contract.Result{}, differs: map[[2]string]bool{}, old: map[string]bool{}}
}
