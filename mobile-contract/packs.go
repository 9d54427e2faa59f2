package contract

import "embed"

// Packs are the calendars and pathway templates that a store begins with. They lie here
// because the vectors are of them: a client's author needs no other folder.
//
//go:embed packs
var Packs embed.FS
