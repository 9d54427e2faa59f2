package packs

import (
	"path"
	"strings"

	contract "holdfast/mobile-contract"
)

// Calendar is one bundled working calendar.
type Calendar struct {
	Key  string // the GOV.UK division: "scotland"
	Body []byte // the JSON body that hooks/workday parses; the caller's own copy
}

// Calendars hands out the bundled working calendars, ordered by key: the bank
// holidays of the three divisions that GOV.UK lists, 2015 to 2035.
//
// They are as GOV.UK had published them in 2026, which is up to 2028. The years
// after that follow the Banking and Financial Dealings Act 1971, the yearly
// proclamations' custom of giving a substitute day for a holiday at the weekend,
// and the St Andrew's Day Bank Holiday (Scotland) Act 2007. A holiday proclaimed
// later is a new version of the calendar.
func Calendars() []Calendar {
	const dir = "packs/calendars"
	files, err := contract.Packs.ReadDir(dir)
	if err != nil {
		panic("packs: " + err.Error()) // embedded: the folder is in the binary
	}
	list := make([]Calendar, 0, len(files))
	for _, file := range files {
		text, err := contract.Packs.ReadFile(path.Join(dir, file.Name()))
		if err != nil {
			panic("packs: " + err.Error())
		}
		list = append(list, Calendar{strings.TrimSuffix(file.Name(), ".json"), text})
	}
	return list
}
