package packs

import (
	"path"
	"strings"

	contract "holdfast/mobile-contract"
)

// PathwayPack is one bundled pathway template.
type PathwayPack struct {
	Key  string // the template's own key: "early-help-engagement"
	Body []byte // the JSON body that hooks/pathway parses; the caller's own copy
}

// Pathways hands out the bundled pathway templates, ordered by key: early help
// engagement, no access to a child, was not brought.
//
// Their days, letters and words are our own defaults (domain 2.3), no authority's:
// an area publishes its own version of them.
func Pathways() []PathwayPack {
	const dir = "packs/pathways"
	files, err := contract.Packs.ReadDir(dir)
	if err != nil {
		panic("packs: " + err.Error()) // embedded: the folder is in the binary
	}
	list := make([]PathwayPack, 0, len(files))
	for _, file := range files {
		text, err := contract.Packs.ReadFile(path.Join(dir, file.Name()))
		if err != nil {
			panic("packs: " + err.Error())
		}
		list = append(list, PathwayPack{strings.TrimSuffix(file.Name(), ".json"), text})
	}
	return list
}
