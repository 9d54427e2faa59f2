package coordinate

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/champion"
	"holdfast/hooks/feed"
)

// practiceStates are where a good-practice item can stand; a draft is its author's
// alone and is on no page here.
var practiceStates = []choice{{"submitted", "To read"}, {"shared", "Shared"}, {"declined", "Declined"}, {"withdrawn", "Withdrawn"}}

var practiceTopics = []choice{{"recognising", "recognising neglect"}, {"engagement", "engagement"}, {"assessment", "assessment"},
	{"voice_of_child", "the child’s voice"}, {"working_together", "working together"}, {"recording", "recording"}, {"other", "other"}}

func topicsOf(list []string) string {
	out := ""
	for i, t := range list {
		if i > 0 {
			out += ", "
		}
		out += nameIn(practiceTopics, t)
	}
	return out
}

// practiceRow is one item in the list.
type practiceRow struct {
	ID      string         `db:"id"`
	Title   string         `db:"title"`
	Author  string         `db:"author"`
	Agency  string         `db:"agency_name"`
	Status  string         `db:"status"`
	Updated types.DateTime `db:"updated"`
}

// State is the status in words, and Tone its colour.
func (r practiceRow) State() string { return nameIn(practiceStates, r.Status) }
func (r practiceRow) Tone() string  { return practiceTone(r.Status) }

func practiceTone(status string) string {
	return map[string]string{"submitted": "yellow", "shared": "green", "declined": "red"}[status] + map[bool]string{true: "", false: "grey"}[status == "submitted" || status == "shared" || status == "declined"]
}

type practicesBody struct {
	search
	Rows   []practiceRow
	Pages  pages
	Status string
	CSV    string
	Clear  string
}

// States are what the list can be narrowed to.
func (practicesBody) States() []choice { return practiceStates }

// Topics are the other.
func (practicesBody) Topics() []choice { return practiceTopics }

var practiceColumns = map[string]string{"updated": "g.updated", "title": "g.title COLLATE NOCASE", "agency": "g.agency_name COLLATE NOCASE", "status": "g.status"}

// practices lists what was sent in; whoever does not moderate sees what is shared.
func practices(v *visit) error {
	s := parseSearch(v.Request.URL, []string{"updated", "title", "agency", "status"}, true)
	body := practicesBody{search: s, Status: s.Asked("status"), CSV: s.with("/coordinate/good-practice.csv", "status", ""), Clear: "/coordinate/good-practice"}
	t := v.practiceSight()
	narrow(&t, s)
	if slices.ContainsFunc(practiceStates, func(c choice) bool { return c.ID == body.Status }) {
		t.and(`g.status = {:status}`, dbx.Params{"status": body.Status})
	} else {
		body.Status = ""
	}
	from := practiceFrom + t.where()
	db := v.App.ConcurrentDB()
	var total int
	if err := db.NewQuery(`SELECT count(*)` + from).Bind(t.params).Row(&total); err != nil {
		return err
	}
	body.Pages = s.pages(total)
	params := dbx.Params{"limit": perPage, "offset": (body.Pages.Page - 1) * perPage}
	for k, p := range t.params {
		params[k] = p
	}
	if err := db.NewQuery(`SELECT g.id, g.title, coalesce(u.name, '') AS author, g.agency_name, g.status, g.updated` + from +
		` ORDER BY ` + s.order(practiceColumns, "g.updated DESC, g.id") + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&body.Rows); err != nil {
		return err
	}
	return v.show(http.StatusOK, "practices", page{Title: "Good practice", Body: body})
}

const practiceFrom = ` FROM good_practice g LEFT JOIN users u ON u.id = g."user" WHERE `

// narrow keeps to the topic and the words that the address asks for.
func narrow(t *terms, s search) {
	if topic := s.Asked("topic"); topic != "" {
		t.and(`EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(g.topics) THEN g.topics ELSE '[]' END) WHERE value = {:topic})`, dbx.Params{"topic": topic})
	}
	like(t, s.Asked("q"), "g.title", "g.body", "g.agency_name", "u.name")
}

// practiceSight is which items (alias g) the visitor may see: a coordinator what was
// sent in, others what is shared.
func (v *visit) practiceSight() terms {
	var t terms
	if v.holds(coordinator) {
		t.and(`g.status != 'draft'`, nil)
	} else {
		t.and(`g.status = 'shared'`, nil)
	}
	return t
}

// practiceStep is one decision on an item.
type practiceStep struct {
	Name, To, Button, Asks, needed string
}

