package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	schemerules "holdfast/hooks/scheme"
)

// action is a step of the scheme's table as a form: what it says and asks.
type action struct {
	Name   string // the act in the table (hooks/champion)
	Button string
	Says   string // what it brings about, or the summary that opens its form
	Asks   string // the label of the reason; empty when none is asked
	Done   string // what is said when it is done
	Grave  bool   // its form opens first
	Next   bool   // it takes the registration on its way
	needed string // the answer when no reason was given; empty when none is needed
}

// actions are the steps that a coordinator takes by hand, in the order of the page.
var actions = []action{
	{Name: champion.Ask, Next: true, Button: "Ask the line manager", Says: "The line manager gets a link by email. It works once, for a while, and needs no account. Check the address first. Any earlier link stops working.", Done: "The line manager is being asked."},
	{Name: champion.Induct, Next: true, Button: "Begin induction", Says: "The line manager has agreed.", Done: "The induction has begun."},
	{Name: champion.Activate, Next: true, Button: "Make them active", Says: "The induction is complete. They will be an active champion, and in the directory if they agreed to it.", Done: "They are an active champion."},
	{Name: champion.Return, Next: true, Button: "Back from leave", Says: "They are on leave.", Done: "They are an active champion again."},
	{Name: champion.AskRenewal, Button: "Ask for renewal", Says: "The line manager gets a new link by email, to agree for another term.", Done: "The line manager is being asked to agree again."},
	{Name: champion.MakeLead, Button: "Make them the lead", Says: "They become the lead champion of their agency. Whoever led before stops being the lead.", Done: "They lead the champions of their agency."},
	{Name: champion.EndLead, Button: "End their lead", Says: "They stay a champion.", Done: "They have stopped being the lead."},
	{Name: champion.Leave, Button: "Put on leave", Says: "Put on leave", Asks: "Why are they on leave? (optional)", Done: "They are on leave.", Grave: true},
	{Name: champion.Decline, Button: "Decline", Says: "Decline this registration", Asks: "Why are you declining it?", Done: "The registration is declined.", Grave: true, needed: "Enter why you are declining this registration"},
	{Name: champion.Withdraw, Button: "Withdraw", Says: "Withdraw this registration", Asks: "Why is it withdrawn? (optional)", Done: "The registration is withdrawn.", Grave: true},
}

func actionNamed(name string) (action, bool) {
	i := slices.IndexFunc(actions, func(a action) bool { return a.Name == name })
	if i < 0 {
		return action{}, false
	}
	return actions[i], true
}

// actionsFor are the forms that a registration can have.
func actionsFor(r *core.Record) []action {
	offered := champion.Offered(champion.Status(r.GetString("status")), champion.Coordinator)
	return slices.DeleteFunc(slices.Clone(actions), func(a action) bool {
		lead := r.GetBool("lead")
		return !slices.ContainsFunc(offered, func(o champion.Act) bool { return o.Name == a.Name }) ||
			(a.Name == champion.MakeLead && lead) || (a.Name == champion.EndLead && !lead)
	})
}

// errOwn keeps apart who asks and who decides.
var errOwn = &refusal{Status: http.StatusForbidden, Heading: "You cannot decide your own registration",
	Text: "Nothing was changed. Ask another coordinator to look at it.",
	Next: "/coordinate/registrations", Link: "Go to the registrations"}

func decide(v *visit) error {
	id := v.Request.PathValue("id")
	act, ok := actionNamed(v.Request.PathValue("action"))
	if !ok {
		return errMissing
	}
	form := v.Request.PostForm
	note := typed(form.Get("reason"))
	seen, _ := strconv.ParseInt(form.Get("rev"), 10, 64)
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error { return v.carryOut(tx, act, id, note, seen) })
	fields, refused := kernel.Refusal(err)
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
			if (field == "decision_note" || field == "reason") && act.Asks != "" {
				at = act.Name + "-reason"
			}
			p.Problems = append(p.Problems, problem{at, sentence(why)})
		}
		slices.SortFunc(p.Problems, func(a, b problem) int { return strings.Compare(a.Field+a.Text, b.Field+b.Text) })
		return v.show(http.StatusUnprocessableEntity, "registration", p)
	}
	return v.Redirect(seeOther, "/coordinate/registrations/"+id+"?done="+act.Name)
}

// carryOut takes a step in one transaction, if the registration is still as the
// reader saw it. The step itself is judged where every door's is, in the hooks.
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
	step, _ := champion.ByName(act.Name)
	if rev != seen || !step.May(champion.Status(r.GetString("status")), champion.Coordinator) {
		return v.tooLate(tx, r)
	}
	if act.needed != "" && note == "" {
		return problemWith("decision_note", act.needed)
	}
	at, err := types.ParseDateTime(v.room.now())
	if err != nil {
		return err
	}
	return schemerules.Take(tx, r, kernel.Taken{Act: act.Name, Reason: note, At: at})
}

// tooLate says what became of a registration since the page was opened.
func (v *visit) tooLate(tx core.App, r *core.Record) error {
	why := &refusal{Status: http.StatusConflict, Heading: "This registration has changed since you opened it",
		Text: "Nothing was changed by you. It is now: " + statusOf(r.GetString("status")).Name + ".",
		Next: "/coordinate/registrations/" + r.Id, Link: "Look at the registration as it is now"}
	if by, err := tx.FindRecordById("users", r.GetString("decided_by")); err == nil {
		why.Heading = "This registration has already been decided"
		why.Text = "Nothing was changed by you. " + alone(by.GetString("name")) + " decided on " +
			clock.Said(r.GetDateTime("decided_at").Time()) + ". It is now: " + statusOf(r.GetString("status")).Name + "."
	}
	return why
}

// sentence is a refusal as a sentence without its end, as summaries of errors have it.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	if text == "" {
		return "Check this answer"
	}
	if long := []rune(text); len(long) > 300 { // it quotes what is too long
		text = string(long[:300]) + "…"
	}
	return capital(text)
}
