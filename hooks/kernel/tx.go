package kernel

import (
	"slices"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/quicker"
)

// state is what the house keeps of one transaction under way. A transaction has
// one connection and one goroutine at a time.
type state struct {
	actor   Actor
	depth   int // of Within
	journal []*core.Record
	undone  int    // how often a savepoint took something back
	audits  []line // written when the outermost Within ends, in the same transaction
	queries map[string]*dbx.Query
	Once    bool                       // a pathway is read again once for many tries at contact
	Unread  []string                   // cases whose pathways are to be read again
	asks    map[string]map[string]bool // cases in which what is asked is to be read again, and the nouns that changed

	Rebuilding bool // the house changes its own collections
	Refused    bool // somebody else tried to
}

// under maps each transaction under way to its state.
var under sync.Map // *core.TxAppInfo -> *state

// StateOf is the transaction's state, gone when it ends.
func StateOf(tx core.App) *state {
	info := tx.TxInfo()
	if s, ok := under.Load(info); ok {
		return s.(*state)
	}
	s := &state{actor: Actor{Door: "server"}, queries: map[string]*dbx.Query{}}
	under.Store(info, s)
	info.OnComplete(func(error) error { under.Delete(info); return nil })
	return s
}

// Query is a query by its text, read once a transaction: what dbx does to a text
// costs more than SQLite takes to run it.
func Query(tx core.App, text string) *dbx.Query {
	if tx.TxInfo() == nil {
		return tx.NonconcurrentDB().NewQuery(text)
	}
	s := StateOf(tx)
	q, ok := s.queries[text]
	if !ok {
		q = tx.NonconcurrentDB().NewQuery(text)
		s.queries[text] = q
	}
	return q
}

// Within runs fn in a transaction (the one under way, or a new one) in which every
// write is the actor's.
func Within(app core.App, a Actor, fn func(tx core.App) error) error {
	return app.RunInTransaction(func(tx core.App) error {
		s := StateOf(tx)
		before := s.actor
		s.actor = a
		s.depth++
		defer func() { s.actor, s.depth = before, s.depth-1 }()
		if err := fn(tx); err != nil || s.depth > 1 {
			return err
		}
		if err := flushAsked(tx, s); err != nil {
			return err
		}
		return flushAudit(tx, s)
	})
}

// ActorOf is who writes in this transaction; the server when nobody was named.
func ActorOf(tx core.App) Actor {
	if tx.TxInfo() == nil {
		return Actor{Door: "server"}
	}
	return StateOf(tx).actor
}

// Savepoint runs fn so that it stands or falls alone inside the transaction: when
// it fails, all that it wrote is taken back and the rest of the transaction stays.
func Savepoint(tx core.App, fn func() error) error {
	if _, err := Query(tx, "SAVEPOINT one").Execute(); err != nil {
		return err
	}
	s := StateOf(tx)
	mark, lines := len(s.journal), len(s.audits)
	err := fn()
	if err != nil {
		s.audits = s.audits[:lines]
		for _, r := range s.journal[mark:] {
			fallen.Store(r, true)
		}
		forgetFallen(tx, slices.Clone(s.journal[mark:]))
		s.journal = s.journal[:mark]
		s.undone++
		quicker.Forget(tx)
		if _, back := Query(tx, "ROLLBACK TO one").Execute(); back != nil {
			return back
		}
	}
	if _, release := Query(tx, "RELEASE one").Execute(); release != nil {
		return release
	}
	return err
}

// Place is how far a reader has read of what a transaction wrote.
type Place struct{ read, undone int }

// Read answers the records written or deleted since the last call, and whether
// something was taken back meanwhile: then what was read before may not hold.
func (p *Place) Read(tx core.App) (written []*core.Record, undone bool) {
	s := StateOf(tx)
	undone = p.undone != s.undone
	if p.undone = s.undone; undone {
		p.read = 0
	}
	written = s.journal[p.read:]
	p.read = len(s.journal)
	return written, undone
}
