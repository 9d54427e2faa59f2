package intake

import "slices"

// Family groups types that one limit applies to.
type Family string

// Families of types.
const (
	Picture  Family = "image"
	Document Family = "document"
	Sound    Family = "audio"
	Film     Family = "video"
)

// Format is a type that the house can tell by its content and has looked into.
type Format struct {
	Family Family
	Ext    string
	As     []string // other names that a phone may give it
}

// formats is every type that a policy may let in. What is not here can be let in by
// nobody: HTML, SVG, archives, executables, old Office files, which may carry
// macros, and everything unknown.
var formats = map[string]Format{
	"image/jpeg": {Picture, ".jpg", []string{"image/jpg"}},
	"image/png":  {Picture, ".png", nil},
	"image/webp": {Picture, ".webp", nil},
	"image/heic": {Picture, ".heic", nil},
	"image/heif": {Picture, ".heif", nil},

	"application/pdf": {Document, ".pdf", nil},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {Document, ".docx", nil},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       {Document, ".xlsx", nil},
	"application/vnd.oasis.opendocument.text":                                 {Document, ".odt", nil},
	"application/vnd.ms-outlook":                                              {Document, ".msg", nil},
	"message/rfc822":                                                          {Document, ".eml", nil},
	"text/csv":                                                                {Document, ".csv", nil},
	"text/plain":                                                              {Document, ".txt", nil},
	"text/rtf":                                                                {Document, ".rtf", []string{"application/rtf"}},

	"audio/x-m4a": {Sound, ".m4a", []string{"audio/m4a"}},
	"audio/mp4":   {Sound, ".m4a", nil},
	"audio/mpeg":  {Sound, ".mp3", []string{"audio/mp3"}},
	"audio/wav":   {Sound, ".wav", []string{"audio/x-wav", "audio/wave"}},

	"video/mp4":       {Film, ".mp4", nil},
	"video/quicktime": {Film, ".mov", nil},
}

// FormatOf is the format of a type, by its own name.
func FormatOf(mime string) (Format, bool) {
	f, ok := formats[mime]
	return f, ok
}

// FamilyOf is the family of a type by any of its names, empty when it has none.
func FamilyOf(mime string) Family {
	if f, ok := formats[mime]; ok {
		return f.Family
	}
	for _, f := range formats {
		if slices.Contains(f.As, mime) {
			return f.Family
		}
	}
	return ""
}

// drawable are the types that a preview is made of. No reader of HEIC fits here (why
// stands in the upload room's doc.go); its originals are kept all the same.
var drawable = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true, "application/pdf": true}

// Drawable reports whether a preview can be made of a type.
func Drawable(mime string) bool { return drawable[mime] }
