package coordinate

import (
	"strings"

	"holdfast/hooks/risk"
)

// entry is one page that the menu leads to, and whom it is offered to.
type entry struct {
	name, address string
	roles         roles
}

// section is what the menu shows as one: its entries stand below it while a reader is
// in it.
type section struct {
	name    string
	entries []entry
}

// mailAddress is the page of a demo's mail, which no other server has.
const mailAddress = "/coordinate/mail"

// The immediate risks, which the menu counts.
const (
	risksName    = "Immediate risks"
	risksAddress = "/coordinate/risks"
)

// unsaved is what the server did not take, as every page calls it.
const unsaved = "Work that could not be saved"

// menu is every page that somebody begins at, two clicks away at most.
var menu = []section{
	{"Today", []entry{{"What needs me today", "/coordinate", anybody}}},
	{risksName, []entry{{risksName, risksAddress, anybody}}},
	{"Champions", []entry{
		{"Registrations", "/coordinate/registrations", everyone},
		{"Directory", "/coordinate/champions", scheme},
	}},
	{"Coverage", []entry{
		{"Coverage", "/coordinate/coverage", scheme},
		{"How the scheme runs", "/coordinate/scheme", scheme},
	}},
	{"Network", []entry{
		{"Events", "/coordinate/events", scheme},
		{cascade.Title, cascade.Path, anybody},
		{surgery.Title, surgery.Path, anybody},
		{"Good practice", "/coordinate/good-practice", scheme},
	}},
	{"Casework", []entry{
		{"What waits for you", "/coordinate/waiting", anybody},
		{"Approvals", "/coordinate/approvals", roles{manager}},
		{"Who leads", "/coordinate/transfers", roles{manager}},
		{"Conflicts", "/coordinate/conflicts", anybody},
		{unsaved, "/coordinate/refusals", anybody},
	}},
	{"Records", []entry{
		{"Who did what", "/coordinate/audit", roles{officer}},
		{"Emergency access", "/coordinate/emergency-access", roles{officer}},
		{"Disposals", "/coordinate/disposals", roles{officer}},
		{"Legal holds", "/coordinate/holds", roles{officer}},
	}},
	{"People and phones", []entry{
		{"Your people", "/coordinate/people", roles{agencyLead}},
		{"Your agency", "/coordinate/agency", roles{agencyLead}},
		{"Phones", "/coordinate/devices", answering},
	}},
	{"Mail", []entry{{"Mail", mailAddress, roles{coordinator}}}},
}

// link is one entry of the menu as a page shows it. Current is its aria-current: the
// page itself, or true while the reader is somewhere below it.
// Count is how much there is behind it that nobody is to miss.
type link struct {
	Name, Address, Current string
	Count                  int
}

// menu is what the visitor is offered on a page: the sections, and what stands in the
// one that the page belongs to, when that is more than one entry.
func (v *visit) menu(path string) (sections, within []link, err error) {
	if v.owes {
		return nil, nil, nil // nothing else opens yet
	}
	risks, err := risk.RisksStanding(v.App, v.user.Id)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range menu {
		var links []link
		here := ""
		for _, e := range s.entries {
			if !v.may(e.roles) || !v.offered(e.address) {
				continue
			}
			l := link{Name: e.name, Address: e.address}
			switch {
			case path == e.address:
				l.Current = "page"
			case e.address != "/coordinate" && strings.HasPrefix(path, e.address+"/"):
				l.Current = "true"
			}
			if l.Current != "" {
				here = "true"
			}
			links = append(links, l)
		}
		switch {
		case len(links) == 0:
			continue
		case len(links) == 1:
			here = links[0].Current
		case here != "":
			within = links
		}
		l := link{Name: s.name, Address: links[0].Address, Current: here}
		if s.name == risksName {
			l.Count = risks
		}
		sections = append(sections, l)
	}
	return sections, within, nil
}

// offered reports whether an entry that the visitor's roles open has something for
// them: the logbooks are the champions', who hold no role by it.
func (v *visit) offered(address string) bool {
	switch address {
	case mailAddress:
		return v.room.mail != ""
	case cascade.Path, surgery.Path:
		_, err := v.keepsLog()
		return err == nil
	}
	return true
}
