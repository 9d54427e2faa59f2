package coordinate

import (
	"cmp"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"holdfast/hooks/clock"
)

// championRow is one entry of the directory.
type championRow struct {
	Registration string `db:"registration"`
	Lead         bool   `db:"lead"`
	Until        string `db:"valid_until"`
	Name         string `db:"name"`
	Agency       string `db:"agency_name"`
	JobTitle     string `db:"job_title"`
	Locality     string `db:"locality"`
	WorkEmail    string `db:"work_email"`
	WorkPhone    string `db:"work_phone"`
	Since        string `db:"since"`
}

const directoryFrom = `champions c JOIN agencies a ON a.id = c.agency`

// leadTag is what stands beside whoever leads an agency's champions.
func (r championRow) leadTag() stage {
	if r.Lead {
		return stage{Name: "Lead", Colour: "blue"}
	}
	return stage{}
}

// directory is those who agreed to be found, and with each the registration that the
// entry comes of: one at most.
var directory = &list[championRow]{
	title: "Champions", path: "/coordinate/champions", none: "No champions match your filters.",
	says: "Active champions who agreed to be in the directory. It is on every worker’s phone.",
	take: `c.name, c.agency_name, c.job_title, c.locality, c.work_email, c.work_phone, c.since,
		coalesce(r.id, '') AS registration, coalesce(r.lead, FALSE) AS lead, coalesce(r.valid_until, '') AS valid_until`,
	from: directoryFrom + `
		LEFT JOIN champion_registrations r ON r."user" = c."user" AND r.agency = c.agency AND r.status IN ('active', 'renewed')`,
	sight: func(v *visit) (terms, error) { return v.ownAgency(), nil },
	found: "Name, agency, job, place or email", words: []string{"c.name", "c.agency_name", "c.job_title", "c.locality", "c.work_email"},
	filters: []filter{
		{id: "locality", label: "Locality", all: "All localities", is: `c.locality = {:locality}`, there: func(v *visit) ([]choice, error) {
			seen := v.ownAgency()
			return v.choices(`SELECT DISTINCT c.locality AS id, c.locality AS name FROM `+directoryFrom+` WHERE `+seen.where()+` AND c.locality != '' ORDER BY c.locality COLLATE NOCASE`, seen)
		}},
		{id: "sector", label: "Sector", all: "All sectors", is: `a.kind = {:sector}`, there: func(v *visit) ([]choice, error) {
			seen := v.ownAgency()
			out, err := v.choices(`SELECT DISTINCT a.kind AS id, a.kind AS name FROM `+directoryFrom+` WHERE `+seen.where(), seen)
			for i := range out {
				out[i].Name = sectorOf(out[i].ID)
			}
			slices.SortFunc(out, func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
			return out, err
		}},
		{id: "kind", label: "Who", all: "All champions", is: `r.lead`, fixed: []choice{{"lead", "Leads alone"}}},
	},
	first: "name", last: "c.name, c.id",
	columns: []column[championRow]{
		{head{Name: "Name", Sort: "name"}, "c.name COLLATE NOCASE", func(r championRow) shown {
			c := text(r.Name, r.JobTitle)
			if c.Tag = r.leadTag(); r.Registration != "" {
				c.Address = "/coordinate/registrations/" + r.Registration
			}
			return c
		}},
		{head{Name: "Agency", Sort: "agency"}, "c.agency_name COLLATE NOCASE", func(r championRow) shown { return text(r.Agency) }},
		{head{Name: "Locality", Sort: "locality"}, "c.locality COLLATE NOCASE", func(r championRow) shown { return text(r.Locality) }},
		{head{Name: "Contact"}, "", func(r championRow) shown { return text(r.WorkEmail, r.WorkPhone) }},
		{head{Name: "Since", Sort: "since"}, "c.since", func(r championRow) shown { return ours(clock.Day(r.Since)) }},
		{head{Name: "Until", Sort: "until"}, "r.valid_until", func(r championRow) shown { return ours(clock.Day(r.Until)) }},
	},
	noun:   "champions",
	header: []string{"Name", "Job title", "Agency", "Locality", "Work email", "Work phone", "Lead", "Since", "Until"},
	cells: func(r championRow) []string {
		return []string{r.Name, r.JobTitle, r.Agency, r.Locality, r.WorkEmail, r.WorkPhone, r.leadTag().Name, r.Since, r.Until}
	},
	more: func(_ *visit, b *listBody, _ terms) error {
		if !b.narrowed() {
			b.None = "There is no champion in the directory yet."
		}
		return nil
	},
}

func problemWith(field, text string) error {
	return validation.Errors{field: validation.NewError("refused", text)}
}
