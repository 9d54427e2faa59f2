package pathway_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

var write = flag.Bool("write", false, "write the table of PATHWAY.md and the answers of the vectors anew")

const (
	spec     = "../../mobile-contract/PATHWAY.md"
	tableTop = "<!-- table: written by the tests from the template -->\n"
	tableEnd = "<!-- end of table -->"
)

// cell is where an act leads from a state, read from the template's rows alone: the
// targets in order, "stays", "back" or "refused".
func cell(t *pathway.Template, act string, s pathway.State) string {
	var targets []string
	for _, row := range t.Transitions {
		leaves := slices.ContainsFunc(row.From, func(f string) bool {
			return f == s.Key || f == "@any" || f == "@open" && s.Ends == "" || f == "@ended" && s.Ends != ""
		})
		to := strings.TrimPrefix(row.To, "@")
		if row.On == act && leaves && !slices.Contains(targets, to) {
			targets = append(targets, to)
		}
	}
	if targets == nil {
		return "refused"
	}
	return strings.Join(targets, " / ")
}

func table(t *pathway.Template) string {
	var b strings.Builder
	b.WriteString("| event |")
	for _, s := range t.States {
		b.WriteString(" " + s.Key + " |")
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(t.States)+1) + "\n")
	for _, a := range t.Events {
		b.WriteString("| " + a.Name + " |")
		for _, s := range t.States {
			b.WriteString(" " + cell(t, a.Name, s) + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The table in PATHWAY.md and template A say the same, cell by cell, and no cell is empty.
func TestSpecTable(t *testing.T) {
	template := bundled(t, early)
	raw, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), tableTop)
	old, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatal("PATHWAY.md has lost the marks around its table")
	}
	if *write {
		if err := os.WriteFile(spec, []byte(head+tableTop+table(template)+tableEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	rows := strings.Split(strings.TrimSpace(old), "\n")
	states := split(rows[0])[1:]
	if len(states) != len(template.States) || len(rows)-2 != len(template.Events) {
		t.Fatalf("%d states and %d events in the table; the template has %d and %d", len(states), len(rows)-2, len(template.States), len(template.Events))
	}
	for i, line := range rows[2:] {
		cells := split(line)
		if cells[0] != template.Events[i].Name || len(cells) != len(states)+1 {
			t.Errorf("row %d is %s, of %d cells", i, cells[0], len(cells))
			continue
		}
		for j, s := range template.States {
			if got, want := cells[j+1], cell(template, cells[0], s); states[j] != s.Key || got != want {
				t.Errorf("%s in %s: the table says %q, the template %q", cells[0], s.Key, got, want)
			}
		}
	}
}

func split(row string) []string {
	cells := strings.Split(strings.Trim(row, "| "), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// What the engine says is allowed is what the table says is in place.
func TestTheEngineFollowsTheTable(t *testing.T) {
	template := bundled(t, early)
	for _, tellIt := range []func(*story){
		func(*story) {}, func(s *story) { s.tries() }, func(s *story) { s.assessed() }, func(s *story) { s.proposed("declined") },
		func(s *story) { s.proposed("moved"); s.does(manager, "closure.approved", approval()) },
	} {
		s := tell(t, template)
		tellIt(s)
		r := s.reads()
		at := slices.IndexFunc(template.States, func(st pathway.State) bool { return st.Key == r.State })
		for _, a := range r.Allowed {
			if a.Allowed && cell(template, a.Act, template.States[at]) == "refused" {
				t.Errorf("%s is allowed in %s", a.Act, r.State)
			}
		}
	}
}

// Every invariant of PATHWAY.md names a test that is there, and they are numbered.
func TestSpecNamesItsTests(t *testing.T) {
	raw, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	files, _ := os.ReadDir(".")
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			text, _ := os.ReadFile(f.Name())
			tests.Write(text)
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(raw), -1)
	if len(named) < 13 {
		t.Fatalf("only %d tests named", len(named))
	}
	for _, n := range named {
		if !strings.Contains(tests.String(), "func "+n[1]+"(") {
			t.Errorf("there is no test %s", n[1])
		}
	}
	for i, line := range regexp.MustCompile(`(?m)^\| I(\d+) \|`).FindAllStringSubmatch(string(raw), -1) {
		if line[1] != strconv.Itoa(i+1) {
			t.Errorf("the invariant after I%d is I%s", i, line[1])
		}
	}
}
