// Package tour walks the first thread and three families' stories through a running demo
// server, as a person would want to read it: what was sent, what came back, how long it
// took.
package tour
