package family

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// betweenWords says a warning as a person would.
var betweenWords = map[string]string{"domestic_abuse": "domestic abuse", "no_contact": "no contact", "court_order": "a court order"}

func WarningInWords(between []string) string {
	words := make([]string, len(between))
	for i, b := range between {
		words[i] = betweenWords[b]
	}
	return strings.Join(words, " and ")
}

// RelationsOf are the rows that name any of these people, whichever case they are in.
func RelationsOf(app core.App, ids map[string]bool) (rows []*core.Record, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var list []any
	for id := range ids {
		list = append(list, id)
	}
	err = app.RecordQuery("relationships").Where(dbx.Or(dbx.HashExp{"person": list}, dbx.HashExp{"other": list})).OrderBy("id").All(&rows)
	return rows, err
}
