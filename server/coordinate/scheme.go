package coordinate

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	schemerules "holdfast/hooks/scheme"
)

// schemeBody is what the area decided about its scheme: what holds, what is to come,
// and every decision with who took it.
type schemeBody struct {
	Lines  []line
	Since  string
	Ahead  []decision
	Past   []decision
	May    bool
	Done   bool
	Counts string // how many targets were set by hand
}

// decision is one decision about the scheme: from when, by whom, and what it changed.
type decision struct {
	From, By, Reason string
	At               types.DateTime
	Changes          []line
	policy           champion.Policy
}

// setting is one number of a policy in words.
type setting struct {
	Field, Label, Hint, one, many string
	at                            func(*champion.Policy) *int
	none                          string // what 0 means, where it may be
}

// settings in the order of the form.
var settings = []setting{
	{"valid_months", "How many months an agreement lasts", "Then the champion and the manager confirm it again. An agreement that runs keeps its end.", "month", "months",
		func(p *champion.Policy) *int { return &p.ValidMonths }, ""},
	{"link_days", "How many days a manager’s link works", "Links that were sent keep theirs.", "day", "days",
		func(p *champion.Policy) *int { return &p.LinkDays }, ""},
	{"staff_per_champion", "One champion for every so many staff", "For an agency whose target is not set by hand. The target is never less than one.", "member of staff", "staff",
		func(p *champion.Policy) *int { return &p.StaffPerChampion }, ""},
	{"lead_from", "From how many champions on an agency needs a lead", "", "champion", "champions",
		func(p *champion.Policy) *int { return &p.LeadFrom }, ""},
	{"missed_meetings", "After how many network meetings missed in a row a champion lapses", "Applies the day after. Apologies do not count. Enter 0 to turn this off.", "missed meeting", "missed meetings",
		func(p *champion.Policy) *int { return &p.MissedMeetings }, "Nobody lapses by it"},
	{"first_meeting_months", "Within how many months a new champion goes to a network meeting", "They are reminded before it ends, and you see who has not been. Nobody lapses by it. 0 if nobody is asked.", "month", "months",
		func(p *champion.Policy) *int { return &p.FirstMeetingMonths }, "Nobody is asked"},
}

// linesOfPolicy are all settings of a policy in words.
func linesOfPolicy(p champion.Policy) []line {
	var out []line
	for _, s := range settings {
		n := *s.at(&p)
		words := count(n, s.one, s.many)
		if n == 0 {
			words = s.none
		}
		out = append(out, line{s.Label, words})
	}
	out = append(out, line{"How many days before the end a champion is reminded", daysOf(p.RemindDays)})
	for _, g := range champion.TargetGroups {
		n, set := p.GroupTargets[g]
		words := "No target"
		if set {
			words = count(n, "champion", "champions")
		}
		out = append(out, line{"Target group " + groupName(g), words})
	}
	return out
}

func daysOf(days []int) string {
	var words []string
	for _, d := range slices.Backward(slices.Sorted(slices.Values(days))) {
		words = append(words, strconv.Itoa(d))
	}
	return strings.Join(words, ", ")
}

// decisions reads every decision about the scheme, the latest written first, each
// with what it changed of what held on its day until then.
func decisions(app core.App) ([]decision, error) {
	var rows []*core.Record
	if err := app.RecordQuery("champion_policies").OrderBy("rowid").All(&rows); err != nil {
		return nil, fmt.Errorf("the decisions about the scheme: %w", err)
	}
	var until []champion.Policy
	var out []decision
	for _, r := range rows {
		p, err := schemerules.PolicyOf(r)
		if err != nil {
			return nil, err
		}
		d := decision{From: p.From, Reason: r.GetString("reason"), At: r.GetDateTime("created"), policy: p}
		if u, err := app.FindRecordById("users", r.GetString("decided_by")); err == nil {
			d.By = u.GetString("name")
		}
		before := linesOfPolicy(champion.On(until, p.From))
		until = append(until, p)
		slices.SortStableFunc(until, func(a, b champion.Policy) int { return cmp.Compare(a.From, b.From) })
		for i, l := range linesOfPolicy(champion.On(until, p.From)) {
			if l != before[i] {
				d.Changes = append(d.Changes, line{l.Label, before[i].Value + " → " + l.Value})
			}
		}
		out = append(out, d)
	}
	slices.Reverse(out)
	return out, nil
}

func schemePage(v *visit) error {
	all, err := decisions(v.App)
	if err != nil {
		return err
	}
	policies, err := schemerules.Policies(v.App)
	if err != nil {
		return err
	}
	day := v.room.now().In(london).Format(time.DateOnly)
	now := champion.On(policies, day)
	body := schemeBody{Lines: linesOfPolicy(now), Since: now.From, May: v.holds(coordinator), Done: v.Request.URL.Query().Get("done") != "", Past: all}
	for _, d := range slices.Backward(all) {
		if d.From > day {
			body.Ahead = append(body.Ahead, d)
		}
	}
	t, n := v.ownAgency(), 0
	if err := v.App.ConcurrentDB().NewQuery(`SELECT count(DISTINCT t.agency) FROM coverage_targets t JOIN agencies a ON a.id = t.agency WHERE ` + t.where()).Bind(t.params).Row(&n); err != nil {
		return err
	}
	body.Counts = count(n, "agency has", "agencies have")
	return v.show(http.StatusOK, "scheme", page{Title: "How the scheme runs", Body: body})
}

// schemeForm is a policy as it stands in a form.
type schemeForm struct {
	From, Remind, Reason string
	Numbers              map[string]string
	Groups               map[string]string
	Seen                 string // the latest decision that the writer saw
}

