package coordinate

import (
	"cmp"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
)

// deviceRow is one phone in the list.
type deviceRow struct {
	ID       string         `db:"id"`
	Name     string         `db:"name"`
	Platform string         `db:"platform"`
	Version  string         `db:"app_version"`
	Status   string         `db:"status"`
	Created  types.DateTime `db:"created"`
	Owner    string         `db:"owner"`
	Agency   string         `db:"agency"`
	Proves   bool           `db:"proves"`
	Refused  int            `db:"refused"` // pieces of its work that wait to be put right
	Seen     types.DateTime
}

// deviceState is a phone's state in words; the colour only repeats them.
var deviceStates = []stage{{"active", "In use", "green"}, {"locked", "Locked", "yellow"}, {"wipe", "To be wiped", "red"}, {"wiped", "Wiped", "grey"}, {"ended", "Ended", "grey"}}

// State is where the phone stands, in words.
func (d deviceRow) State() stage { return stageIn(deviceStates, d.Status) }

// unproven is a phone in use that does not prove that it is the phone it was.
func (d deviceRow) unproven() bool {
	return !d.Proves && (d.Status == "active" || d.Status == "locked")
}

// order is what can be done to a phone.
type order struct {
	Name, Button, Heading, Says, Done, To string
	From                                  []string
	Grave                                 bool
}

var orders = []order{
	{Name: "lock", Button: "Lock this phone", Heading: "Lock this phone?", To: "locked", From: []string{"active"},
		Says: "The phone is signed out now. It hides all records the next time it connects. Work on it that was not sent stays on it. Its owner is signed out of every browser; their other phones go on. You can unlock it.", Done: "The phone is locked."},
	{Name: "unlock", Button: "Unlock this phone", Heading: "Unlock this phone?", To: "active", From: []string{"locked"},
		Says: "It works again, and sends what was recorded on it meanwhile.", Done: "The phone is unlocked."},
	{Name: "wipe", Button: "Wipe this phone", Heading: "Wipe this phone?", To: "wipe", From: []string{"active", "locked", "ended"}, Grave: true,
		Says: "It erases what it holds when it next asks. Work on it that was not sent is lost with it. Its owner is signed out of every browser; their other phones go on. This cannot be called back.", Done: "The phone is to be wiped."},
}

func orderNamed(name string) (order, bool) {
	i := slices.IndexFunc(orders, func(o order) bool { return o.Name == name })
	if i < 0 {
		return order{}, false
	}
	return orders[i], true
}

// ownPeople is whose phones (users u) the visitor answers for: a manager those they
// manage, an agency lead everybody's of their agency.
func (v *visit) ownPeople() terms {
	var any []string
	if v.holds(agencyLead) {
		any = append(any, `u.agency = {:agency_of_viewer}`)
	}
	if v.holds(manager) {
		any = append(any, `u.manager = {:viewer}`)
	}
	var t terms
	t.and(strings.Join(append(any, "0"), " OR "), dbx.Params{"viewer": v.user.Id, "agency_of_viewer": v.user.GetString("agency")})
	return t
}

const (
	deviceTake = `d.id, d.name, d.platform, d.app_version, d.status, d.proves, d.created, u.name AS owner, coalesce(a.name, '') AS agency,
		(SELECT count(*) FROM sync_refusals f WHERE f.device = d.id AND f.status IN ('open', 'held') AND NOT f.handover) AS refused`
	deviceFrom = `devices d JOIN users u ON u.id = d."user" LEFT JOIN agencies a ON a.id = u.agency`
)

// peoplesPhones is every phone that the visitor answers for.
var peoplesPhones = &list[deviceRow]{
	title: "Phones", path: "/coordinate/devices", none: "No phones match your filters.",
	says: "The phones of the people you answer for. What a phone has not sent yet is known to that phone alone.",
	take: deviceTake, from: deviceFrom,
	sight: func(v *visit) (terms, error) { return v.ownPeople(), nil },
	found: "Person or phone", words: []string{"u.name", "d.name", "d.platform"},
	filters: []filter{{id: "status", label: "State", all: "All", fixed: named(deviceStates), is: `d.status = {:status}`}},
	first:   "owner", last: "d.created DESC, d.id",
	columns: []column[deviceRow]{
		{head{Name: "Person", Sort: "owner"}, "u.name COLLATE NOCASE", func(r deviceRow) shown { return leading("/coordinate/devices/"+r.ID, r.Owner, r.Agency) }},
		{head{Name: "Phone", Sort: "name"}, "d.name COLLATE NOCASE", func(r deviceRow) shown {
			c := text(r.Name, strings.TrimSpace(alone(r.Platform)+" "+alone(r.Version)))
			if r.unproven() {
				c.Under = append(c.Under, "Does not prove itself")
			}
			return c
		}},
		{head{Name: "Last seen"}, "", func(r deviceRow) shown { return ours(cmp.Or(clock.Said(r.Seen.Time()), "Not known")) }},
		{head{Name: "Could not be saved"}, "", func(r deviceRow) shown { return number(r.Refused) }},
		{head{Name: "State", Sort: "status"}, "d.status", func(r deviceRow) shown { return tag(r.State()) }},
	},
	noun: "devices", file: "phones",
	header: []string{"Person", "Agency", "Phone", "Kind", "App version", "State", "Registered", "Last seen", "Could not be saved", "Proves itself"},
	cells: func(r deviceRow) []string {
		return []string{r.Owner, r.Agency, r.Name, r.Platform, r.Version, r.State().Name, inUK(r.Created, "2006-01-02 15:04"), inUK(r.Seen, "2006-01-02 15:04"), strconv.Itoa(r.Refused), yesNo(r.Proves)}
	},
	fill: func(v *visit, rows []deviceRow) (err error) {
		for i := range rows {
			if rows[i].Seen, err = lastSeen(v.App, rows[i].ID); err != nil {
				return err
			}
		}
		return nil
	},
}

