package contract

// Contract versions this build speaks. A phone of an older version keeps syncing
// in its shape; one older than Oldest must update to pull, and may still push.
const (
	Version = 1
	Oldest  = 1
)

// Limits of one request.
const (
	MaxMutations  = 500     // mutations in one push
	MaxPushBytes  = 1 << 20 // bytes of one push
	MaxPullBytes  = 64 << 10
	DefaultLimit  = 500  // entries in one pulled page when the client names none
	MaxLimit      = 5000 // entries in one pulled page
	StreamMark    = 500  // changes between two position lines of a stream, at most 1,000
	HeldDays      = 5    // days a child waits for its parent before it is refused
	TombstoneDays = 400  // days a removal and a verdict are remembered, at least
)
