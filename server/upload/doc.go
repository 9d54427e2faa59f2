// Package upload is the counter where the bytes of evidence are handed in, checked
// against the row that announced them, sealed, and handed out again to those who
// may see them. Its files are of three things, and say which:
//
//	lane_       bytes come in, a few at a time, and go on where they stood
//	custody_    what came is sealed or kept apart, scanned, kept, and disposed of
//	delivery_   what is sealed is handed out: originals, previews, links, bundles
//
// room.go, reach.go and code.go are what these share: the routes, who may come, what is
// answered. Below stand inspection (what looks into a file), bundle (how an export is
// written and checked) and verify (what reads everything stored again).
//
// Why the part file's length is the offset: a second record of it would have to be
// kept in step across a crash. Every answer that names an offset follows an fsync,
// and whatever a power cut left in the tail is found by the hash of the whole.
//
// Why a sealed file is linked into storage and not copied: the bytes that were
// hashed are the bytes that are kept, and a gigabyte is not written twice.
//
// Why PocketBase's own file door is shut for evidence: it writes no audit row
// before it delivers, and it lets a month of caches keep what it delivers.
//
// Why what the scanner finds stays where it is: one row changes, in one transaction,
// and no door opens the bytes of a row that is not sealed. Moving them would be a
// second thing that a crash can leave half done.
//
// Why disposed bytes go after the commit that disposes of them: from then on nobody
// can read them, and the removal is taken up again until the certificate bears its
// time. A hold set before that commit wins; there is nothing to hold after it.
//
// Why no preview is made of HEIC: the one reader that runs without cgo
// (github.com/gen2brain/heic) puts LGPL code (libheif, libde265) into the binary, takes
// a libheif of the machine instead, outside any sandbox, where it finds one, and bounds
// neither memory nor time. Its rows say so.
package upload
