package coordinate

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/champion"
	schemerules "holdfast/hooks/scheme"
	"holdfast/hooks/store"
)

// storedAt is how the store writes an instant.
const storedAt = "2006-01-02 15:04:05.000Z"

// scene is what coverage is counted from, each as it was at some instants: what the
// area decided, the agencies in the visitor's sight with their targets, and where their
// registrations stood.
type scene struct {
	policies  []champion.Policy
	now, then []champion.AgencyLine
	targets   []champion.Target
	moments   []time.Time
	standing  [][]*champion.Step // at each of the moments
	only      part
}

// part is the part of the scheme that a page is asked for; empty: all of it.
type part struct{ Agency, Locality, Sector string }

func (p part) has(a champion.Agency) bool {
	return (p.Agency == "" || p.Agency == a.ID) && (p.Locality == "" || p.Locality == a.Locality) && (p.Sector == "" || p.Sector == a.Sector)
}

// agencyLines are the agencies in the visitor's sight, by name: as they are, or with
// then what they were.
func (v *visit) agencyLines(then bool) ([]champion.AgencyLine, error) {
	t := v.ownAgency()
	query := `SELECT a.id, a.name, a.kind, a.locality, CAST(a.headcount AS INTEGER) AS headcount, a.active, '' AS at
		FROM agencies a WHERE ` + t.where() + ` ORDER BY a.name COLLATE NOCASE, a.id`
	if then {
		query = `SELECT h.agency AS id, h.name, h.kind, h.locality, CAST(h.headcount AS INTEGER) AS headcount, h.active, h.at
			FROM agency_history h JOIN agencies a ON a.id = h.agency WHERE ` + t.where() + ` ORDER BY h.at, h.rowid`
	}
	var rows []struct {
		ID        string `db:"id"`
		Name      string `db:"name"`
		Kind      string `db:"kind"`
		Locality  string `db:"locality"`
		Headcount int    `db:"headcount"`
		Active    bool   `db:"active"`
		At        string `db:"at"`
	}
	err := v.App.ConcurrentDB().NewQuery(query).Bind(t.params).All(&rows)
	out := make([]champion.AgencyLine, len(rows))
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		out[i] = champion.AgencyLine{Agency: champion.Agency{ID: r.ID, Name: r.Name, Sector: r.Kind, Locality: r.Locality, Headcount: r.Headcount}, Active: r.Active}
		if then {
			if out[i].At, err = time.Parse(storedAt, r.At); err != nil {
				return nil, fmt.Errorf("the history of agency %s: %w", r.ID, err)
			}
		}
	}
	return out, nil
}

// agenciesSeen are the partners in the visitor's sight now, by name.
func (v *visit) agenciesSeen() ([]champion.Agency, error) {
	now, err := v.agencyLines(false)
	return champion.Partners(now, nil, v.room.now()), err
}

// targetsSet are the targets that somebody set by hand, as they were written.
func targetsSet(db dbx.Builder) ([]champion.Target, error) {
	var rows []struct {
		Agency string `db:"agency"`
		From   string `db:"from"`
		Target int    `db:"target"`
	}
	err := db.NewQuery(`SELECT agency, "from", CAST(target AS INTEGER) AS target FROM coverage_targets ORDER BY rowid`).All(&rows)
	out := make([]champion.Target, len(rows))
	for i, r := range rows {
		out[i] = champion.Target{Agency: r.Agency, From: r.From, Count: r.Target}
	}
	return out, err
}

// sceneAt reads what held at some instants, which come one after another.
func (v *visit) sceneAt(moments []time.Time, only part) (*scene, error) {
	s := &scene{moments: moments, only: only}
	var err error
	if s.policies, err = schemerules.Policies(v.App); err != nil {
		return nil, err
	}
	if s.now, err = v.agencyLines(false); err != nil {
		return nil, err
	}
	if s.then, err = v.agencyLines(true); err != nil {
		return nil, err
	}
	if s.targets, err = targetsSet(v.App.ConcurrentDB()); err != nil {
		return nil, err
	}
	steps, err := v.steps(moments[0], moments[len(moments)-1])
	s.standing = champion.Standing(steps, moments...)
	return s, err
}

