// Package powersync is a second way to the same feed: the stream that PowerSync's client
// libraries read (Flutter, Kotlin, Swift, .NET, React Native, the web), unmodified, for
// teams whose phones have no client of ours. It reads what a pull reads (../reader.go),
// and keeps nothing of a client between two requests.
//
// A bucket is a scope, parted by priority, and the id of an operation is the feed's
// position. A client says itself which buckets it holds and how far, and keeps that in one
// transaction with the rows; what it does not name is new to it, and what it names and does
// not hold any more is left out, which is how a right ends on a phone.
//
// Why the epoch is in a bucket's name: a restored server's buckets are others, so that all
// is fetched anew and nothing has to be asked. Why the contract's version is: records whose
// shape changed keep their positions, and a new field would never reach a phone.
//
// Why a bucket's checksum is made of its name alone: the client holds the sum of all
// operations it was ever given against it, and the feed does not remember those that were
// superseded. The first operation of a bucket carries all of it, the others none. What a
// client really holds the digest tells, for which the ids of operations are enough.
//
// Why what is read is read in pieces, each in one transaction, and a checkpoint is whole
// only when the last piece brought all the others up to it: a row that is written again
// while others are read would be missing from the checkpoint that says that it is there,
// and a worker's own record would vanish for a moment. No transaction waits for a phone.
//
// Why the right is asked for again before each line of data: what was read before it ended
// is not to be delivered after.
package powersync
