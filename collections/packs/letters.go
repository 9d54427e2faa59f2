package packs

import (
	"embed"
	"path"
	"strings"
)

//go:embed letters/L*.json
var letters embed.FS

//go:embed letters/words.json
var letterWords []byte

//go:embed letters/rules.json
var letterRules []byte

// LetterPack is one bundled letter template.
type LetterPack struct {
	Key      string // the kind of letter: "L1_missed"
	Language string // "en" or "cy"
	Variant  string // "standard" or "easy_read"
	Body     []byte // the JSON body that hooks/lettertext parses; the caller's own copy
}

// Letters hands out the bundled letter templates, ordered by key, language and
// variant: every kind of section 3.1 of the domain reference in plain English, and
// the first two in Welsh, and four in easy read with pictures. The wording is our own. A pack whose
// body says what it needs_check is a draft until a person has checked it.
func Letters() []LetterPack {
	const dir = "letters"
	files, err := letters.ReadDir(dir)
	if err != nil {
		panic("packs: " + err.Error()) // embedded: the folder is in the binary
	}
	list := make([]LetterPack, 0, len(files))
	for _, file := range files { // a folder lists its files in order of name
		text, err := letters.ReadFile(path.Join(dir, file.Name()))
		if err != nil {
			panic("packs: " + err.Error())
		}
		name := strings.Split(file.Name(), ".") // key.language.variant.json
		list = append(list, LetterPack{name[0], name[1], name[2], text})
	}
	return list
}

// LetterWords hands out the starter word list of section 3.4, hard block 3: words
// that make a manager acknowledge a letter. Its entries are for the Scan of
// hooks/lettertext, a list for each language.
func LetterWords() []byte { return append([]byte{}, letterWords...) }

// LetterRules hands out the starter rules of every letter: for how long an address
// stays confirmed, the grade above which a reason is asked, and after how many
// working days a letter is taken to have come, by how it went (domain 3.3 to 3.5;
// the numbers are ours). The word list is LetterWords.
func LetterRules() []byte { return append([]byte{}, letterRules...) }