// stepsRead are the steps that were taken between two instants, ?1 and ?2, and of each
// registration the last one before: however long the history is, no more of it is read.
const stepsRead = `SELECT h.registration, h.agency, h.target_groups, h.status, h.lead, h.at, h.rowid
	FROM champion_registrations r JOIN champion_history h ON h.rowid = (SELECT l.rowid FROM champion_history l
		WHERE l.registration = r.id AND l.at <= ?1 ORDER BY l.at DESC, l.rowid DESC LIMIT 1)
	WHERE ?3 = '' OR h.agency = ?3
	UNION ALL SELECT h.registration, h.agency, h.target_groups, h.status, h.lead, h.at, h.rowid
	FROM champion_history h WHERE h.at > ?1 AND h.at <= ?2 AND (?3 = '' OR h.agency = ?3)`

// steps reads the history between two instants, and how it stood at the first.
func (v *visit) steps(first, last time.Time) (steps []champion.Step, err error) {
	own := ""
	if !v.holds(coordinator) {
		own = v.user.GetString("agency")
	}
	db := v.App.ConcurrentDB().(*dbx.DB).DB()
	args := []any{first.UTC().Format(storedAt), last.UTC().Format(storedAt), own}
	groups := map[string][]string{}
	err = store.Read(v.Request.Context(), db, stepsRead, args, func(row []driver.Value) (err error) {
		text := func(i int) string { s, _ := row[i].(string); return s }
		step := champion.Step{Registration: text(0), Agency: text(1), To: champion.Status(text(3))}
		lead, _ := row[4].(int64)
		step.Lead = lead != 0
		step.Seq, _ = row[6].(int64)
		if step.At, err = time.Parse(storedAt, text(5)); err != nil {
			return err
		}
		list, known := groups[text(2)]
		if !known {
			for _, c := range text(2) { // a list of the digits 1 to 8 as JSON
				if c >= '1' && c <= '8' {
					list = append(list, string(c))
				}
			}
			groups[text(2)] = list
		}
		step.Groups = list
		steps = append(steps, step)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the history of the scheme: %w", err)
	}
	return steps, nil
}

// covers are how the agencies of the part that is asked for stood at one of the moments.
func (s *scene) covers(moment int) []champion.Cover {
	at := s.moments[moment]
	day := at.In(london).Format(time.DateOnly)
	agencies := slices.DeleteFunc(champion.Partners(s.now, s.then, at), func(a champion.Agency) bool { return !s.only.has(a) })
	return champion.On(s.policies, day).Cover(agencies, s.targets, s.standing[moment], day)
}

// groups are the champions of those agencies by target group.
func (s *scene) groups(moment int, covers []champion.Cover) []champion.GroupCover {
	counted := make(map[string]bool, len(covers))
	for _, c := range covers {
		counted[c.Agency.ID] = true
	}
	var standing []*champion.Step
	for _, st := range s.standing[moment] {
		if counted[st.Agency] {
			standing = append(standing, st)
		}
	}
	return champion.On(s.policies, s.moments[moment].In(london).Format(time.DateOnly)).CoverGroups(standing)
}

// coversNow is how each agency stands now, from the registrations themselves: what
// the first page asks for at every visit.
func (v *visit) coversNow(app core.App) ([]champion.Cover, error) {
	day := v.room.now().In(london).Format(time.DateOnly)
	policy, err := schemerules.PolicyOn(app, day)
	if err != nil {
		return nil, err
	}
	agencies, err := v.agenciesSeen()
	if err != nil {
		return nil, err
	}
	targets, err := targetsSet(app.ConcurrentDB())
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Agency string `db:"agency"`
		Status string `db:"status"`
		Lead   bool   `db:"lead"`
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT agency, status, lead FROM champion_registrations WHERE status IN ('active', 'renewed', 'lapsed')`).All(&rows); err != nil {
		return nil, err
	}
	standing := make([]*champion.Step, len(rows))
	for i, r := range rows {
		standing[i] = &champion.Step{Agency: r.Agency, To: champion.Status(r.Status), Lead: r.Lead}
	}
	return policy.Cover(agencies, targets, standing, day), nil
}
