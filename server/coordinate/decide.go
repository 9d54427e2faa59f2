package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/feed"
)

// action is one decision about a registration: where it leads from and to.
type action struct {
	Name   string
	from   []string
	to     string
	reason string // the answer when no reason was given; empty when none is needed
}

// actions is the whole state machine of this page. Until managers agree by link
// and inductions are recorded, an approval makes a champion active at once.
var actions = []action{
	{"approve", []string{"submitted", "awaiting_manager"}, "active", ""},
	{"decline", []string{"submitted", "awaiting_manager"}, "declined", "Enter why you are declining this registration"},
	{"withdraw", []string{"submitted", "awaiting_manager", "approved", "induction", "active", "on_leave", "renewed"}, "withdrawn", ""},
}

func actionsFrom(status string) []action {
	return slices.DeleteFunc(slices.Clone(actions), func(a action) bool { return !slices.Contains(a.from, status) })
}

// errOwn keeps a coordinator from being the judge of their own registration.
var errOwn = &refusal{Status: http.StatusForbidden, Heading: "You cannot decide your own registration",
	Text: "Nothing was changed. Ask another coordinator to look at it.",
	Next: "/coordinate/registrations", Link: "Go to the registrations"}

// decide takes the form of one action and answers with the page that shows it done.
func decide(v *visit) error {
	id := v.Request.PathValue("id")
	i := slices.IndexFunc(actions, func(a action) bool { return a.Name == v.Request.PathValue("action") })
	if i < 0 {
		return errMissing
	}
	act, form := actions[i], v.Request.PostForm
	note := typed(form.Get("reason"))
	seen, _ := strconv.ParseInt(form.Get("rev"), 10, 64)
	err := hooks.Within(v.App, v.actor(), func(tx core.App) error { return v.carryOut(tx, act, id, note, seen) })
	fields, refused := hooks.Refusal(err)
	if err != nil && !refused {
		return err
	}
	if refused {
		body, err := v.registrationBody(id)
		if err != nil {
			return err
		}
		body.Note, body.Tried = note, act.Name
		p := page{Title: "Registration of " + alone(body.GetString("name")), Body: body}
		for field, why := range fields {
			at := act.Name
			if field == "decision_note" && act.Name != "approve" {
				at = act.Name + "-reason"
			}
			p.Problems = append(p.Problems, problem{at, sentence(why)})
		}
		slices.SortFunc(p.Problems, func(a, b problem) int { return strings.Compare(a.Field+a.Text, b.Field+b.Text) })
		return v.show(http.StatusUnprocessableEntity, "registration", p)
	}
	return v.Redirect(seeOther, "/coordinate/registrations/"+id+"?done="+act.to)
}

// carryOut writes the decision and what it does to the directory, as one.
func (v *visit) carryOut(tx core.App, act action, id, note string, seen int64) error {
	if ok, err := v.sees(tx.NonconcurrentDB(), id); err != nil {
		return err
	} else if !ok {
		return errMissing
	}
	r, err := tx.FindRecordById("champion_registrations", id)
	if err != nil {
		return err
	}
	if r.GetString("user") == v.user.Id {
		return errOwn
	}
	rev, err := feed.Rev(tx.NonconcurrentDB(), "champion_registrations", id)
	if err != nil {
		return err
	}
	if rev != seen || !slices.Contains(act.from, r.GetString("status")) {
		return v.tooLate(tx, r)
	}
	if act.reason != "" && note == "" {
		return problemWith("decision_note", act.reason)
	}
	at, err := types.ParseDateTime(v.room.now())
	if err != nil {
		return err
	}
	r.Set("status", act.to)
	r.Set("decided_by", v.user.Id)
	r.Set("decided_at", at)
	r.Set("decision_note", note)
	if err := tx.Save(hooks.AsServer(r)); err != nil {
		return err
	}
	if act.to == "active" {
		return enter(tx, r, at.Time().In(london).Format("2006-01-02"))
	}
	return leave(tx, r)
}

// tooLate is the answer to a form about a registration that has changed since.
func (v *visit) tooLate(tx core.App, r *core.Record) error {
	why := &refusal{Status: http.StatusConflict, Heading: "This registration has changed since you opened it",
		Text: "Nothing was changed by you. It is now: " + statusOf(r.GetString("status")).Name + ".",
		Next: "/coordinate/registrations/" + r.Id, Link: "Look at the registration as it is now"}
	if by, err := tx.FindRecordById("users", r.GetString("decided_by")); err == nil {
		why.Heading = "This registration has already been decided"
		why.Text = "Nothing was changed by you. " + alone(by.GetString("name")) + " decided on " +
			inUK(r.GetDateTime("decided_at"), "2 January 2006 at 15:04") + ". It is now: " + statusOf(r.GetString("status")).Name + "."
	}
	return why
}

// sentence is a field error as a page says it: begun with a capital, not ended.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	if text == "" {
		return "Check this answer"
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
