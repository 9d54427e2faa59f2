// Package evidence is what was handed in as proof: what it may be, who touched it (its chain of
// custody), exceptions, holds, and disposal by two.
package evidence
