// Package identifier checks the numbers by which other systems know a person, so that a
// slip of the pen does not become another child.
package identifier
