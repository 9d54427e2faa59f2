package letter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
)

// ownChildren: a letter names the recipient's own children and nobody else's; one that is
// for those with parental responsibility goes to nobody of whom that is not recorded for
// each child in it (practice L6).
func ownChildren(s *sight) (list []Block, err error) {
	if !s.text.Names("child.first_names") {
		return nil, nil
	}
	var data lettertext.Data
	if err := kernel.Decode(s.letter, "merge", &data); err != nil {
		return nil, nil // a problem of the merge
	}
	name, own := s.recipient.GetString("name"), s.children()
	said, _ := data["child.first_names"].Texts()
	for _, child := range said {
		is := func(c ownChild) bool { return c.goesBy(child) }
		if !slices.ContainsFunc(own, is) && !nobodyByName(child) {
			list = append(list, Block{"merge", "not_own_child", fmt.Sprintf(
				"Take %s out of the letter, or record first what %s is to this child.", child, name), false})
		}
	}
	if len(said) == 0 && len(own) == 0 {
		list = append(list, Block{"recipient", "not_own_child", fmt.Sprintf("Record first what %s is to each child; the letter names their own alone.", name), false})
	}
	if !s.pack.NeedsResponsibility {
		return list, nil
	}
	for _, c := range own {
		meant := slices.ContainsFunc(said, func(child string) bool { return c.goesBy(child) || nobodyByName(child) })
		switch {
		case !meant || c.Responsibility == "yes":
		case c.Responsibility == "no":
			list = append(list, Block{"recipient", "not_responsible", fmt.Sprintf(
				"Write another letter; %s has no parental responsibility for %s.", name, c.Name), false})
		default:
			list = append(list, Block{"recipient", "responsibility_unknown", fmt.Sprintf(
				"Record whether %s has parental responsibility for %s; nobody has.", name, c.Name), false})
		}
	}
	return list, nil
}

// goesBy says whether what was typed is this child's name, or the words that it begins with.
func (c ownChild) goesBy(typed string) bool {
	name, said := family.ToTheEye(c.Name), family.ToTheEye(typed)
	return said != "" && (name == said || strings.HasPrefix(name, said+" "))
}

// nobodyByName says whether a child is spoken of without a name.
func nobodyByName(said string) bool {
	return slices.Contains([]string{"your child", "your children", "your baby", "eich plentyn", "eich plant", "eich babi"}, strings.ToLower(strings.TrimSpace(said)))
}

// advice: whoever a letter names for advice does not work for those who wrote it.
func advice(s *sight) ([]Block, error) {
	if !s.text.Names("advice.phone") {
		return nil, nil
	}
	var data lettertext.Data
	if err := kernel.Decode(s.letter, "merge", &data); err != nil {
		return nil, nil // a problem of the merge
	}
	value := func(name string) string { return strings.Join(data[name].All(), " ") }
	phone, who := squashed(value("advice.phone")), family.ToTheEye(value("advice.name"))
	if phone == "" || who == "" {
		return nil, nil // unresolved
	}
	switch {
	case len(strings.Trim(phone, "abcdefghijklmnopqrstuvwxyz")) < 3:
		return one("merge", "advice_not_independent", "Give the telephone number of whoever gives advice."), nil
	case phone == squashed(value("contact.phone")) || phone == squashed(value("out_of_hours_phone")) || who == family.ToTheEye(value("area.name")) || who == family.ToTheEye(value("contact.name")):
		return one("merge", "advice_not_independent", "Name somebody for advice who does not work for us, with their own number."), nil
	}
	return nil, nil
}

// KnownOfLetter is what whoever reads a letter before it goes has to know beside it: what
// is recorded of the responsibility for each child in it, and how it is brought home to
// whoever cannot read it.
func KnownOfLetter(app core.App, letter *core.Record) (list []string) {
	person, err := app.FindRecordById("people", letter.GetString("recipient"))
	if err != nil {
		return nil
	}
	var children []ownChild
	_ = kernel.Decode(letter, "children", &children) // one from before letters said so has none
	for _, c := range children {
		list = append(list, fmt.Sprintf("%s for %s: %s.", "Parental responsibility of "+person.GetString("name"), c.Name, responsibilities[c.Responsibility]))
	}
	if ways := letter.GetStringSlice("explained"); len(ways) > 0 {
		for i, way := range ways {
			ways[i] = explanations[way]
		}
		list = append(list, fmt.Sprintf("How they hear what it says: %s, on %s, by %s.", strings.Join(ways, ", "),
			cmp.Or(clock.Day(letter.GetString("explained_on")), "a day not yet said"), cmp.Or(letter.GetString("explained_by"), "somebody not yet named")))
	}
	return list
}

var responsibilities = map[string]string{"yes": "yes", "no": "no", "unknown": "nobody has recorded it"}

var explanations = map[string]string{
	"interpreter": "an interpreter", "read_out": "read out", "easy_read_copy": "an easy read copy", "large_print": "large print",
	"braille": "braille", "audio": "a recording", "signed": "signed",
}

// living: nothing is written to the dead, whose family would open it (B21).
func living(s *sight) ([]Block, error) {
	for _, p := range append([]*core.Record{s.recipient}, s.people...) {
		died := p.GetString("died_on")
		if died == "" || p.Id != s.recipient.Id && p.Id != s.letter.GetString("joint_with") {
			continue
		}
		field := "recipient"
		if p.Id != s.recipient.Id {
			field = "joint_with"
		}
		return one(field, "died", "Write to somebody else: "+p.GetString("name")+" died on "+clock.Day(died)+"."), nil
	}
	return nil, nil
}
