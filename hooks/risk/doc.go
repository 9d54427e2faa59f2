// Package risk is the immediate risk to a child: who is told at once and again until somebody has
// answered, who takes it on, and how it is over.
package risk
