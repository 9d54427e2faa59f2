package kernel

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Intent is what a Save or a deletion means beyond the values that it writes. It is said
// by who calls for it, holds for that one alone, and no door lets a client say it.
type Intent struct {
	Server   bool           // the server sets the fields that it owns
	Recorded types.DateTime // when it was made that comes now: by a phone without signal, or in days gone by
	Step     *Taken         // the step of the champions' scheme that is taken

	But         string // the phones that stay when the key of an account changes
	WithAccount bool   // a phone ends because all of its owner's do
}

// Meant is a record with what writing it means, to be saved or deleted in its place.
type Meant struct {
	core.BaseRecordProxy
	intent Intent
}

// Of is the record with this meaning, for one Save.
func (i Intent) Of(r *core.Record) *Meant {
	m := &Meant{intent: i}
	m.SetProxyRecord(r)
	return m
}

// AsServer lets the server set the fields it owns on this record, for one Save.
func AsServer(r *core.Record) *Meant { return Intent{Server: true}.Of(r) }

// meant are the intents of the records that are being written, each as long as it is.
var meant sync.Map // *core.Record -> *Intent

// under has the record written with this meaning until done is called.
func (m *Meant) under() (done func()) {
	was, nested := meant.Swap(m.Record, &m.intent)
	return func() {
		if nested {
			meant.Store(m.Record, was)
			return
		}
		meant.Delete(m.Record)
	}
}

// IntentOf is what the Save under way of this record means; nothing more than its values
// where nobody said so.
func IntentOf(r *core.Record) *Intent {
	if i, ok := meant.Load(r); ok {
		return i.(*Intent)
	}
	return &Intent{}
}

func IsServer(r *core.Record) bool { return IntentOf(r).Server }

// Taken is a step that somebody takes, with what only they can say.
type Taken struct {
	Act    string
	By     string // a manager's name as they gave it
	Reason string
	At     types.DateTime // when it takes hold; now when zero
}
