package engagement

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// How long a child may go unheard before somebody is told, and how much longer before
// their manager is: the voice is what reviews find missing first (domain 1.3d).
const (
	heardWithin = 20 // working days
	heardLater  = 5  // working days more
)

// BindVoices holds notes, and evidence, to the children of their case, and tags to words
// that can be found again.
func BindVoices(app core.App) {
	for _, noun := range []string{"notes", "evidence", "contact_attempts"} {
		kernel.Creating(app, noun).Bind(kernel.InDomain(aboutChildren))
	}
	for _, noun := range []string{"notes", "evidence"} {
		kernel.Updating(app, noun).Bind(kernel.InDomain(aboutChildren))
	}
}

func aboutChildren(e *core.RecordEvent) error {
	if kernel.Changed(e.Record, "children") {
		for _, id := range e.Record.GetStringSlice("children") {
			if p, err := e.App.FindRecordById("people", id); err != nil || p.GetString("kind") != "child" {
				return kernel.Wrong("children", "not_a_child", "There is no such child in this case.")
			}
		}
	}
	if e.Record.Collection().Name == "notes" && kernel.Changed(e.Record, "tags") && !Sound(e.Record) {
		return kernel.Wrong("tags", "invalid", "Give at most 12 tags, each a word in small letters, with _ for a space.")
	}
	return e.Next()
}

// Sound says whether a record's tags can be found again.
func Sound(r *core.Record) bool {
	var tags []string
	return kernel.Decode(r, "tags", &tags) == nil && len(tags) <= maxTags &&
		!slices.ContainsFunc(tags, func(t string) bool { return !tagged.MatchString(t) })
}

// voices are what is a child's own voice on record, as SQL over the three nouns that keep
// it, of one case, with the day of each: what a child said, or showed by other means. One
// that names nobody has an empty child.
func voices() []string {
	said := func(noun, at, where string) string {
		return `SELECT coalesce(j.value, '') AS child, substr(` + at + `, 1, 10) AS day
			FROM ` + noun + ` LEFT JOIN json_each(CASE WHEN json_valid(` + noun + `.children) THEN ` + noun + `.children ELSE '[]' END) j
			WHERE ` + noun + `."case" = {:case} AND ` + where
	}
	return []string{
		said("notes", "coalesce(nullif(occurred_at, ''), created)", VoiceNote),
		said("evidence", "coalesce(nullif(captured_at, ''), created)", VoiceEvidence),
		`SELECT child, substr(coalesce(nullif(captured_at, ''), created), 1, 10) FROM evidence WHERE "case" = {:case} AND child != '' AND ` + VoiceEvidence,
		said("chronology_entries", `"from"`, VoiceEntry),
	}
}

// Which rows of a noun are a child's voice.
const (
	VoiceNote     = `(source = 'said_by_child' OR method != '')`
	VoiceEvidence = `voice_of_child = TRUE`
	VoiceEntry    = `source = 'said_by_child'`
)

// heard is the last day on which each child of a case was heard, under whichever record.
func heard(app core.App, caseID string) (map[string]string, error) {
	last := map[string]string{}
	var left []string
	if err := app.ConcurrentDB().NewQuery(hereBefore).Bind(dbx.Params{"c": caseID}).Column(&left); err != nil {
		return nil, err
	}
	for _, of := range append([]string{caseID}, left...) {
		if err := heardIn(app, of, of == caseID, last); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// heardIn adds the days of one case: of one that its children were moved from, what names
// a child.
func heardIn(app core.App, caseID string, here bool, last map[string]string) error {
	for _, q := range voices() {
		var rows []struct {
			Child string `db:"child"`
			Day   string `db:"day"`
		}
		if err := app.ConcurrentDB().NewQuery(q).Bind(dbx.Params{"case": caseID}).All(&rows); err != nil {
			return fmt.Errorf("when the children of %s were last heard: %w", caseID, err)
		}
		for _, r := range rows {
			if here || r.Child != "" {
				last[r.Child] = max(last[r.Child], min(r.Day, kernel.Today()))
			}
		}
	}
	return nil
}

// tellUnheard tells whoever leads the case of a child who was not heard for twenty working
// days while a pathway is open, and their manager after five more; once that child is heard,
// it is taken back.
func tellUnheard(tx core.App, p *core.Record, at time.Time) error {
	caseID, day := p.GetString("case"), at.In(kernel.London).Format(time.DateOnly)
	rows, err := family.ChildRows(tx, caseID)
	if err != nil || len(rows) == 0 {
		return err
	}
	children := family.ChildrenOf(rows)
	last, err := heard(tx, caseID)
	if err != nil {
		return err
	}
	cal, err := pack.CaseCalendar(tx, caseID)
	if err != nil {
		return err
	}
	opened := p.GetDateTime("opened_at").Time().In(kernel.London).Format(time.DateOnly)
	children = slices.DeleteFunc(children, func(c pathway.Child) bool { return !c.Seeable(day) })
	var team []tell.Colleague
	running := map[string]string{}
	for i := range children {
		c := &children[i]
		from := max(opened, c.Since, c.Born, last[c.ID])
		if len(children) == 1 { // what names no child is of the only one
			from = max(from, last[""])
		}
		for _, id := range c.Also {
			from = max(from, last[id])
		}
		due, err := cal.Within(from, heardWithin)
		if err != nil || day <= due { // past its calendar nothing is due
			continue
		}
		running[NotHeard+c.ID] = due
		if team == nil {
			if team, err = tell.TeamOf(tx, caseID); err != nil {
				return err
			}
		}
		told := map[string][]string{"overdue": {"lead"}}
		if later, err := cal.Within(due, heardLater); err == nil && day > later {
			told["overdue_2"] = []string{"manager"}
		}
		for stage, who := range told {
			for _, user := range tell.Audience(team, who) {
				if err := tell.Notify(tx, tell.Notice{User: user, CaseID: caseID, Pathway: p.Id, Timer: NotHeard + c.ID, Stage: stage, DueOn: due, At: at}); err != nil {
					return err
				}
			}
		}
	}
	return tell.NoLonger(tx, p, running, dbx.NewExp("timer LIKE '"+NotHeard+"%'"))
}

// NotHeard is what the timer of such a notice begins with; the child's id follows.
const NotHeard = "not_heard/"

// tagged is what a tag looks like: a word of the field, so that the same thing has
// the same tag whoever writes it.
var tagged = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// maxTags an entry.
const maxTags = 12
