package store

import "fmt"

// Held says that another process holds a lock; its number is 0 where it is not known.
type Held struct{ Process int }

func (h *Held) Error() string { return fmt.Sprintf("process %d holds it", h.Process) }
