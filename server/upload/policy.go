package upload

import "time"

// family groups types that one limit and one use apply to.
type family string

// Families of types.
const (
	picture  family = "image"
	document family = "document"
	sound    family = "audio"
	film     family = "video"
)

// format is a type that may come in.
type format struct {
	family family
	ext    string
	max    int64    // bytes
	as     []string // other names a phone may give it
}

// formats is what may come in, by the type that its content shows (domain 5.5).
// What is not here is refused: HTML, SVG, archives, executables, old Office files,
// which may carry macros, and everything unknown.
var formats = map[string]format{
	"image/jpeg": {picture, ".jpg", 15 << 20, []string{"image/jpg"}},
	"image/png":  {picture, ".png", 15 << 20, nil},
	"image/webp": {picture, ".webp", 15 << 20, nil},
	"image/heic": {picture, ".heic", 15 << 20, nil},
	"image/heif": {picture, ".heif", 15 << 20, nil},

	"application/pdf": {document, ".pdf", 50 << 20, nil},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {document, ".docx", 50 << 20, nil},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       {document, ".xlsx", 50 << 20, nil},
	"application/vnd.oasis.opendocument.text":                                 {document, ".odt", 50 << 20, nil},
	"application/vnd.ms-outlook":                                              {document, ".msg", 50 << 20, nil},
	"message/rfc822":                                                          {document, ".eml", 50 << 20, nil},
	"text/csv":                                                                {document, ".csv", 50 << 20, nil},
	"text/plain":                                                              {document, ".txt", 50 << 20, nil},
	"text/rtf":                                                                {document, ".rtf", 50 << 20, []string{"application/rtf"}},

	"audio/x-m4a": {sound, ".m4a", 100 << 20, []string{"audio/m4a"}},
	"audio/mp4":   {sound, ".m4a", 100 << 20, nil},
	"audio/mpeg":  {sound, ".mp3", 100 << 20, []string{"audio/mp3"}},
	"audio/wav":   {sound, ".wav", 100 << 20, []string{"audio/x-wav", "audio/wave"}},

	"video/mp4":       {film, ".mp4", 500 << 20, nil},
	"video/quicktime": {film, ".mov", 500 << 20, nil},
}

// kinds is which families each kind of evidence may be. Video stands under none:
// it is off until an area's policy says otherwise (domain 5.5).
var kinds = map[string][]family{
	"home_conditions": {picture},
	"document":        {document, picture},
	"letter":          {document, picture},
	"drawing":         {picture, document},
	"audio":           {sound},
	"assessment":      {document, picture},
	"other":           {picture, document, sound},
}

// largest is the most bytes that a kind of evidence may have, of whatever type.
func largest(kind string) int64 {
	var most int64
	for _, f := range formats {
		for _, allowed := range kinds[kind] {
			if f.family == allowed {
				most = max(most, f.max)
			}
		}
	}
	return most
}

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
	maxPreviewing = 1         // previews made at once
	maxScans      = 128       // passes over a JPEG: a small file can ask for a million
	previewSide   = 1280      // pixels of a preview's longer side
)
