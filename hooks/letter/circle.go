package letter

import (
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/knownas"
)

// circle is who a letter is written to, beside everybody else of the case, and what
// they are to one another.
type circle struct {
	recipient, joint *core.Record   // joint is nil where it goes to one
	people           []*core.Record // everybody else of the case
	relations        []*core.Record
	one              map[string]string // whom each record stands for: a joined one is another name of somebody
	elsewhere        []*core.Record    // of another family, and kept apart from somebody of this one
	informants       map[string]bool   // who passed on a worry, by whichever of their records
}

func circleOf(app core.App, letter *core.Record) (*circle, error) {
	same := dbx.HashExp{"case": letter.GetString("case")}
	everybody, err := app.FindAllRecords("people", same)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(everybody, func(a, b *core.Record) int {
		return strings.Compare(a.GetString("date_of_birth"), b.GetString("date_of_birth"))
	})
	h := &circle{one: family.Resolve(everybody), informants: map[string]bool{}}
	for _, p := range everybody {
		h.informants[h.one[p.Id]] = h.informants[h.one[p.Id]] || p.GetBool("informant")
	}
	for _, p := range everybody {
		switch p.Id {
		case letter.GetString("recipient"):
			h.recipient = p
			continue
		case letter.GetString("joint_with"):
			h.joint = p
		}
		h.people = append(h.people, p)
	}
	if h.relations, err = app.FindAllRecords("relationships", same); err != nil {
		return nil, err
	}
	return h, h.keepApart(app, letter.GetString("case"))
}

// keepApart adds what stands between somebody of this family and somebody of another: one
// of the two was moved. It holds under whichever record of them there is here.
func (h *circle) keepApart(app core.App, caseID string) error {
	ids := map[string]bool{}
	for id := range h.one {
		ids[id] = true
	}
	rows, err := family.RelationsOf(app, ids)
	if err != nil {
		return err
	}
	outside := map[string]bool{}
	for _, r := range append(rows, h.relations...) {
		for _, id := range []string{r.GetString("person"), r.GetString("other")} {
			if _, here := h.one[id]; !here && len(r.GetStringSlice("between")) > 0 {
				outside[id] = true
			}
		}
		if r.GetString("case") != caseID {
			h.relations = append(h.relations, r)
		}
	}
	if len(outside) == 0 {
		return nil
	}
	joins, err := app.FindAllRecords("person_joins", dbx.HashExp{"case": caseID})
	if err != nil {
		return err
	}
	undone := map[string]bool{}
	for _, j := range joins {
		undone[j.GetString("undoes")] = true
	}
	for id := range outside {
		p, err := app.FindRecordById("people", id)
		if err != nil {
			return err
		}
		h.elsewhere = append(h.elsewhere, p)
		for _, j := range joins {
			if j.GetString("same") == id && j.GetString("undoes") == "" && !undone[j.Id] {
				h.one[id] = h.one[j.GetString("person")]
			}
		}
	}
	slices.SortFunc(h.elsewhere, func(a, b *core.Record) int { return strings.Compare(a.Id, b.Id) })
	return nil
}

// are says whether two records are of one person.
func (h *circle) are(a, b string) bool { return a == b || h.one[a] != "" && h.one[a] == h.one[b] }

// related are the rows about two people, whoever each says it of.
func (h *circle) related(a, b string) (rows []*core.Record) {
	for _, r := range h.relations {
		if p, o := r.GetString("person"), r.GetString("other"); h.are(p, a) && h.are(o, b) || h.are(p, b) && h.are(o, a) {
			rows = append(rows, r)
		}
	}
	return rows
}

// between is what stands between two people, and whether anybody has recorded what they
// are to one another.
func (h *circle) between(a, b string) (between []string, known bool) {
	rows := h.related(a, b)
	for _, r := range rows {
		between = append(between, r.GetStringSlice("between")...)
	}
	slices.Sort(between)
	return slices.Compact(between), len(rows) > 0
}

// apart is what stands between the recipient and somebody else.
func (h *circle) apart(other *core.Record) []string {
	between, _ := h.between(h.recipient.Id, other.Id)
	return between
}

