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
	// Change is what is different from the version that the release before brought, for
	// those who work with it; empty for a pathway that is new.
	Change string
}

// again is what the practice of the second year found missing in the first.
const again = "A watch that nobody reviewed goes on; children are seen before each new plan; starting and stopping is counted; " +
	"a no, a move, six called off have steps."

var changes = map[string]string{
	"early-help-engagement": again,
	"was-not-brought":       again,
	"no-access-to-child":    "A no and a move ask for steps of their own.",
}

// Pathways hands out the bundled pathway templates, ordered by key: early help
// engagement, no access to a child, no consent, was not brought.
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
		key := strings.TrimSuffix(file.Name(), ".json")
		list = append(list, PathwayPack{key, text, changes[key]})
	}
	return list
}