var practiceSteps = []practiceStep{
	{"share", "shared", "Share with everybody", "", ""},
	{"decline", "declined", "Decline", "Why are you declining it?", "Enter why you are declining it"},
	{"withdraw", "withdrawn", "Withdraw", "Why is it withdrawn?", "Enter why it is withdrawn"},
}

type practiceBody struct {
	*core.Record
	Author, Tried, Note, Done string
	Rev                       int64
	Steps                     []practiceStep
	Own                       bool
	History                   []event
}

// State, Tone and About are the item's status and topics in words.
func (b practiceBody) State() string { return nameIn(practiceStates, b.GetString("status")) }
func (b practiceBody) Tone() string  { return practiceTone(b.GetString("status")) }
func (b practiceBody) About() string { return topicsOf(b.GetStringSlice("topics")) }

func (v *visit) practiceBody(id string) (*practiceBody, error) {
	t := v.practiceSight()
	t.and(`g.id = {:id}`, dbx.Params{"id": id})
	var one int
	if err := v.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM good_practice g WHERE ` + t.where()).Bind(t.params).Row(&one); err != nil {
		return nil, err
	}
	r, err := v.App.FindRecordById("good_practice", id)
	if one == 0 || err != nil {
		return nil, errMissing
	}
	b := &practiceBody{Record: r, Own: r.GetString("user") == v.user.Id}
	if u, err := v.App.FindRecordById("users", r.GetString("user")); err == nil {
		b.Author = u.GetString("name")
	}
	if b.Rev, err = feed.Rev(v.App.ConcurrentDB(), "good_practice", id); err != nil {
		return nil, err
	}
	if v.holds(coordinator) && !b.Own {
		for _, s := range practiceSteps {
			if ok, _ := champion.MayTurn(r.GetString("status"), s.To, champion.Coordinator); ok {
				b.Steps = append(b.Steps, s)
			}
		}
	}
	b.History, err = history(v.App.ConcurrentDB(), "good_practice", id)
	return b, err
}

func practice(v *visit) error {
	b, err := v.practiceBody(v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if done := v.Request.URL.Query().Get("done"); done == b.GetString("status") {
		b.Done = b.State() + "."
	}
	return v.show(http.StatusOK, "practice", page{Title: alone(b.GetString("title")), Body: b})
}

// moderatePractice shares, declines or withdraws an item, if it is still as the
// reader saw it.
func moderatePractice(v *visit) error {
	id := v.Request.PathValue("id")
	i := slices.IndexFunc(practiceSteps, func(s practiceStep) bool { return s.Name == v.Request.PathValue("action") })
	if i < 0 {
		return errMissing
	}
	step, note := practiceSteps[i], typed(v.Request.PostForm.Get("reason"))
	seen, _ := strconv.ParseInt(v.Request.PostForm.Get("rev"), 10, 64)
	b, err := v.practiceBody(id)
	if err != nil {
		return err
	}
	if b.Own {
		return errOwnPractice
	}
	err = hooks.Within(v.App, v.actor(), func(tx core.App) error {
		r, err := tx.FindRecordById("good_practice", id)
		if err != nil {
			return err
		}
		rev, err := feed.Rev(tx.NonconcurrentDB(), "good_practice", id)
		if err != nil {
			return err
		}
		if ok, _ := champion.MayTurn(r.GetString("status"), step.To, champion.Coordinator); rev != seen || !ok {
			return &refusal{Status: http.StatusConflict, Heading: "This has changed since you opened it",
				Text: "Nothing was changed by you. It is now: " + nameIn(practiceStates, r.GetString("status")) + ".",
				Next: "/coordinate/good-practice/" + id, Link: "Look at it as it is now"}
		}
		if step.needed != "" && note == "" {
			return problemWith("moderation_note", step.needed)
		}
		r.Set("status", step.To)
		r.Set("moderation_note", note)
		return tx.Save(hooks.AsServer(r))
	})
	fields, refused := hooks.Refusal(err)
	if err != nil && !refused {
		return err
	}
	if refused {
		b.Tried, b.Note = step.Name, note
		p := page{Title: alone(b.GetString("title")), Body: b}
		for _, why := range fields {
			p.Problems = append(p.Problems, problem{step.Name + "-reason", sentence(why)})
		}
		return v.show(http.StatusUnprocessableEntity, "practice", p)
	}
	return v.Redirect(seeOther, "/coordinate/good-practice/"+id+"?done="+step.To)
}

var errOwnPractice = &refusal{Status: http.StatusForbidden, Heading: "You cannot decide on your own words",
	Text: "Nothing was changed. Ask another coordinator to read it.",
	Next: "/coordinate/good-practice", Link: "Go to good practice"}
