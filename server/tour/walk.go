package tour

import "io"

// Walk tells whether every promise held.
func Walk(out io.Writer, at, password string) bool { return false }