// Settings and Wanted are what the form asks for.
func (schemeForm) Settings() []setting { return settings }
func (schemeForm) Wanted() []choice {
	var out []choice
	for _, g := range champion.TargetGroups {
		out = append(out, choice{g, groupName(g)})
	}
	return out
}

func formOf(p champion.Policy, from, seen string) schemeForm {
	f := schemeForm{From: from, Remind: daysOf(p.RemindDays), Numbers: map[string]string{}, Groups: map[string]string{}, Seen: seen}
	for _, s := range settings {
		f.Numbers[s.Field] = strconv.Itoa(*s.at(&p))
	}
	for g, n := range p.GroupTargets {
		f.Groups[g] = strconv.Itoa(n)
	}
	return f
}

// latestDecision is the id of the decision that was written last.
func latestDecision(app core.App) (string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM champion_policies ORDER BY rowid DESC LIMIT 1`).Column(&ids)
	return strings.Join(ids, ""), err
}

func changeScheme(v *visit) error {
	day := v.room.now().In(london).Format(time.DateOnly)
	p, err := schemerules.PolicyOn(v.App, day)
	if err != nil {
		return err
	}
	seen, err := latestDecision(v.App)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "scheme-form", page{Title: "Change how the scheme runs", Body: formOf(p, day, seen)})
}

// decideScheme takes a decision about the scheme, if it was taken in sight of the
// latest: two coordinators do not undo each other.
func decideScheme(v *visit) error {
	f := v.schemeTyped()
	p, problems := f.read()
	if len(problems) == 0 {
		err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
			if seen, err := latestDecision(tx); err != nil || seen != f.Seen {
				return cmp.Or(err, error(errSchemeMoved))
			}
			before, err := schemerules.PolicyOn(tx, p.From)
			if err != nil {
				return err
			}
			if slices.Equal(linesOfPolicy(before), linesOfPolicy(p)) {
				return problemWith("valid_months", "Nothing is different from what holds on that day")
			}
			c, err := tx.FindCachedCollectionByNameOrId("champion_policies")
			if err != nil {
				return err
			}
			r := core.NewRecord(c)
			r.Load(map[string]any{"from": p.From, "remind_days": p.RemindDays, "group_targets": p.GroupTargets, "reason": f.Reason})
			for _, s := range settings {
				r.Set(s.Field, *s.at(&p))
			}
			return tx.Save(r)
		})
		fields, refused := kernel.Refusal(err)
		if err == nil {
			return v.Redirect(seeOther, "/coordinate/scheme?done=1")
		}
		if !refused {
			return err
		}
		for field, why := range fields {
			problems = append(problems, problem{field, sentence(why)})
		}
	}
	return v.show(http.StatusUnprocessableEntity, "scheme-form", page{Title: "Change how the scheme runs", Body: f, Problems: sortedProblems(problems)})
}

func (v *visit) schemeTyped() schemeForm {
	form := v.Request.PostForm
	f := schemeForm{From: typed(form.Get("from")), Remind: typed(form.Get("remind_days")), Reason: typed(form.Get("reason")), Seen: form.Get("seen"),
		Numbers: map[string]string{}, Groups: map[string]string{}}
	for _, s := range settings {
		f.Numbers[s.Field] = typed(form.Get(s.Field))
	}
	for _, g := range champion.TargetGroups {
		f.Groups[g] = typed(form.Get("group-" + g))
	}
	return f
}

// read is the form as a policy; the bounds are the engine's.
func (f schemeForm) read() (champion.Policy, []problem) {
	p := champion.Policy{From: f.From, GroupTargets: map[string]int{}}
	var problems []problem
	whole := func(field, value string) int {
		n, err := strconv.Atoi(value)
		if err != nil {
			problems = append(problems, problem{field, labelOf(field) + ": enter a whole number"})
		}
		return n
	}
	for _, s := range settings {
		*s.at(&p) = whole(s.Field, f.Numbers[s.Field])
	}
	for _, g := range slices.Sorted(maps.Keys(f.Groups)) {
		if f.Groups[g] != "" {
			p.GroupTargets[g] = whole("group-"+g, f.Groups[g])
		}
	}
	for _, d := range strings.FieldsFunc(f.Remind, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(d)
		if err != nil {
			problems = append(problems, problem{"remind_days", "Reminders: enter whole numbers of days with commas between them, such as 30, 14, 3"})
			break
		}
		p.RemindDays = append(p.RemindDays, n)
	}
	if len(problems) == 0 {
		for field, why := range p.Faults() {
			if field == "group_targets" {
				field = "group-" + oddGroup(p)
			}
			problems = append(problems, problem{field, labelOf(field) + ": " + strings.ToLower(why[:1]) + strings.TrimSuffix(why[1:], ".")})
		}
	}
	return p, problems
}

// oddGroup is the first group whose target is none.
func oddGroup(p champion.Policy) string {
	for _, g := range slices.Sorted(maps.Keys(p.GroupTargets)) {
		if alone := (champion.Policy{GroupTargets: map[string]int{g: p.GroupTargets[g]}}); alone.Faults()["group_targets"] != "" {
			return g
		}
	}
	return champion.TargetGroups[0]
}

// labelOf is what the form calls a field, so that the list of problems can be told apart.
func labelOf(field string) string {
	for _, s := range settings {
		if s.Field == field {
			return s.Label
		}
	}
	if g, ok := strings.CutPrefix(field, "group-"); ok {
		return "Group " + g
	}
	return "Reminders"
}

var errSchemeMoved = &refusal{Status: http.StatusConflict, Heading: "This has changed since you opened it",
	Text: "Nothing was changed by you. Somebody else decided about the scheme meanwhile.",
	Next: "/coordinate/scheme", Link: "Look at it as it is now"}
