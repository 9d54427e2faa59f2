package contract

// Contract versions this build speaks. A phone of an older version keeps syncing
// in its shape; one older than Oldest must update to pull, and may still push.
const (
	Version = 1
	Oldest  = 1
)

// Limits of one request.
const (
	MaxMutations   = 500     // mutations in one push
	MaxPushBytes   = 1 << 20 // bytes of one push
	MaxPullBytes   = 64 << 10
	MaxStreamBytes = 1 << 20 // what a client of the stream says that it holds
	MaxDeviceBytes = 16 << 10
	DefaultLimit   = 500     // entries in one pulled page when the client names none
	MaxLimit       = 5000    // entries in one pulled page
	PageBytes      = 1 << 20 // in one pulled page, or between two position lines, before gzip; one larger record comes alone
	StreamMark     = 500     // changes between two position lines of a stream, at most 1,000
	HeldDays       = 5       // days a child waits for its parent before it is refused
	TombstoneDays  = 400     // days a removal and a verdict are remembered, at least
)

// Bounds of what one person can have the server keep without a right to it.
const (
	GoodFaithDays = 30       // after a right ended: what is recorded later was not in good faith; a sign-in lives as long without a renewal
	HandoverDays  = 120      // after a right ended: what arrives later is not handed over, whenever it says it was recorded
	OpenHandovers = 50       // of one person in one case
	DayHandovers  = 200      // of one person in 24 hours
	MaxKept       = 1000     // refused and held mutations of one person, open or of the last 24 hours
	MaxKeptBytes  = 20 << 20 // the same, in bytes
	MoreRisks     = 200      // immediate risks that are kept beyond MaxKept
	MaxBuried     = 1000     // deletes of what never arrived that are remembered of one person; as many a day
	MaxOfOthers   = 50       // mutations of one author, handed in by one other person, that wait for their author
)
