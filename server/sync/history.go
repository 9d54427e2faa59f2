package sync

import (
	"context"
	"fmt"

	"holdfast/hooks/lineage"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// moment is how the feed stands, for one device.
type moment struct {
	lineage.Place
	again int64 // the last redelivery that the device is owed
}

// now is how the feed stands.
func (e *Engine) now(ctx context.Context, device string) (m moment, err error) {
	before := e.line.Seen()
	if err := e.stmt.head.QueryRowContext(ctx, device).Scan(&m.Seq, &m.again, &m.Mark, &m.Epoch); err != nil {
		return m, fmt.Errorf("reading how the feed stands: %w", err)
	}
	m.Place, err = e.line.Read(before, m.Place)
	return m, err
}

// shown refuses who shows a history that is not this one.
func (e *Engine) shown(history string) error {
	ours, err := e.line.Shown(history)
	if err == nil && !ours {
		err = reply.Error(contract.PositionEpoch, "")
	}
	return err
}

// place is the place in history that a position stands for.
func (p *place) inHistory() lineage.Place {
	return lineage.Place{Epoch: p.Epoch, Mark: p.Mark, Seq: max(p.Seq, p.Until)}
}

// fits refuses a push whole whose phone has seen another history than this one: judged, an
// edit of a record that the restored database lacks would be refused for good. The phone
// offers again what it had handed in, and then this (M81).
//
// A base above all that was given out is no licence to overwrite what stands, and no proof
// of a restore: anybody can make one up, after every start of the server. It counts as
// none. Who has really seen such a state shows the history that came with it, sealed.
func (e *Engine) fits(ask *contract.PushRequest) error {
	if err := e.shown(ask.History); err != nil {
		return err
	}
	at := *e.line.Seen() // as shown read it
	if ask.Epoch != "" && ask.Epoch != at.Epoch {
		return nil
	}
	for i := range ask.Mutations {
		if ask.Mutations[i].Base > at.Seq {
			ask.Mutations[i].Base = 0
		}
	}
	return nil
}
