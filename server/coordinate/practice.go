package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
)

// practiceStates are where a good-practice item can stand; a draft is its author's
// alone and is on no page here.
var practiceStates = []stage{{"submitted", "To read", "yellow"}, {"shared", "Shared", "green"}, {"declined", "Declined", "red"}, {"withdrawn", "Withdrawn", "grey"}}

var practiceTopics = []choice{{"recognising", "recognising neglect"}, {"engagement", "engagement"}, {"assessment", "assessment"},
	{"voice_of_child", "the child’s voice"}, {"working_together", "working together"}, {"recording", "recording"}, {"other", "other"}}

func topicsOf(list []string) string { return namesIn(practiceTopics, list) }

// practiceRow is one item in the list.
type practiceRow struct {
	ID      string                  `db:"id"`
	Title   string                  `db:"title"`
	Body    string                  `db:"body"`
	Topics  types.JSONArray[string] `db:"topics"`
	Author  string                  `db:"author"`
	Agency  string                  `db:"agency_name"`
	Status  string                  `db:"status"`
	Updated types.DateTime          `db:"updated"`
	Shared  types.DateTime          `db:"moderated_at"`
}

// practices is what was sent in; whoever does not moderate sees what is shared. Its file
// is what a coordinator has read and shared. It goes where no rule of this house reaches:
// an item that holds what could lead to a child, by whichever way it came in, stays out.
var practices = &list[practiceRow]{
	title: "Good practice", path: "/coordinate/good-practice", none: "Nothing matches your filters.",
	says:  "What went well and may help others. A coordinator reads an item before it is shared with every worker’s phone.",
	take:  `g.id, g.title, g.body, g.topics, coalesce(u.name, '') AS author, g.agency_name, g.status, g.updated, g.moderated_at`,
	from:  `good_practice g LEFT JOIN users u ON u.id = g."user"`,
	sight: func(v *visit) (terms, error) { return v.practiceSight(), nil },
	found: "Words, author or agency", words: []string{"g.title", "g.body", "g.agency_name", "u.name"},
	filters: []filter{
		{id: "status", label: "State", all: "All", fixed: named(practiceStates), is: `g.status = {:status}`, pageAlone: true},
		{id: "topic", label: "About", all: "Anything", there: always(practiceTopics),
			is: `EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(g.topics) THEN g.topics ELSE '[]' END) WHERE value = {:topic})`},
	},
	first: "updated", down: true, last: "g.updated DESC, g.id",
	columns: []column[practiceRow]{
		{head{Name: "Title", Sort: "title"}, "g.title COLLATE NOCASE", func(r practiceRow) shown { return leading("/coordinate/good-practice/"+r.ID, r.Title) }},
		{head{Name: "From", Sort: "agency"}, "g.agency_name COLLATE NOCASE", func(r practiceRow) shown { return text(r.Author, r.Agency) }},
		{head{Name: "Changed", Sort: "updated"}, "g.updated", func(r practiceRow) shown { return ours(clock.DayOf(r.Updated.Time())) }},
		{head{Name: "State", Sort: "status"}, "g.status", func(r practiceRow) shown { return tag(stageIn(practiceStates, r.Status)) }},
	},
	noun: "good_practice", only: `g.status = 'shared'`, offers: "what is shared",
	header: []string{"Title", "What helped", "About", "From", "Agency", "Shared"},
	cells: func(r practiceRow) []string {
		if _, found := champion.Identifies(r.Title + "\n" + r.Body); found {
			return nil
		}
		return []string{r.Title, r.Body, topicsOf(r.Topics), r.Author, r.Agency, inUK(r.Shared, time.DateOnly)}
	},
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
func (b practiceBody) State() string { return stageIn(practiceStates, b.GetString("status")).Name }
func (b practiceBody) Tone() string  { return stageIn(practiceStates, b.GetString("status")).Colour }
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
	err = kernel.Within(v.App, v.actor(), func(tx core.App) error {
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
				Text: "Nothing was changed by you. It is now: " + stageIn(practiceStates, r.GetString("status")).Name + ".",
				Next: "/coordinate/good-practice/" + id, Link: "Look at it as it is now"}
		}
		if step.needed != "" && note == "" {
			return problemWith("moderation_note", step.needed)
		}
		r.Set("status", step.To)
		r.Set("moderation_note", note)
		return tx.Save(kernel.AsServer(r))
	})
	fields, refused := kernel.Refusal(err)
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
