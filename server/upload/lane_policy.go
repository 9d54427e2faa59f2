package upload

import "time"

// quota is how much may be under way at once, finished or not.
var quota = struct {
	openUser, openDevice   int64 // uploads
	bytesUser, bytesDevice int64
}{60, 40, 4 << 30, 2 << 30}

// Times and sizes of the lane.
const (
	life      = 7 * 24 * time.Hour // of an upload after its last byte
	idle      = time.Minute        // that a body may be silent before its connection is given up
	bufferLen = 128 << 10          // bytes read and written at once
	headroom  = 128 << 20          // bytes of disk left to the database, whatever comes in
	maxServed = 2                  // requests served at once, beside those whose bytes are coming in
)
