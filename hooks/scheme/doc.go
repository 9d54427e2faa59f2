// Package scheme is the scheme of neglect practice champions: registrations and their turns, the
// first steps, renewals, managers' links, the network of champions and its events. The engine is
// hooks/champion.
package scheme
