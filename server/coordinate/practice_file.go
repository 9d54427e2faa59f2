package coordinate

import (
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/champion"
)

// practicesCSV is the good practice that a coordinator has read and shared, by the
// topic and the words of the page, as a file. It goes where no rule of this house
// reaches: an item that holds what could lead to a child, by whichever way it came in,
// stays out of it. The audit log says who took it.
func practicesCSV(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"updated", "title", "agency", "status"}, true)
	t := v.practiceSight()
	t.and(`g.status = 'shared'`, nil)
	narrow(&t, s)
	var rows []struct {
		Title  string                  `db:"title"`
		Body   string                  `db:"body"`
		Topics types.JSONArray[string] `db:"topics"`
		Author string                  `db:"author"`
		Agency string                  `db:"agency_name"`
		Shared types.DateTime          `db:"moderated_at"`
	}
	if err := v.App.ConcurrentDB().NewQuery(`SELECT g.title, g.body, g.topics, coalesce(u.name, '') AS author, g.agency_name, g.moderated_at` + practiceFrom + t.where() +
		` ORDER BY ` + s.order(practiceColumns, "g.updated DESC, g.id")).Bind(t.params).All(&rows); err != nil {
		return err
	}
	var cells [][]string
	for _, r := range rows {
		if _, found := champion.Identifies(r.Title + "\n" + r.Body); !found {
			cells = append(cells, []string{r.Title, r.Body, topicsOf(r.Topics), r.Author, r.Agency, inUK(r.Shared, "2006-01-02")})
		}
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: "good_practice", Count: len(cells)}); err != nil {
		return err
	}
	return v.sendCSV("good-practice", []string{"Title", "What helped", "About", "From", "Agency", "Shared"}, cells)
}
