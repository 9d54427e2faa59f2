package coordinate

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// Custody: what the data protection officer decides about evidence without seeing it. A
// disposal takes two people, and a legal hold is above every disposal; both rules are the
// hooks', as at every other door.

// custodyRow is a disposal or a hold: of which piece of which family, and where it stands.
type custodyRow struct {
	ID        string         `db:"id"`
	Family    string         `db:"reference"`
	Kind      string         `db:"kind"`
	Size      int64          `db:"size"`
	Sum       string         `db:"sum"`
	Status    string         `db:"status"`
	Reason    string         `db:"reason"`
	Ground    string         `db:"ground"` // the basis of a disposal, the authority of a hold
	By        string         `db:"by"`
	At        types.DateTime `db:"at"`
	Decided   string         `db:"decided"`
	DecidedAt types.DateTime `db:"decided_at"`
	Said      string         `db:"said"` // why a hold was lifted
	Gone      types.DateTime `db:"gone"`
	Held      bool           `db:"held"`
}

// What is the piece in words, without its title: that is the family's story.
func (r custodyRow) What() string { return contract.FieldName(r.Kind) + ", " + sizeOf(r.Size) }

// sizeOf is a number of bytes as people say it.
func sizeOf(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return count(int(bytes), "byte", "bytes")
}

var (
	disposalStates = []stage{{"proposed", "Waits for a decision", "yellow"}, {"approved", "Approved", "grey"}, {"refused", "Refused: kept", "green"}}
	holdStates     = []stage{{"held", "Held", "blue"}, {"lifted", "Lifted", "grey"}}
)

// custody is one of the two: its list, its page and what can be done there.
type custody struct {
	title, path, one string
	states           []stage
	acts             []custodyAct
	list             *list[custodyRow]
}

// custodyAct is what can be done on a page: on a row of that state, with what is asked.
type custodyAct struct {
	Name, Button, Says, Ask, Done string
	on                            string // the state; empty: whatever it is, while the piece is there and not held
	Grave                         bool
	Ground                        bool // it asks for an authority too
	do                            func(tx core.App, b custodyBody) error
}

var disposals = newCustody(custody{
	title: "Disposals", path: "/coordinate/disposals", one: "A disposal", states: disposalStates,
	acts: []custodyAct{
		{Name: "approve", Button: "Approve: remove the file", on: "proposed", Grave: true, Says: "The file is removed for good. Its certificate stays: who agreed, when, its size and its fingerprint.", Done: "Approved. The file is removed.",
			do: func(tx core.App, b custodyBody) error { return evidencerules.DecideDisposal(tx, b.ID, "approved") }},
		{Name: "refuse", Button: "Refuse: keep the file", on: "proposed", Done: "Refused. The file is kept.",
			do: func(tx core.App, b custodyBody) error { return evidencerules.DecideDisposal(tx, b.ID, "refused") }},
		{Name: "hold", Button: "Put it under a legal hold", Ask: "Why must it be kept?", Ground: true, Done: "It is under a legal hold.",
			do: func(tx core.App, b custodyBody) error {
				return evidencerules.HoldDisposed(tx, b.ID, b.Why, b.Authority)
			}},
	},
}, evidencerules.Disposals)

var holds = newCustody(custody{
	title: "Legal holds", path: "/coordinate/holds", one: "A legal hold", states: holdStates,
	acts: []custodyAct{{Name: "lift", Button: "Lift the hold", on: "held", Ask: "Why does it end?", Grave: true, Says: "The file can then be disposed of, if two people agree.", Done: "The hold is lifted.",
		do: func(tx core.App, b custodyBody) error { return evidencerules.LiftHold(tx, b.ID, b.Why) }}},
}, evidencerules.Holds)

