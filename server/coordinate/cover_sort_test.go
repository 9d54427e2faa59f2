package coordinate

import (
	"regexp"
	"strings"
	"testing"

	"holdfast/server/demo"
)

var rowHead = regexp.MustCompile(`(?s)<th scope="row"[^>]*>.*?</th>`)
var anyTag = regexp.MustCompile(`(?s)<[^>]*>`)

// heads are the first cells of a page's first table, from the top.
func (a answer) heads(t *testing.T) string {
	t.Helper()
	text := a.text()
	from := strings.Index(text, "<tbody")
	if from < 0 {
		t.Fatalf("there is no table\n%s", a.body)
	}
	text = text[from : from+strings.Index(text[from:], "</tbody>")]
	var out []string
	for _, cell := range rowHead.FindAllString(text, -1) {
		out = append(out, strings.TrimSpace(anyTag.ReplaceAllString(cell, "")))
	}
	return strings.Join(out, "; ")
}

// sortedBy reports the columns that a page says it is sorted by.
func (a answer) sortedBy() string {
	var out []string
	for _, m := range regexp.MustCompile(`(?s)aria-sort="(ascending|descending)">(.*?)</th>`).FindAllStringSubmatch(a.text(), -1) {
		out = append(out, strings.TrimSpace(anyTag.ReplaceAllString(m[2], ""))+" "+m[1])
	}
	return strings.Join(out, "; ")
}

func TestCoverageIsSortedByWhatTheAddressAsks(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	for _, p := range []demo.Person{demo.School, demo.Colleague} {
		d.raise(b, d.offer(p, nil).Id)
	}
	const children, early, harbour, north, safe, tarn = "Fellmoor Children's Services", "Fellmoor Early Help", "Harbour School", "Northgate Housing", "Fellmoor Safeguarding Partnership", "Tarn Valley Health Visiting"
	for _, c := range []struct{ ask, by, first, last string }{
		{"", "", children, early},
		{"?sort=name&order=up", "Agency ascending", children, tarn},
		{"?sort=name&order=down", "Agency descending", tarn, children},
		{"?sort=locality&order=down", "Locality descending", tarn, early},
		{"?sort=staff&order=down", "Staff descending", children, safe},
		{"?sort=gap&order=down", "Needed descending", children, early},
		{"?sort=active&order=down", "Active descending", "", ""},
		{"?sort=year&order=down", "In a year descending", "", ""},
		{"?sort=evil&order=down", "", children, early},
		{"?by=locality&sort=none&order=down", "With none descending", "Fellmoor", "Harbour"},
		{"?by=sector&sort=rating&order=down", "Rating descending", "Early help", ""},
		{"?by=group&sort=active&order=up", "Active ascending", "1, rare contact with children", "3, works mainly with children or parents"},
		{"?by=group&sort=name&order=down", "Target group descending", "8, board member", "1, rare contact with children"},
	} {
		page := b.get("/coordinate/coverage" + c.ask)
		wants(t, page, 200)
		heads := page.heads(t)
		if page.sortedBy() != c.by || !strings.HasPrefix(heads, c.first) || !strings.HasSuffix(strings.TrimSuffix(heads, "Needs a lead"), c.last) {
			t.Errorf("%s: sorted by %q\n%s", c.ask, page.sortedBy(), heads)
		}
	}
	// Either way round it is the same agencies; the chart keeps to the widest gaps.
	for _, column := range coverColumns[1:] {
		up, down := b.get("/coordinate/coverage?sort="+column+"&order=up"), b.get("/coordinate/coverage?sort="+column+"&order=down")
		if strings.Count(up.heads(t), ";") != strings.Count(down.heads(t), ";") {
			t.Errorf("by %s: %s and %s", column, up.heads(t), down.heads(t))
		}
	}
	chart := b.get("/coordinate/coverage?sort=name&order=down").text()
	chart = chart[strings.Index(chart, `class="hf-chart__name"`):]
	if at, tarned := strings.Index(chart, children), strings.Index(chart, tarn); at < 0 || at > tarned {
		t.Error("the chart is sorted with the table")
	}
	file := b.get("/coordinate/coverage.csv?sort=name&order=down")
	wants(t, file, 200)
	if strings.Index(file.body, tarn) > strings.Index(file.body, children) {
		t.Errorf("the file is sorted otherwise than the page\n%s", file.body)
	}
}

func TestAttendanceIsSortedByWhatTheAddressAsks(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	d.gather() // the colleague came, the school sent apologies
	for _, p := range []demo.Person{demo.School, demo.Colleague, demo.Outsider} {
		d.raise(b, d.offer(p, nil).Id)
	}
	at := "/coordinate/events/" + demo.ID("event", 1)
	names := func(people ...demo.Person) string {
		var out []string
		for _, p := range people {
			out = append(out, p.Name)
		}
		return strings.Join(out, "; ")
	}
	byName := []demo.Person{demo.School, demo.Colleague, demo.Outsider}
	for i := range byName {
		for j := range byName[:i] {
			if strings.ToLower(byName[i].Name) < strings.ToLower(byName[j].Name) {
				byName[i], byName[j] = byName[j], byName[i]
			}
		}
	}
	for _, c := range []struct{ ask, by, want string }{
		{"", "", names(demo.Colleague, demo.School, demo.Outsider)}, // recorded first, then by agency
		{"?sort=name&order=up", "Champion ascending", names(byName...)},
		{"?sort=name&order=down", "Champion descending", names(byName[2], byName[1], byName[0])},
		{"?sort=agency&order=down", "Agency descending", names(demo.Outsider, demo.School, demo.Colleague)},
		{"?sort=answer&order=up", "Attendance ascending", names(demo.Outsider, demo.School, demo.Colleague)},
		{"?sort=answer&order=down", "Attendance descending", names(demo.Colleague, demo.School, demo.Outsider)},
	} {
		page := b.get(at + c.ask)
		wants(t, page, 200)
		if page.heads(t) != c.want || page.sortedBy() != c.by {
			t.Errorf("%s: sorted by %q\n%s\nwant %s", c.ask, page.sortedBy(), page.heads(t), c.want)
		}
	}
	wants(t, b.get(at+"?sort=name&order=down"), 200, `name="sort" value="name"`, `order=down&sort=name`)
}
