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
)

// bounds on what is looked into: hostile files are cheap to make and dear to read.
const (
	maxDirectory  = 1 << 20   // bytes of a zip's central directory
	maxInflated   = 512 << 20 // bytes that an office file may unpack to
	maxRatio      = 300       // unpacked bytes to one packed
	maxPixels     = 24 << 20  // of an image that a preview is made from
	maxServed     = 2         // requests to the lane served at once, beside those whose bytes are coming in
	maxPreviewing = 1         // previews made at once
	maxScans      = 128       // passes over a JPEG: a small file can ask for a million
	previewSide   = 1280      // pixels of a preview's longer side
)