// keptApart says whether anybody grown up of the case is kept apart from the recipient.
func (h *circle) keptApart() bool {
	return slices.ContainsFunc(h.people, func(p *core.Record) bool { return p.GetString("kind") == "adult" && len(h.apart(p)) > 0 })
}

// mayLiveElsewhere says whether a home that somebody called at may be another's than the
// recipient's: another adult of the case has an address that is not theirs, and nobody has
// recorded that they live with a child.
func (h *circle) mayLiveElsewhere() bool {
	for _, r := range h.relations {
		p, o := r.GetString("person"), r.GetString("other")
		if r.GetBool("lives_with") && (h.isTo(p) && h.isChild(o) || h.isTo(o) && h.isChild(p)) {
			return false
		}
	}
	var own []place
	for _, p := range []*core.Record{h.recipient, h.joint} {
		own = append(own, homes(p)...)
	}
	return slices.ContainsFunc(h.people, func(p *core.Record) bool {
		theirs := homes(p)
		return p.GetString("kind") == "adult" && !h.isTo(p.Id) && len(theirs) > 0 && !slices.ContainsFunc(theirs, func(t place) bool { return slices.ContainsFunc(own, t.is) })
	})
}

func (h *circle) isChild(id string) bool {
	return slices.ContainsFunc(h.people, func(p *core.Record) bool { return p.Id == id && p.GetString("kind") == "child" })
}

// homes are where somebody lives, as far as it is recorded.
func homes(p *core.Record) (list []place) {
	if p == nil {
		return nil
	}
	points, _ := contactPoints(p) // what cannot be read stands in the way of the letter
	for _, c := range points {
		if c.Kind == "address" && c.Current {
			list = append(list, c.place())
		}
	}
	return list
}

// isTo says whether a letter goes to this person, by the record that stands for them or by
// one that was joined to it.
func (h *circle) isTo(person string) bool {
	is := func(id string) bool { return id == h.recipient.Id || h.joint != nil && id == h.joint.Id }
	return is(person) || slices.ContainsFunc(h.people, func(p *core.Record) bool { return p.Id == person && is(p.GetString("same_as")) })
}

// answersTo is the name that a person is called by.
func answersTo(p *core.Record) string {
	if called := strings.TrimSpace(p.GetString("called_by")); called != "" {
		return called
	}
	return p.GetString("name")
}

// ownChild is a child that a letter to this recipient may name, with what is recorded of
// their parental responsibility: yes, no, or unknown.
type ownChild struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Responsibility string `json:"parental_responsibility"`
}

// children are the recipient's own: whom they have or may have parental responsibility
// for, or live with. Where the case has no other grown-up and nothing is recorded of the
// two, every child is theirs, and nobody knows with what responsibility.
func (h *circle) children() []ownChild {
	alone := !slices.ContainsFunc(h.people, func(p *core.Record) bool { return p.GetString("kind") == "adult" && !h.isTo(p.Id) })
	list, people, day := []ownChild{}, []knownas.Person{}, kernel.Today()
	for _, p := range h.people {
		if c := family.ChildOf(p, ""); p.GetString("kind") != "child" || p.GetString("same_as") != "" || !c.Seeable(day) {
			continue // not born, grown up, gone, or a second record of another
		}
		rows, responsibility, own := h.related(h.recipient.Id, p.Id), "unknown", alone
		if h.joint != nil {
			rows = append(rows, h.related(h.joint.Id, p.Id)...)
		}
		if len(rows) > 0 {
			own = false
		}
		for _, r := range rows {
			said := r.GetString("parental_responsibility")
			own = own || said != "no" || r.GetBool("lives_with")
			if said == "yes" || said == "no" && responsibility == "unknown" {
				responsibility = said
			}
		}
		if own {
			list, people = append(list, ownChild{p.Id, "your child", responsibility}), append(people, family.PersonOf(p))
		}
	}
	for i, name := range knownas.In(people, day) {
		if people[i].CalledBy+people[i].Name != "" {
			list[i].Name = name
		}
	}
	return list
}
