package kernel

import (
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// ReadAsked brings what is asked in a case to what stands after records of some nouns
// changed; hooks.go says what does it.
var ReadAsked func(tx core.App, caseID string, nouns map[string]bool) error

// AskLater reads it at the end of the work under way, once for all that changes in it; at
// once where nothing is.
func AskLater(tx core.App, caseID, noun string) error {
	if tx.TxInfo() != nil {
		if s := StateOf(tx); s.depth > 0 {
			if s.asks == nil {
				s.asks = map[string]map[string]bool{}
			}
			if s.asks[caseID] == nil {
				s.asks[caseID] = map[string]bool{}
			}
			s.asks[caseID][noun] = true
			return nil
		}
	}
	return ReadAsked(tx, caseID, map[string]bool{noun: true})
}

// flushAsked reads what was left for the end of the work. What somebody recorded is never
// lost for a list that could not be written: that is said in the log, and read again by
// the hour.
func flushAsked(tx core.App, s *state) error {
	for len(s.asks) > 0 {
		asks := s.asks
		s.asks = nil
		for _, id := range slices.Sorted(maps.Keys(asks)) {
			if err := Savepoint(tx, func() error { return ReadAsked(tx, id, asks[id]) }); err != nil {
				tx.Logger().Error("Reading what is asked in a case", "case", id, "error", err)
			}
		}
	}
	return nil
}
