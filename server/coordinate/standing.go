package coordinate

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/champion"
)

// storedAt is how the store writes an instant.
const storedAt = "2006-01-02 15:04:05.000Z"

// scene is what coverage is counted from: the agencies in the visitor's sight with
// their targets, and every step that their registrations took.
type scene struct {
	policy   champion.Policy
	agencies []champion.Agency
	targets  []champion.Target
	steps    []champion.Step
}

// agenciesSeen are the partners in the visitor's sight, by name.
func (v *visit) agenciesSeen(locality, sector string) ([]champion.Agency, error) {
	t := v.ownAgency()
	t.and(`a.active = TRUE`, nil)
	if locality != "" {
		t.and(`a.locality = {:locality}`, dbx.Params{"locality": locality})
	}
	if sector != "" {
		t.and(`a.kind = {:sector}`, dbx.Params{"sector": sector})
	}
	var rows []struct {
		ID        string `db:"id"`
		Name      string `db:"name"`
		Kind      string `db:"kind"`
		Locality  string `db:"locality"`
		Headcount int    `db:"headcount"`
	}
	err := v.App.ConcurrentDB().NewQuery(`SELECT a.id, a.name, a.kind, a.locality, CAST(a.headcount AS INTEGER) AS headcount
		FROM agencies a WHERE ` + t.where() + ` ORDER BY a.name COLLATE NOCASE`).Bind(t.params).All(&rows)
	out := make([]champion.Agency, len(rows))
	for i, r := range rows {
		out[i] = champion.Agency{ID: r.ID, Name: r.Name, Sector: r.Kind, Locality: r.Locality, Headcount: r.Headcount}
	}
	return out, err
}

// targetsSet are the targets that somebody set by hand.
func targetsSet(db dbx.Builder) ([]champion.Target, error) {
	var rows []struct {
		Agency string `db:"agency"`
		From   string `db:"from"`
		Target int    `db:"target"`
	}
	err := db.NewQuery(`SELECT agency, "from", CAST(target AS INTEGER) AS target FROM coverage_targets`).All(&rows)
	out := make([]champion.Target, len(rows))
	for i, r := range rows {
		out[i] = champion.Target{Agency: r.Agency, From: r.From, Count: r.Target}
	}
	return out, err
}

// sceneUntil reads the whole history up to an instant, in order.
func (v *visit) sceneUntil(at time.Time, locality, sector string) (*scene, error) {
	s := &scene{}
	var err error
	if s.policy, err = hooks.PolicyOn(v.App, at.In(london).Format(time.DateOnly)); err != nil {
		return nil, err
	}
	if s.agencies, err = v.agenciesSeen(locality, sector); err != nil {
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

// covers is how each agency stood at an instant.
func (s *scene) covers(at time.Time) ([]champion.Cover, []champion.Step) {
	standing := champion.Standing(s.steps, at)
	return s.policy.Cover(s.agencies, s.targets, standing, at.In(london).Format(time.DateOnly)), standing
}

// coversNow is how each agency stands now, from the registrations themselves: what
// the first page asks for at every visit.
func (v *visit) coversNow(app core.App) ([]champion.Cover, error) {
	day := v.room.now().In(london).Format(time.DateOnly)
	policy, err := hooks.PolicyOn(app, day)
	if err != nil {
		return nil, err
	}
	agencies, err := v.agenciesSeen("", "")
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
