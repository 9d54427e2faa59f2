package risk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

// Risk is an immediate risk as far as telling goes: which event says it, of which case
// and pathway, by whom, and when the server heard of it. One that waits for its pathway
// has none yet; one whose case its author may not write on has no case.
type Risk struct {
	Event, Case, Pathway, Author string
	At                           time.Time
}

// NobodyTold is what somebody reads whose immediate risk was told to nobody.
const NobodyTold = "Nobody has been told of this immediate risk: there is nobody here to tell. Ring now: 999 where somebody is in danger this minute, then children's social care."

func (r Risk) timer() string { return pathway.ImmediateRisk + "/" + r.Event }

// TellAtOnce tells of an immediate risk as it comes, each of every one, and of each once,
// however often and by whatever way it comes: it waits for no clock, and no template says
// otherwise (guard G12). Told are those who answer for the case and the author's line
// manager; where there is nobody, the next in circles. It answers how many were told: of
// none, its author must know that nobody was. Whom it is told to besides, by telephone
// first, is the phone's to show.
func TellAtOnce(tx core.App, r Risk) (told int, err error) {
	alarm, err := alarmOf(tx, r)
	if err != nil {
		return 0, err
	}
	if err := r.tellCircles(tx, alarm, r.At); err != nil {
		return 0, err
	}
	return alarm.GetInt("told"), nil
}

// circles are who is told of a risk, the nearest first; its author is in none. The last
// of them is whoever has the duty across the area.
func (r Risk) circles(tx core.App) ([][]string, error) {
	near, err := r.near(tx)
	if err != nil {
		return nil, err
	}
	all := [][]string{near}
	policy, err := RiskPolicyOf(tx)
	if err != nil {
		return nil, err
	}
	for _, q := range []string{
		`u.agency = (SELECT agency FROM users WHERE id = {:author}) AND ` + collections.SafeguardingLead.In("u.roles"),
		leadManagers,
		`u.id IN (SELECT value FROM json_each({:duty}))`,
	} {
		var ids []string
		if err := tx.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE u.active AND u.id != {:author} AND NOT ` + kernel.KeptApart + ` AND ` + q + ` ORDER BY u.id`).
			Bind(r.params(policy)).Column(&ids); err != nil {
			return nil, fmt.Errorf("who is told of a risk: %w", err)
		}
		all = append(all, ids)
	}
	return all, nil
}

// leadManagers are the managers of the agency that leads the case; where there is no case,
// of the author's own.
var leadManagers = collections.Manager.In("u.roles") + `
	AND u.agency = coalesce((SELECT lead_agency FROM cases WHERE id = {:case}), (SELECT agency FROM users WHERE id = {:author}))`

func (r Risk) params(policy RiskPolicy) dbx.Params {
	return dbx.Params{"author": r.Author, "case": r.Case, "duty": types.JSONArray[string](policy.Duty)}
}

// near are those who answer for the case, or anybody on it where none does, and the
// nearest active manager of the author's, on the case or not; never who is kept apart from it.
func (r Risk) near(tx core.App) (to []string, err error) {
	if r.Case != "" {
		team, err := tell.TeamOf(tx, r.Case)
		if err != nil {
			return nil, err
		}
		team = slices.DeleteFunc(team, func(c tell.Colleague) bool { return c.User == r.Author })
		if to = tell.Audience(team, []string{"lead", "manager", "social_care"}); len(to) == 0 {
			to = tell.Means["anybody"](team)
		}
	}
	var boss []string
	if err := tx.ConcurrentDB().NewQuery(kernel.TheLine(`{:u}`) + `SELECT a.id FROM above a JOIN users u ON u.id = a.id
		WHERE u.active AND a.id != {:u} AND NOT ` + kernel.KeptApart + ` ORDER BY a.step LIMIT 1`).Bind(dbx.Params{"u": r.Author, "case": r.Case}).Column(&boss); err != nil {
		return nil, fmt.Errorf("the line manager of a risk's author: %w", err)
	}
	return slices.Compact(slices.Sorted(slices.Values(append(to, boss...)))), nil
}

// tellCircles tells everybody in as many circles as the alarm has come to, at the least in
// the first that has anybody in it, and keeps how many were told.
func (r Risk) tellCircles(tx core.App, alarm *core.Record, at time.Time) error {
	circles, err := r.circles(tx)
	if err != nil {
		return err
	}
	n := alarm.GetInt("circles")
	for n < len(circles) && (n == 0 || !slices.ContainsFunc(circles[:n], func(c []string) bool { return len(c) > 0 })) {
		n++
	}
	from, ring, err := r.from(tx)
	if err != nil {
		return err
	}
	for _, user := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(circles[:n]...)))) {
		if err := r.tell(tx, alarm, tell.Notice{User: user, RaisedBy: from, Ring: ring, At: at}); err != nil {
			return err
		}
	}
	told, err := tx.CountRecords("notices", dbx.HashExp{"timer": r.timer(), "stage": "at_once"})
	if err != nil {
		return err
	}
	alarm.Set("circles", n)
	alarm.Set("told", max(int(told), alarm.GetInt("told"))) // who left the case since was told all the same
	for name, id := range map[string]string{"case": r.Case, "pathway": r.Pathway} {
		if id != "" {
			alarm.Set(name, id)
		}
	}
	return kernel.SaveChanged(tx, alarm)
}

// tell writes the notice of one person, and has it brought to them; or writes what the one
// before could not say yet: the pathway, and the case.
func (r Risk) tell(tx core.App, alarm *core.Record, n tell.Notice) error {
	told, err := tx.FindRecordsByFilter("notices", `user = {:u} && timer = {:t} && stage = 'at_once' && (case = {:c} || case = '')`, "", 1, 0,
		dbx.Params{"u": n.User, "t": r.timer(), "c": r.Case})
	if err != nil {
		return err
	}
	if len(told) == 0 {
		n.CaseID, n.Pathway, n.Timer, n.Stage, n.DueOn = r.Case, r.Pathway, r.timer(), "at_once", workday.Of(r.At).String()
		if err := tell.Notify(tx, n); err != nil {
			return err
		}
		return bring(tx, alarm, n.User, "risk", n.At)
	}
	for name, id := range map[string]string{"case": r.Case, "pathway": r.Pathway} {
		if id != "" {
			told[0].Set(name, id)
		}
	}
	if again := told[0].GetDateTime("told_at").Time(); n.Again && n.At.After(again) {
		told[0].Set("told_again_at", account.Stored(n.At))
		if err := bring(tx, alarm, n.User, "risk_again", n.At); err != nil {
			return err
		}
	}
	if err := kernel.SaveChanged(tx, told[0]); err != nil {
		return fmt.Errorf("telling %s where: %w", n.User, err)
	}
	return nil
}

// from is who raised a risk and where they are rung up: their own number, else their
// agency's.
func (r Risk) from(tx core.App) (who, ring string, err error) {
	var row struct{ Name, Phone, Agency, Office string }
	err = tx.ConcurrentDB().NewQuery(`SELECT coalesce(max(u.name), '') AS name, coalesce(max(u.phone), '') AS phone,
		coalesce(max(a.name), '') AS agency, coalesce(max(a.phone), '') AS office FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u}`).
		Bind(dbx.Params{"u": r.Author}).One(&row)
	if err != nil {
		return "", "", fmt.Errorf("who raised a risk: %w", err)
	}
	ring = row.Phone
	if ring == "" {
		ring = row.Office
	}
	return strings.Trim(row.Name+", "+row.Agency, ", "), ring, nil
}
