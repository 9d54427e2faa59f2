// Package casework is the case and who is on it: opening, closing, restricting and reopening it by
// acts with reasons, members and managers who watch, people who are joined or move to another
// case with their history, flags of a child, consent, and what sync could not settle.
package casework
