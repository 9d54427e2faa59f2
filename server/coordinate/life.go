package coordinate

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
)

// lifeStep is one line of a registration's life: what happened, by whom, when.
type lifeStep struct {
	Act     string         `db:"act"`
	Status  string         `db:"status"`
	At      types.DateTime `db:"at"`
	ByKind  string         `db:"by_kind"`
	ByName  string         `db:"by_name"`
	Reason  string         `db:"reason"`
	Until   string         `db:"valid_until"`
	Written string         `db:"created"`
}

// lifeOf reads the whole history of a registration, the latest first.
func lifeOf(db dbx.Builder, registration string) (steps []lifeStep, err error) {
	err = db.NewQuery(`SELECT act, status, at, by_kind, by_name, reason, valid_until, created FROM champion_history
		WHERE registration = {:r} ORDER BY at DESC, rowid DESC LIMIT 200`).Bind(dbx.Params{"r": registration}).All(&steps)
	return steps, err
}

// lastWritten is the step that was written last, whenever it took hold.
func lastWritten(steps []lifeStep) (last lifeStep) {
	for _, s := range steps {
		if s.Written > last.Written {
			last = s
		}
	}
	return last
}

// Who is a person's name, or what acted.
func (s lifeStep) Who() string {
	switch {
	case s.ByName != "" && s.ByKind == string(champion.Manager):
		return s.ByName + " (line manager)"
	case s.ByName != "":
		return s.ByName
	case s.ByKind == "superuser":
		return "The operator"
	}
	return "Changed automatically"
}

// What is the act in words.
func (s lifeStep) What() string {
	if w := lifeWords[s.Act]; w != "" {
		return w
	}
	return s.Act
}

var lifeWords = map[string]string{
	champion.Submit: "offered to be a champion", champion.Ask: "asked the line manager", champion.SendBack: "gave another manager’s address",
	champion.Agree: "agreed", champion.Refuse: "did not agree", champion.Decline: "declined it", champion.Induct: "began the induction",
	champion.Activate: "made them an active champion", champion.Leave: "put them on leave", champion.Return: "brought them back from leave",
	champion.AskRenewal: "asked for renewal", champion.Renew: "agreed to another term", champion.RefuseRenewal: "did not agree to another term",
	champion.Lapse: "let it lapse", champion.MakeLead: "made them the lead", champion.EndLead: "ended their lead",
	champion.Withdraw: "withdrew it", champion.Amend: "changed place or target groups",
}

// gathering is one event in a champion's network life, or something they passed on.
type gathering struct {
	Day    string
	Title  string
	Answer string
	People int
}

// networkOf reads what somebody came to and passed on, the latest first.
func networkOf(db dbx.Builder, user string) (came, passed []gathering, surgeries int, err error) {
	params := dbx.Params{"u": user}
	if err = db.NewQuery(`SELECT substr(e.starts_at, 1, 10) AS day, e.title, a.answer FROM network_attendance a JOIN network_events e ON e.id = a.event
		WHERE a."user" = {:u} ORDER BY e.starts_at DESC LIMIT 20`).Bind(params).All(&came); err != nil {
		return
	}
	if err = db.NewQuery(`SELECT "on" AS day, topic AS title, audience AS answer, CAST(people AS INTEGER) AS people FROM cascade_log
		WHERE "user" = {:u} ORDER BY "on" DESC, rowid DESC LIMIT 20`).Bind(params).All(&passed); err != nil {
		return
	}
	err = db.NewQuery(`SELECT count(*) FROM surgery_sessions WHERE "user" = {:u}`).Bind(params).Row(&surgeries)
	return
}
