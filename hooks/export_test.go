package hooks

import (
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/tools/types"
)

// SetNow stops the clock at an instant until restore is called.
func SetNow(at types.DateTime) (restore func()) {
	was := now
	now = func() types.DateTime { return at }
	return func() { now = was }
}

// NameWords are the words that names are looked for by: those that are a name only with a
// capital, and the parts of names that are none of their own.
func NameWords() (also, particle []string) {
	return slices.Sorted(maps.Keys(alsoWords)), slices.Sorted(maps.Keys(particles))
}
