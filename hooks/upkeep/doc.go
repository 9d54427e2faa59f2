// Package upkeep keeps the house itself right: what stands in the store is what the collections
// say, nobody changes that while it is served, a repair puts it back, an epoch begins when an older
// copy was put back, and the words that a write replaced are kept.
package upkeep
