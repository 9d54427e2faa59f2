package powersync

import (
	"encoding/json"
	"slices"

	"holdfast/hooks/lineage"
	"holdfast/server/sync"
)

// mostRead is about how many bytes of records are read at once, and held while they are
// sent.
const mostRead = 512 << 10

// session is what one connection was told.
type session struct {
	edition string // epoch and contract: what names of buckets begin with
	epoch   string
	version int
	buckets map[string]*bucket // by name
	scopes  map[string]bool    // held as of the last piece
	since   int64              // the last piece's position
	begun   bool               // a checkpoint was told
	asked   request
}

// told is the operations of one bucket in one piece.
type told struct {
	*bucket
	from int64
	ops  []op
	end  bool // nothing is left
}

// round is one piece: what one transaction read.
type round struct {
	until   int64
	added   []*bucket
	removed []string
	told    []told
	whole   bool // all is told up to until
	broken  bool // a right ended while it was sent
}

func newSession(asked request, epoch string, version int) *session {
	return &session{edition: epoch + "." + decimal(int64(version)), epoch: epoch, version: version, asked: asked,
		buckets: map[string]*bucket{}, scopes: map[string]bool{}}
}

// read reads the next piece of what the client lacks.
func (s *session) read(snap *sync.Snapshot) (*round, error) {
	r := &round{until: snap.Seq}
	held, err := snap.Held()
	if err != nil {
		return nil, err
	}
	s.settle(snap, held, r)
	changed := map[string]bool{}
	if s.begun {
		scopes, err := snap.Changed(s.since)
		if err != nil {
			return nil, err
		}
		for _, scope := range scopes {
			changed[scope] = true
		}
	}
	left := mostRead
	for _, b := range s.inOrder() {
		if b.scope == serverScope || b.whole && !changed[b.scope] {
			continue
		}
		if b.whole {
			b.whole, b.at = false, s.since
		}
		if left <= 0 {
			continue
		}
		if err := s.readOne(snap, b, r, &left); err != nil {
			return nil, err
		}
	}
	r.whole = !slices.ContainsFunc(s.inOrder(), func(b *bucket) bool { return !b.whole })
	s.since = snap.Seq
	return r, nil
}

// settle brings the buckets in line with the scopes that are held now.
func (s *session) settle(snap *sync.Snapshot, held []string, r *round) {
	now := map[string]bool{}
	for _, scope := range held {
		now[scope] = true
	}
	for name, b := range s.buckets {
		if b.scope != serverScope && !now[b.scope] {
			if b.listed {
				r.removed = append(r.removed, name)
			}
			delete(s.buckets, name)
		}
	}
	slices.Sort(r.removed)
	named := map[string]int64{}
	if !s.begun {
		named = s.asked.held(s.edition)
	}
	for _, scope := range held {
		if s.scopes[scope] {
			continue
		}
		for _, p := range priorities {
			b := &bucket{name: bucketName(s.edition, scope, p), scope: scope, priority: p}
			after := named[b.name]
			b.clear = after > 0 && (after < snap.Horizon || after > snap.Seq || slices.Contains(s.asked.Parameters.Repair, scope))
			if b.listed = after > 0; b.listed {
				r.added = append(r.added, b)
			}
			if !b.clear {
				b.at = after
			}
			s.buckets[b.name] = b
		}
	}
	s.scopes = now
}

// readOne reads what one bucket lacks, as far as there is room.
func (s *session) readOne(snap *sync.Snapshot, b *bucket, r *round, left *int) error {
	t := told{bucket: b, from: b.at}
	if b.clear { // it carries the bucket's sum: what the client had is forgotten with it
		t.ops = append(t.ops, op{ID: "1", Op: "CLEAR", Checksum: checksum(b.name), seq: 1})
		b.clear, t.from = false, 0
	}
	first := (b.at == 0 || !b.listed) && len(t.ops) == 0
	query := news[b.priority]
	if b.at == 0 || !b.listed {
		query = live[b.priority] // what is gone was never there
	}
	for more := true; more && *left > 0; {
		var rows []sync.Row
		var err error
		if rows, more, err = snap.Rows(query, b.scope, b.at, *left); err != nil {
			return err
		}
		for _, row := range rows {
			t.ops = append(t.ops, opOf(row))
			*left -= len(row.Body) + 100
			b.at = row.Seq
		}
		t.end = !more
	}
	if t.end {
		b.whole, b.at = true, snap.Seq
	}
	if len(t.ops) == 0 {
		return nil
	}
	if first {
		t.ops[0].Checksum = checksum(b.name)
	}
	if !b.listed {
		b.listed = true
		r.added = append(r.added, b)
	}
	r.told = append(r.told, t)
	return nil
}

// server tells of the server itself: what a client needs for a base, and for offering again
// what it had handed in.
func (s *session) server(p lineage.Place, history string, r *round) error {
	raw, err := json.Marshal(map[string]any{"epoch": p.Epoch, "contract": s.version, "history": history})
	if err != nil {
		return err
	}
	b := &bucket{name: bucketName(s.edition, serverScope, 1), scope: serverScope, priority: 1, listed: true, whole: true}
	o := op{ID: decimal(r.until), Op: "PUT", Type: "holdfast", Object: "server", Data: new(string(raw)), seq: r.until}
	after, named := s.asked.held(s.edition)[b.name]
	if !named || after <= 0 {
		o.Checksum = checksum(b.name)
	}
	s.buckets[b.name] = b
	r.added = append(r.added, b)
	r.told = append(r.told, told{bucket: b, ops: []op{o}, end: true})
	return nil
}

// inOrder are the buckets by priority, then by name.
func (s *session) inOrder() []*bucket {
	out := make([]*bucket, 0, len(s.buckets))
	for _, b := range s.buckets {
		out = append(out, b)
	}
	slices.SortFunc(out, before)
	return out
}

func before(a, b *bucket) int {
	switch {
	case a.priority != b.priority:
		return a.priority - b.priority
	case a.name < b.name:
		return -1
	case a.name > b.name:
		return 1
	}
	return 0
}