// lastSeen is when a phone last renewed its tokens, which one in use does every ten
// minutes; zero when it never has.
func lastSeen(app core.App, device string) (seen types.DateTime, err error) {
	if !app.HasTable("device_sessions") { // a server without phones
		return seen, nil
	}
	var used int64
	if err = app.ConcurrentDB().NewQuery(`SELECT coalesce(max(used), 0) FROM device_sessions WHERE device = {:d}`).Bind(dbx.Params{"d": device}).Row(&used); err != nil || used == 0 {
		return seen, err
	}
	return types.ParseDateTime(time.Unix(used, 0))
}

// deviceBody is one phone, what may be done to it, and what was.
type deviceBody struct {
	deviceRow
	Orders  []order
	Past    []pastOrder
	History []event
	Done    string
	Order   order // the one asked about, on the page that confirms it
	Reason  string
	Rev     int64
}

// pastOrder is what somebody had done to a phone, and why.
type pastOrder struct {
	At     types.DateTime `db:"at"`
	By     string         `db:"by"`
	Act    string         `db:"act"`
	Reason string         `db:"reason"`
}

// What is the order in words.
func (p pastOrder) What() string {
	return map[string]string{"lock": "locked it", "unlock": "unlocked it", "wipe": "had it wiped"}[p.Act]
}

func (v *visit) deviceBody(id string) (deviceBody, error) {
	t := v.ownPeople()
	t.and(`d.id = {:id}`, dbx.Params{"id": id})
	var body deviceBody
	db := v.App.ConcurrentDB()
	if err := db.NewQuery(`SELECT ` + deviceTake + ` FROM ` + deviceFrom + ` WHERE ` + t.where()).Bind(t.params).One(&body.deviceRow); errors.Is(err, sql.ErrNoRows) {
		return body, errMissing
	} else if err != nil {
		return body, err
	}
	for _, o := range orders {
		if slices.Contains(o.From, body.Status) {
			body.Orders = append(body.Orders, o)
		}
	}
	var err error
	if body.Rev, err = feed.Rev(db, "devices", id); err != nil {
		return body, err
	}
	if body.Seen, err = lastSeen(v.App, id); err != nil {
		return body, err
	}
	if err := db.NewQuery(`SELECT o.at, coalesce(u.name, '') AS by, o.act, o.reason FROM coordinate_device_orders o LEFT JOIN users u ON u.id = o.by
		WHERE o.device = {:d} ORDER BY o.at DESC, o.rowid DESC`).Bind(dbx.Params{"d": id}).All(&body.Past); err != nil {
		return body, err
	}
	body.History, err = history(db, "devices", id)
	return body, err
}

func devicePage(v *visit) error {
	body, err := v.deviceBody(v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if o, ok := orderNamed(v.Request.URL.Query().Get("done")); ok {
		body.Done = o.Done
	}
	return v.show(http.StatusOK, "device", page{Title: "A phone", Body: body})
}

// confirmOrder asks once more before something is done to a phone.
func confirmOrder(v *visit) error {
	o, ok := orderNamed(v.Request.PathValue("action"))
	body, err := v.deviceBody(v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return errMissing
	}
	if !slices.Contains(o.From, body.Status) {
		return deviceChanged(body)
	}
	body.Order = o
	return v.show(http.StatusOK, "device-order", page{Title: o.Heading, Body: body})
}

func deviceChanged(body deviceBody) error {
	return &refusal{Status: http.StatusConflict, Heading: "This phone has changed since you opened it",
		Text: "Nothing was changed by you. It is now: " + body.State().Name + ".", Next: "/coordinate/devices/" + body.ID, Link: "Look at it as it is now"}
}
