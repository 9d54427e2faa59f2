package casework

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// moving is what goes along when people come to another case: what was recorded about them
// and about nobody who is not there. What an agency recorded that is not on that case stays
// where it reads it, until it is.
type moving struct {
	app      core.App
	to       string
	ids      map[string]bool // who comes, or came before
	there    map[string]bool // they, and everybody who is there already
	agencies map[string]bool // who works there
	goes     []*core.Record
	waits    map[string]int // how many records stay, by the agency whose they are
	both     map[string]int // and how many because they name somebody else too
}

// moveTo begins a move of these people, who may be there already.
func moveTo(app core.App, to string, ids map[string]bool) (*moving, error) {
	m := &moving{app: app, to: to, ids: ids, there: map[string]bool{}, agencies: map[string]bool{}, waits: map[string]int{}, both: map[string]int{}}
	for id := range ids {
		m.there[id] = true
	}
	for set, q := range map[*map[string]bool]string{
		&m.there:    `SELECT id FROM people WHERE "case" = {:c}`,
		&m.agencies: `SELECT DISTINCT agency FROM case_members WHERE "case" = {:c} AND active`,
	} {
		var found []string
		if err := kernel.Query(app, q).Bind(dbx.Params{"c": to}).Column(&found); err != nil {
			return nil, err
		}
		for _, id := range found {
			(*set)[id] = true
		}
	}
	return m, nil
}

// ofPeople names the nouns whose records are of the people that their fields name: they go
// when they name nobody else.
var ofPeople = []struct {
	noun   string
	fields []string
	own    bool // what somebody wrote down, that is not lost to them
}{
	{"people", []string{"id"}, false}, {"person_identifiers", []string{"person"}, false}, {"child_flags", []string{"child"}, false},
	{"relationships", []string{"person", "other"}, false}, {"person_joins", []string{"person", "same"}, false},
	{"evidence_exceptions", []string{"child"}, false}, {"notes", []string{"children"}, true},
	{"chronology_entries", []string{"children"}, true}, {"evidence", []string{"child", "children"}, true},
}

// withEvidence are the nouns whose records go with the evidence that they are of.
var withEvidence = []string{"evidence_copies", "evidence_events", "evidence_holds", "evidence_disposals"}

// from adds what of a case goes along, and what waits.
func (m *moving) from(caseID string) error {
	for _, of := range ofPeople {
		rows, err := m.app.FindAllRecords(of.noun, dbx.HashExp{"case": caseID})
		if err != nil {
			return err
		}
		for _, r := range rows {
			agency := r.GetString("agency")
			comes, alone := m.isOf(r, of.fields)
			switch {
			case comes && !alone && of.own:
				m.both[agency]++
			case !comes || !alone:
			case of.own && agency != "" && !m.agencies[agency]:
				m.waits[agency]++
			default:
				m.goes = append(m.goes, r)
				if of.noun != "evidence" {
					continue
				}
				for _, noun := range withEvidence {
					also, err := m.app.FindAllRecords(noun, dbx.HashExp{"evidence": r.Id})
					if err != nil {
						return err
					}
					m.goes = append(m.goes, also...)
				}
			}
		}
	}
	return nil
}

// isOf says whether a record names somebody who comes, and nobody who is not there. What
// joins two records of one person in two families goes with the one that it is of.
func (m *moving) isOf(r *core.Record, fields []string) (comes, alone bool) {
	alone = true
	for _, field := range fields {
		for _, id := range r.GetStringSlice(field) {
			if field == "same" && !m.there[id] {
				if same, err := m.app.FindRecordById("people", id); err == nil && same.GetString("case") != r.GetString("case") {
					continue
				}
			}
			alone = alone && m.there[id]
			comes = comes || m.ids[id]
		}
	}
	return comes, alone
}

// take takes all of it to its place.
func (m *moving) take() error {
	for _, r := range m.goes {
		if err := takeTo(m.app, r, m.to); err != nil {
			return err
		}
	}
	return nil
}

// leftBy is which cases these people were moved from, whenever that was.
func leftBy(app core.App, to string, ids map[string]bool) (cases []string, err error) {
	var list []any
	for id := range ids {
		list = append(list, id)
	}
	err = app.DB().Select("case").Distinct(true).From("person_moves").Where(dbx.HashExp{"person": list, "direction": "out"}).
		AndWhere(dbx.Not(dbx.HashExp{"case": to})).OrderBy("case").Column(&cases)
	return cases, err
}

// ofTheMoved are the nouns of what a phone may have written, without signal, about somebody
// who was moved meanwhile: it is kept where it was written, and goes to them from there.
var ofTheMoved = map[string]bool{
	"notes": true, "chronology_entries": true, "evidence": true, "child_flags": true, "person_identifiers": true, "contact_attempts": true,
}

// MayStillName says whether a new record of a case may name this person, who was moved from it.
func MayStillName(app core.App, noun, person, from string) (bool, error) {
	if !ofTheMoved[noun] {
		return false, nil
	}
	n, err := app.CountRecords("person_moves", dbx.HashExp{"person": person, "case": from, "direction": "out"})
	return n > 0, err
}

