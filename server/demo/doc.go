// Package demo fills an empty store with Fellmoor, a place that does not exist:
// seven people, twelve families, and what happened to them. Every name in it is
// invented. It is also the cast of every test; a family at every interesting state of the
// pathway (FillStories) is for whoever looks at the demo.
package demo
