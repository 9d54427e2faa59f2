package coordinate

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/champion"
)

// storedAt is how the store writes an instant.
const storedAt = "2006-01-02 15:04:05.000Z"

// scene is what coverage is counted from, each as it was at any time: what the area
// decided, the agencies in the visitor's sight with their targets, and every step that
// their registrations took.
type scene struct {
	policies  []champion.Policy
	now, then []champion.AgencyLine
	targets   []champion.Target
	steps     []champion.Step
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
		ID        string         `db:"id"`
		Name      string         `db:"name"`
		Kind      string         `db:"kind"`
		Locality  string         `db:"locality"`
		Headcount int            `db:"headcount"`
		Active    bool           `db:"active"`
		At        types.DateTime `db:"at"`
	}
	err := v.App.ConcurrentDB().NewQuery(query).Bind(t.params).All(&rows)
	out := make([]champion.AgencyLine, len(rows))
	for i, r := range rows {
		out[i] = champion.AgencyLine{Agency: champion.Agency{ID: r.ID, Name: r.Name, Sector: r.Kind, Locality: r.Locality, Headcount: r.Headcount}, Active: r.Active, At: r.At.Time()}
	}
	return out, err
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

// sceneUntil reads the whole history up to an instant, in order.
func (v *visit) sceneUntil(at time.Time, only part) (*scene, error) {
	s := &scene{only: only}
	var err error
	if s.policies, err = hooks.Policies(v.App); err != nil {
		return nil, err
	}
	if s.now, err = v.agencyLines(false); err != nil {
		return nil, err
	}
	if s.then, err = v.agencyLines(true); err != nil {
		return nil, err
	}
	db := v.App.ConcurrentDB()
	if s.targets, err = targetsSet(db); err != nil {
		return nil, err
	}
	t := terms{}
	t.and(`h.at <= {:at}`, dbx.Params{"at": at.UTC().Format(storedAt)})
	if !v.holds(coordinator) {
		t.and(`h.agency = {:own}`, dbx.Params{"own": v.user.GetString("agency")})
	}
	rows, err := db.NewQuery(`SELECT h.registration, h.agency, h.locality, h.target_groups, h.status, h.lead, h.at, h.rowid
		FROM champion_history h WHERE ` + t.where() + ` ORDER BY h.registration, h.at, h.rowid`).Bind(t.params).Rows()
	if err != nil {
		return nil, fmt.Errorf("the history of the scheme: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var step champion.Step
		var groups, stamp string
		if err := rows.Scan(&step.Registration, &step.Agency, &step.Locality, &groups, (*string)(&step.To), &step.Lead, &stamp, &step.Seq); err != nil {
			return nil, err
		}
		if step.At, err = time.Parse(storedAt, stamp); err != nil {
			return nil, err
		}
		for _, c := range groups { // a list of the digits 1 to 8 as JSON
			if c >= '1' && c <= '8' {
				step.Groups = append(step.Groups, string(c))
			}
		}
		s.steps = append(s.steps, step)
	}
	return s, rows.Err()
}

// stand is how the scheme stood at an instant: each agency of the part that is asked
// for, and its champions by target group.
func (s *scene) stand(at time.Time) ([]champion.Cover, []champion.GroupCover) {
	day := at.In(london).Format(time.DateOnly)
	policy := champion.On(s.policies, day)
	agencies := slices.DeleteFunc(champion.Partners(s.now, s.then, at), func(a champion.Agency) bool { return !s.only.has(a) })
	counted := make(map[string]bool, len(agencies))
	for _, a := range agencies {
		counted[a.ID] = true
	}
	standing := slices.DeleteFunc(champion.Standing(s.steps, at), func(st champion.Step) bool { return !counted[st.Agency] })
	return policy.Cover(agencies, s.targets, standing, day), policy.CoverGroups(standing)
}

// coversNow is how each agency stands now, from the registrations themselves: what
// the first page asks for at every visit.
func (v *visit) coversNow(app core.App) ([]champion.Cover, error) {
	day := v.room.now().In(london).Format(time.DateOnly)
	policy, err := hooks.PolicyOn(app, day)
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
	standing := make([]champion.Step, len(rows))
	for i, r := range rows {
		standing[i] = champion.Step{Agency: r.Agency, To: champion.Status(r.Status), Lead: r.Lead}
	}
	return policy.Cover(agencies, targets, standing, day), nil
}
