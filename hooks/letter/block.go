package letter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
)

// Block is something that stands in the way of a letter: one sentence that says what
// would lift it. One with Reason is lifted by the approver's reason.
type Block struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Reason  bool   `json:"reason"`
}

// newerVersion is a wording that was replaced: it is not approved any more, but what
// was approved before may still go.
const newerVersion = "newer_version"

// check looks at one letter for one thing. Those that look at the text are not asked
// while it has unresolved fields.
type check struct {
	text bool
	look func(s *sight) ([]Block, error)
}

var checks = []check{
	{false, wording}, {false, living}, {false, address}, {false, jointLetter}, {false, called}, {false, understood}, {false, ownChildren}, {false, advice},
	{true, paper}, {true, bothNamed}, {false, nobodyNamed}, {true, whereabouts}, {false, precedents}, {false, telling}, {true, plainness},
}

// sight is what the checks look at.
type sight struct {
	app    core.App
	letter *core.Record
	*draft
}

// blocksOf is everything that stands in the letter's way, in the order of the checks.
func blocksOf(app core.App, letter *core.Record, d *draft) ([]Block, error) {
	s := &sight{app: app, letter: letter, draft: d}
	if s.recipient == nil { // of another case the guards refuse it: this one was moved there since
		return one("recipient", "missing", "Withdraw this letter: who it is for belongs to another family, and was moved to its record."), nil
	}
	var list []Block
	for _, c := range checks {
		if c.text && d.document == nil {
			continue
		}
		found, err := c.look(s)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

func one(field, code, message string) []Block {
	return []Block{{Field: field, Code: code, Message: message}}
}

// wording: only what the area has published is sent.
func wording(s *sight) ([]Block, error) {
	switch s.template.GetString("status") {
	case "draft":
		return one("template", "not_published", "Have this wording published before a letter of it is approved."), nil
	case "withdrawn":
		return one("template", "not_published", "This wording was withdrawn; draft the letter again from one that is published."), nil
	case "superseded":
		return one("template", newerVersion, "There is a newer version of this wording; draft the letter again from that."), nil
	}
	return nil, nil
}

// address: the recipient's own, current, confirmed and safe, and confirmed not too long
// ago (domain 3.4, hard block 1); and every other field that has no value.
func address(s *sight) ([]Block, error) {
	var list []Block
	delivery := kindOfDelivery(s.letter)
	name := s.recipient.GetString("name")
	if delivery != "by_hand" {
		p, err := whereTo(s.app, s.recipient, delivery)
		if err != nil {
			return nil, err
		}
		what := "address"
		if delivery == "by_email" {
			what = "email address"
		}
		switch {
		case p == nil:
			list = append(list, Block{"recipient", "no_safe_address", fmt.Sprintf("Confirm an %s of %s that is current and safe to write to.", what, name), false})
		case p.ConfirmedOn > kernel.Today():
			list = append(list, Block{"recipient", "not_confirmed", fmt.Sprintf("Confirm the %s of %s; the day noted for it is still to come.", what, name), false})
		case p.ConfirmedOn < kernel.Now().Time().In(kernel.London).AddDate(0, 0, -s.rules.AddressConfirmedDays).Format(time.DateOnly):
			list = append(list, Block{"recipient", "confirmed_long_ago", fmt.Sprintf("Confirm the %s of %s again; it was last confirmed on %s.", what, name, p.ConfirmedOn), false})
		}
	}
	if s.unresolved == nil {
		return list, nil
	}
	if names := s.unresolved.Unresolved(); len(names) > 0 {
		for i, name := range names {
			names[i] = lettertext.Meaning(name)
		}
		list = append(list, Block{"merge", "unresolved", oneSentence("Fill in first: ", slices.Compact(names)), false})
	} else {
		list = append(list, Block{"merge", "unresolved", "Put right first: " + s.unresolved.Error() + ".", false})
	}
	return list, nil
}

// paper: what cannot be printed and an address that the envelope's window cannot show
// are found before anybody stands at the printer (domain 3.4, hard block 6).
func paper(s *sight) ([]Block, error) {
	delivery := kindOfDelivery(s.letter)
	var list []Block
	if missing := letterpage.UnprintableNames(s.document); len(missing) > 0 && delivery != "by_email" {
		list = append(list, Block{"merge", "unprintable", fmt.Sprintf("Send the letter by email, or ask who runs this server for the type to print %s: it has no shape for some of the letters.", quoted(missing)), false})
	}
	if delivery == "post" && !letterpage.FitsWindow(s.document) {
		list = append(list, Block{"recipient", "window", "Shorten the lines of the address, or hand the letter over; it does not fit the window of the envelope.", false})
	}
	return list, nil
}

func quoted(words []string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = "“" + w + "”"
	}
	return strings.Join(parts, ", ")
}

// precedents: what the kind says must have happened on the pathway, where the letter
// belongs to one.
func precedents(s *sight) ([]Block, error) {
	id := s.letter.GetString("pathway")
	if id == "" {
		return nil, nil
	}
	var list []Block
	for _, need := range []struct {
		is         bool
		kind, says string
	}{
		{s.pack.NeedsMeeting, "meeting.scheduled", "Record on the pathway when the meeting is before inviting to it."},
		{s.pack.NeedsReferral, "referral.sent", "Record on the pathway that the referral was sent before telling of it."},
		{s.pack.NeedsClosing, "closure.approved", "Have the ending approved on the pathway before writing that it ends."},
	} {
		if !need.is {
			continue
		}
		n, err := s.app.CountRecords("pathway_events", dbx.HashExp{"pathway": id, "kind": need.kind}, dbx.Not(dbx.HashExp{"verdict": "attempted"}))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			list = append(list, Block{"template", "too_early", need.says, false})
		}
	}
	return list, nil
}

// plainness asks for a reason for a letter that is hard to read (domain 3.3).
func plainness(s *sight) ([]Block, error) {
	r := lettertext.Read(s.document)
	if !r.Applies || r.Grade <= s.rules.MostGrade {
		return nil, nil
	}
	return []Block{{
		"override_reason", "hard_to_read",
		fmt.Sprintf("Put the letter in plainer words, or say why it must be so hard to read: its grade is %.1f and %g is the most.", r.Grade, s.rules.MostGrade), true,
	}}, nil
}
