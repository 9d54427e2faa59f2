package inspection

// Bounds on what is looked into: hostile files are cheap to make and dear to read.
const (
	maxDirectory = 1 << 20   // bytes of a zip's central directory
	maxInflated  = 512 << 20 // bytes that an office file may unpack to
	maxRatio     = 300       // unpacked bytes to one packed
	maxPixels    = 24 << 20  // of an image that a picture is made from
	maxScans     = 128       // passes over a JPEG: a small file can ask for a million
	PictureSide  = 1280      // pixels of a picture's longer side
)