// newCustody makes the list of one of the two.
func newCustody(c custody, from evidencerules.Listing) *custody {
	c.list = &list[custodyRow]{
		title: c.title, path: c.path, none: "Nothing matches your filters.",
		says: "Of evidence you see its kind and size, the family's reference, and what was written about keeping it.",
		take: from.Take, from: from.From, sight: func(*visit) (terms, error) { return terms{}, nil },
		found: "Family's reference, reason or who asked", words: []string{"c.reference", "x.reason", "p.name"},
		filters: []filter{{id: "status", label: "State", all: "All", fixed: named(c.states), is: from.State + ` = {:status}`}},
		first:   "when", down: true, last: "x.id DESC",
		columns: []column[custodyRow]{
			{head{Name: "Family", Sort: "family"}, "c.reference", func(r custodyRow) shown { return leading(c.path+"/"+r.ID, r.Family, r.What()) }},
			{head{Name: "Why"}, "", func(r custodyRow) shown { return shown{Text: given(r.Reason), Under: filled(r.Ground), Long: true} }},
			{head{Name: "By", Sort: "by"}, "p.name COLLATE NOCASE", func(r custodyRow) shown { return text(r.By) }},
			{head{Name: "When", Sort: "when"}, "x.created", func(r custodyRow) shown { return ours(clock.DayOf(r.At.Time())) }},
			{head{Name: "State", Sort: "status"}, from.State, func(r custodyRow) shown { return tag(stageIn(c.states, r.Status)) }},
		},
		noun:   from.Noun,
		header: []string{"Family", "What", "Fingerprint", "Why", "Ground", "By", "On", "State", "Decided by", "Decided on", "Said", "File gone on"},
		cells: func(r custodyRow) []string {
			return []string{r.Family, r.What(), r.Sum, r.Reason, r.Ground, r.By, inUK(r.At, time.DateOnly), stageIn(c.states, r.Status).Name, r.Decided, inUK(r.DecidedAt, time.DateOnly), r.Said, inUK(r.Gone, time.DateOnly)}
		},
	}
	return &c
}

// custodyBody is one of them as its page.
type custodyBody struct {
	custodyRow
	Path, Title, Done string
	State             stage
	Acts              []custodyAct
	Tried             string
	Why, Authority    string // what was typed
	History           []event
}

func (c *custody) body(v *visit, id string) (custodyBody, error) {
	b := custodyBody{Path: c.path, Title: c.title}
	db := v.App.ConcurrentDB()
	if err := db.NewQuery(`SELECT ` + c.list.take + ` FROM ` + c.list.from + ` WHERE x.id = {:id}`).Bind(dbx.Params{"id": id}).One(&b.custodyRow); errors.Is(err, sql.ErrNoRows) {
		return b, errMissing
	} else if err != nil {
		return b, err
	}
	b.State = stageIn(c.states, b.Status)
	for _, a := range c.acts {
		if a.on == b.Status || a.on == "" && !b.Held && b.Status != "approved" {
			b.Acts = append(b.Acts, a)
		}
	}
	var err error
	b.History, err = history(db, c.list.noun, id)
	return b, err
}

func (c *custody) page(v *visit) error {
	b, err := c.body(v, v.Request.PathValue("id"))
	if err != nil {
		return err
	}
	for _, a := range c.acts {
		if a.Name == v.Request.URL.Query().Get("done") {
			b.Done = a.Done
		}
	}
	return v.show(http.StatusOK, "custody", page{Title: c.one, Body: b})
}

// act does one thing of a page, if what it is about is still as the reader saw it.
func (c *custody) act(v *visit) error {
	id, form := v.Request.PathValue("id"), v.Request.PostForm
	b, err := c.body(v, id)
	if err != nil {
		return err
	}
	name := v.Request.PathValue("action")
	if !slices.ContainsFunc(c.acts, func(a custodyAct) bool { return a.Name == name }) {
		return errMissing
	}
	i := slices.IndexFunc(b.Acts, func(a custodyAct) bool { return a.Name == name })
	if i < 0 || form.Get("was") != b.Status {
		return &refusal{Status: http.StatusConflict, Heading: "This has changed since you opened it", Text: "Nothing was changed by you. It is now: " + b.State.Name + ".",
			Next: c.path + "/" + id, Link: "Look at it as it is now"}
	}
	b.Tried, b.Why, b.Authority = name, typed(form.Get("reason")), typed(form.Get("authority"))
	var problems []problem
	if b.Acts[i].Ask != "" && b.Why == "" {
		problems = append(problems, problem{name + "-reason", "Enter why"})
	}
	if b.Acts[i].Ground && b.Authority == "" {
		problems = append(problems, problem{name + "-authority", "Enter who asks for it, such as a court or a review"})
	}
	if len(problems) == 0 {
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error { return b.Acts[i].do(tx, b) })
		fields, refused := kernel.Refusal(err)
		if err != nil && !refused {
			return err
		}
		if !refused {
			return v.Redirect(seeOther, c.path+"/"+id+"?done="+name)
		}
		for field, why := range fields {
			at := name
			if b.Acts[i].Ask != "" && field != "authority" {
				at += "-reason"
			} else if field == "authority" {
				at += "-authority"
			}
			problems = append(problems, problem{at, sentence(why)})
		}
	}
	return v.show(http.StatusUnprocessableEntity, "custody", page{Title: c.one, Body: b, Problems: sortedProblems(problems)})
}
