// Package engagement is the pathway of a family that does not engage, as it is stored: events are
// judged by the pure engine (hooks/pathway), steps and verdicts are what it says, clocks are read,
// and what was not seen or heard is told. Read pathway.go, then history.go (what the engine is
// given) and pathway_append.go (what other records add to a pathway).
//
// What the subjects above do once a pathway was read stands in pathway_follow.go.
package engagement
