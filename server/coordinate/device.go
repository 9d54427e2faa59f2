package coordinate

import (
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

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
func (d deviceRow) State() stage {
	i := slices.IndexFunc(deviceStates, func(s stage) bool { return s.Value == d.Status })
	if i < 0 {
		return stage{d.Status, d.Status, "grey"}
	}
	return deviceStates[i]
}

// Unproven is a phone in use that does not prove that it is the phone it was.
func (d deviceRow) Unproven() bool {
	return !d.Proves && (d.Status == "active" || d.Status == "locked")
}

// devicesBody is the phones of the visitor's people.
type devicesBody struct {
	search
	Rows   []deviceRow
	Pages  pages
	States []stage
	Clear  string
	CSV    string
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

var deviceColumns = map[string]string{"owner": "u.name COLLATE NOCASE", "name": "d.name COLLATE NOCASE", "status": "d.status", "since": "d.created"}

const deviceSelect = `SELECT d.id, d.name, d.platform, d.app_version, d.status, d.proves, d.created, u.name AS owner, coalesce(a.name, '') AS agency,
	(SELECT count(*) FROM sync_refusals f WHERE f.device = d.id AND f.status IN ('open', 'held') AND NOT f.handover) AS refused
	FROM devices d JOIN users u ON u.id = d."user" LEFT JOIN agencies a ON a.id = u.agency WHERE `

// deviceSearch is what was asked for of the phones that the visitor answers for.
func (v *visit) deviceSearch() (search, terms) {
	s := parseSearch(v.Request.URL, []string{"owner", "name", "status", "since"}, false)
	t := v.ownPeople()
	if state := s.Asked("status"); slices.ContainsFunc(deviceStates, func(st stage) bool { return st.Value == state }) {
		t.and(`d.status = {:status}`, dbx.Params{"status": state})
	}
	like(&t, s.Asked("q"), "u.name", "d.name", "d.platform")
	return s, t
}

func deviceList(v *visit) error {
	s, t := v.deviceSearch()
	db := v.App.ConcurrentDB()
	var total int
	if err := db.NewQuery(`SELECT count(*) FROM devices d JOIN users u ON u.id = d."user" WHERE ` + t.where()).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body := devicesBody{search: s, Pages: s.pages(total), States: deviceStates, Clear: "/coordinate/devices", CSV: s.with("/coordinate/devices.csv")}
	params := dbx.Params{"limit": perPage, "offset": (body.Pages.Page - 1) * perPage}
	for k, p := range t.params {
		params[k] = p
	}
	if err := db.NewQuery(deviceSelect + t.where() + ` ORDER BY ` + s.order(deviceColumns, "d.created DESC, d.id") + ` LIMIT {:limit} OFFSET {:offset}`).
		Bind(params).All(&body.Rows); err != nil {
		return err
	}
	for i := range body.Rows {
		var err error
		if body.Rows[i].Seen, err = lastSeen(v.App, body.Rows[i].ID); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "devices", page{Title: "Phones", Body: body})
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
	if err := db.NewQuery(deviceSelect + t.where()).Bind(t.params).One(&body.deviceRow); errors.Is(err, sql.ErrNoRows) {
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
