package coordinate

import (
	"regexp"
	"strings"
	"testing"

	"holdfast/server/demo"
)

var menuLink = regexp.MustCompile(`(?s)<a class="(?:govuk-service-navigation__link|hf-within__link)" href="([^"]*)"(?: aria-current="(page|true)")?>(?:<strong[^>]*>)?([^<]*)`)

var taskLink = regexp.MustCompile(`govuk-task-list__link" href="([^"]*)"`)

// nav are the links of one of a page's menus, as "name" or "name (aria-current)".
func (a answer) nav(label string) (names, addresses []string) {
	_, rest, found := strings.Cut(a.body, `aria-label="`+label+`"`)
	if !found {
		return nil, nil
	}
	inside, _, _ := strings.Cut(rest, "</nav>")
	for _, m := range menuLink.FindAllStringSubmatch(inside, -1) {
		name := m[3]
		if m[2] != "" {
			name += " (" + m[2] + ")"
		}
		names, addresses = append(names, name), append(addresses, m[1])
	}
	return names, addresses
}

// Every page that the menu knows and a role opens is two clicks away, and nothing else
// is offered.
func TestTheMenuLeadsEverywhereInTwoClicks(t *testing.T) {
	d := phones(t)
	d.raise(d.as(demo.Coordinator), d.offer(demo.Bronagh, nil).Id)
	for _, c := range []struct {
		who   demo.Person
		roles []string
		want  string
	}{
		{demo.Coordinator, []string{"coordinator"}, "Today; Immediate risks; Champions: Registrations, Directory; Coverage: Coverage, How the scheme runs; " +
			"Network: Events, Passed on, Surgery sessions, Good practice; Casework: What waits for you, Conflicts, Work that could not be saved; Mail"},
		{demo.Practitioner, []string{"agency_lead"}, "Today; Immediate risks; Champions: Registrations, Directory; Coverage: Coverage, How the scheme runs; " +
			"Network: Events, Passed on, Surgery sessions, Good practice; Casework: What waits for you, Conflicts, Work that could not be saved; People and phones: Your people, Your agency, Phones"},
		{demo.Practitioner, []string{"manager"}, "Today; Immediate risks; Champions; Casework: What waits for you, Approvals, Who leads, Conflicts, Work that could not be saved; People and phones"},
		{demo.Bronagh, []string{"practitioner"}, "Today; Immediate risks; Network: Passed on, Surgery sessions; Casework: What waits for you, Conflicts, Work that could not be saved"},
		{demo.Outsider, nil, "Today; Immediate risks; Casework: What waits for you, Conflicts, Work that could not be saved"},
	} {
		d.give(c.who, map[string]any{"roles": c.roles})
		b := d.as(c.who)
		home := b.get("/coordinate")
		for _, m := range taskLink.FindAllStringSubmatch(home.text(), -1) { // nothing needs anybody who may not see it
			if a := b.get(m[1]); a.status != 200 {
				t.Errorf("%v: what needs them leads to %s, which answers %d", c.roles, m[1], a.status)
			}
		}
		names, addresses := home.nav("Menu")
		var got []string
		for i, name := range names {
			line := strings.TrimSuffix(name, " (page)")
			page := b.get(addresses[i])
			wants(t, page, 200)
			if within, to := page.nav("In this section"); len(within) > 0 {
				if !strings.HasSuffix(within[0], " (page)") {
					t.Errorf("%s leads to %s, which does not say where it is: %q", line, addresses[i], within)
				}
				line += ": " + strings.TrimSuffix(strings.Join(within, ", "), " (page)")
				line = strings.ReplaceAll(line, " (page)", "")
				for j, address := range to {
					at := b.get(address)
					wants(t, at, 200)
					if here, _ := at.nav("In this section"); here[j] != strings.TrimSuffix(within[j], " (page)")+" (page)" {
						t.Errorf("%s does not say where it is: %q", address, here)
					}
				}
			}
			got = append(got, line)
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%v:\n%s\nwant\n%s", c.roles, s, c.want)
		}
	}
	// Below an entry, its section and the entry say that the reader is in them.
	b := d.as(demo.Coordinator)
	page := b.get("/coordinate/scheme/targets")
	menu, _ := page.nav("Menu")
	within, _ := page.nav("In this section")
	if !strings.Contains(strings.Join(menu, ";"), "Coverage (true)") || strings.Join(within, ";") != "Coverage;How the scheme runs (true)" {
		t.Errorf("%q %q", menu, within)
	}
}
