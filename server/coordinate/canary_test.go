package coordinate

import (
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/server/demo"
)

var links = regexp.MustCompile(`(?:href|action)="(/coordinate[^"#]*)"`)

// TestNotOneByteOfACase walks every page that links lead to, as everybody, and
// looks for each family, child, address and word of a note of Fellmoor.
func TestNotOneByteOfACase(t *testing.T) {
	d := openDesk(t)
	for _, p := range []demo.Person{demo.Practitioner, demo.Colleague, demo.School} {
		d.offer(p, nil)
	}
	d.raise(d.as(demo.Coordinator), d.offer(demo.Outsider, nil).Id)
	canaries := d.canaries()
	if len(canaries) < 60 {
		t.Fatalf("only %d canaries: the walk would prove nothing", len(canaries))
	}
	d.give(demo.Practitioner, map[string]any{"roles": []string{"practitioner", "agency_lead"}})
	for _, p := range demo.Cast {
		b := d.as(p)
		queue := []string{"/coordinate", "/coordinate/registrations?status=all", "/coordinate/registrations?q=Okafor-Reid&status=all",
			"/coordinate/champions?q=Okafor-Reid", "/coordinate/registrations/" + demo.CaseID(2), "/coordinate/cases/" + demo.CaseID(2)}
		var own []string // what waits for somebody says of which of their families
		if err := d.App.ConcurrentDB().NewQuery(`SELECT c.reference FROM cases c JOIN case_members m ON m."case" = c.id WHERE m."user" = {:u} AND m.active`).
			Bind(dbx.Params{"u": p.ID}).Column(&own); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for len(queue) > 0 && len(seen) < 200 {
			path := queue[0]
			queue = queue[1:]
			if seen[path] || strings.HasPrefix(path, "/coordinate/sign-out") {
				continue
			}
			seen[path] = true
			a := b.get(path)
			typed, _ := url.QueryUnescape(path)
			for _, c := range canaries {
				if strings.Contains(a.text(), c) && !strings.Contains(typed, c) && !(path == "/coordinate/waiting" && slices.Contains(own, c)) && !(p.ID == demo.DPO.ID && ofRecords.MatchString(path) && reference.MatchString(c)) {
					t.Errorf("%s sees %q at %s", p.Account, c, path)
				}
			}
			for _, m := range links.FindAllStringSubmatch(a.text(), -1) {
				queue = append(queue, m[1])
			}
		}
		if want := map[string]int{"coordinator": 30, "practitioner": 15, "manager": 12}[p.Account]; len(seen) < want {
			t.Errorf("%s walked only %d pages", p.Account, len(seen))
		}
	}
}

// The pages of the data protection officer say of which family something was by its reference.
var (
	ofRecords = regexp.MustCompile(`^/coordinate/(audit|disposals|holds)\b`)
	reference = regexp.MustCompile(`^FM-\d{4}$`)
)

// canaries are what only those on a case may read.
func (d *desk) canaries() []string {
	d.t.Helper()
	var all []string
	for _, q := range []string{
		"SELECT family_name FROM cases", "SELECT reference FROM cases", "SELECT summary FROM cases", "SELECT id FROM cases",
		"SELECT name FROM people", "SELECT body FROM notes", "SELECT note FROM contact_attempts WHERE note != ''",
	} {
		var found []string
		if err := d.App.ConcurrentDB().NewQuery(q).Column(&found); err != nil {
			d.t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// formField is the name of a field in a form, of a column or of its heading, which may be
// a noun's too: how many people.
var formField = regexp.MustCompile(`\{Name: "[a-z_]+", Label: |db:"[a-z_]+"|head\{Name: "[A-Z][a-z ]+", `)

// TestTheRoomNamesNoCaseContent reads the room's own sources: a query here that
// names a collection of case content is a mistake, whatever it shows.
func TestTheRoomNamesNoCaseContent(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		raw, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		raw = formField.ReplaceAll(raw, nil)
		read++
		for _, n := range collections.All() {
			if n.CaseField != "" && regexp.MustCompile(`(?i)(FROM|JOIN|INTO|UPDATE) "?`+n.Name+`\b|"`+n.Name+`"`).Match(raw) {
				t.Errorf("%s names %s", f.Name(), n.Name)
			}
		}
	}
	if read < 10 {
		t.Fatalf("only %d files read", read)
	}
}