// comeAlong brings to a case what waited of the people who were moved to it: an agency
// has come to work there, or a phone has brought what it wrote in the family they left.
func comeAlong(app core.App, caseID string) error {
	var moved []string
	if err := kernel.Query(app, `SELECT DISTINCT m.person FROM people p JOIN person_moves m ON m.person = p.id AND m.direction = 'out' WHERE p."case" = {:c}`).
		Bind(dbx.Params{"c": caseID}).Column(&moved); err != nil || len(moved) == 0 {
		return err
	}
	people, err := app.FindAllRecords("people", dbx.HashExp{"case": caseID})
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for id, stands := range family.Resolve(people) {
		if slices.Contains(moved, id) || slices.Contains(moved, stands) {
			ids[id] = true
		}
	}
	m, err := moveTo(app, caseID, ids)
	if err != nil {
		return err
	}
	cases, err := leftBy(app, caseID, ids)
	if err != nil {
		return err
	}
	for _, from := range cases {
		if err := m.from(from); err != nil {
			return err
		}
	}
	if len(m.goes) == 0 {
		return nil
	}
	if err := m.take(); err != nil {
		return err
	}
	for _, id := range append(cases, caseID) {
		if err := engagement.ReadLater(app, id); err != nil {
			return err
		}
	}
	return nil
}

// tells is what the team that people came to has to know: who else recorded something
// about them, that somebody is kept apart from them, and that they may be there already.
func (m *moving) tells(from string) (string, error) {
	var said []string
	c, err := m.app.FindRecordById("cases", from)
	if err != nil {
		return "", err
	}
	var agencies []string
	for id := range m.waits {
		agencies = append(agencies, id)
	}
	slices.Sort(agencies)
	for _, id := range agencies {
		things := records(m.waits[id])
		agency, err := m.app.FindRecordById("agencies", id)
		if err != nil || c.GetBool("restricted") {
			said = append(said, fmt.Sprintf("Another agency has %s about them, which follow once it works with this family; the manager who moved them knows which: ask them.", things))
			continue
		}
		name := agency.GetString("name")
		said = append(said, fmt.Sprintf("%s has %s about them, which stay with it until somebody of %s is on this case: ask there what you need to know now.", name, things, name))
	}
	if len(m.both) > 0 {
		words, err := m.ofBoth(c.GetBool("restricted"))
		if err != nil {
			return "", err
		}
		said = append(said, words)
	}
	between, err := m.apart()
	if err != nil {
		return "", err
	}
	if len(between) > 0 {
		words := family.WarningInWords(between)
		said = append(said, strings.ToUpper(words[:1])+words[1:]+" stands between them and somebody of the family in which they were recorded; the manager who moved them knows who: ask before anybody writes or visits.")
	}
	risky, err := inDanger(m.app, from)
	if err != nil {
		return "", err
	}
	if risky {
		said = append(said, "An immediate risk is open where they were recorded; the manager who moved them knows whether it is about them: ask at once.")
	}
	stood, err := engagement.HeldOn(m.app, from, kernel.Now())
	if err != nil {
		return "", err
	}
	for _, e := range stood {
		said = append(said, "The threshold was decided to be "+e.Decision()+" where they were recorded, which is about them too: it stands here until it is decided anew, and nothing ends over it.")
	}
	twin, err := m.known()
	if err != nil {
		return "", err
	}
	if twin != nil {
		said = append(said, fmt.Sprintf("%s has the same number: if that is the same person, join the two records.", family.PersonOf(twin).As(kernel.Today())))
	}
	slices.Sort(said)
	return strings.Join(slices.Compact(said), " "), nil
}

// ofBoth is what is said of records that stay because they name somebody of the family that
// these people left, too.
func (m *moving) ofBoth(restricted bool) (string, error) {
	n, names := 0, []string{}
	for _, id := range slices.Sorted(maps.Keys(m.both)) {
		n += m.both[id]
		if a, err := m.app.FindRecordById("agencies", id); err == nil && !restricted {
			names = append(names, a.GetString("name"))
		} else if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	verbs := "are about them and about somebody else, and stay"
	if n == 1 {
		verbs = "is about them and about somebody else, and stays"
	}
	if len(names) == 0 {
		names = append(names, "the manager who moved them")
	}
	return fmt.Sprintf("%s %s in the family in which they were recorded: ask %s what you need to know now.", records(n), verbs, listed(names)), nil
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

// apart is what stands between those who come and anybody who is not there.
func (m *moving) apart() (between []string, err error) {
	rows, err := family.RelationsOf(m.app, m.ids)
	for _, r := range rows {
		if !m.there[r.GetString("person")] || !m.there[r.GetString("other")] {
			between = append(between, r.GetStringSlice("between")...)
		}
	}
	slices.Sort(between)
	return slices.Compact(between), err
}

// inDanger says whether an immediate risk is open on a case.
func inDanger(app core.App, caseID string) (bool, error) {
	var n int
	err := kernel.Query(app, `SELECT count(*) FROM pathway_events e WHERE e."case" = {:c} AND e.kind = {:k} AND e.resolved_by = ''
			AND NOT EXISTS (SELECT 1 FROM pathway_events w WHERE w.corrects = e.id AND w.verdict != 'attempted')`).
		Bind(dbx.Params{"c": caseID, "k": pathway.ImmediateRisk}).Row(&n)
	return n > 0, err
}
