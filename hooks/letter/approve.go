package letter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
)

// approve holds an approval to its conditions and stores who gave it: the letter is
// the one that was read, its kind lets this person approve it, nothing stands in the
// way, every listed word is acknowledged (domain 3.1 to 3.4).
func approve(e *core.RecordEvent, d *draft, rewritten bool) error {
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"status": validation.NewError("not_a_person", "A letter is approved by a person; sign in as one.")}
	}
	if err := asSeen(e.App, e.Record); err != nil {
		return err
	}
	if problems := d.refusals(e.Record); len(problems) > 0 {
		return problems
	}
	if err := mayApprove(e.App, e.Record, d.pack, person, len(d.hits) > 0, rewritten); err != nil {
		return err
	}
	e.Record.Set("approved_by", person.Id)
	e.Record.Set("approved_at", kernel.WhenWritten(e.Record))
	if len(letterpage.Unprintable(d.document)) > 0 {
		return nil // it goes by email, as a page
	}
	paper, err := PaperOf(e.App, e.Record, d.document)
	if err != nil {
		return err
	}
	sum, err := letterpage.SHA256(d.document, paper)
	if err != nil {
		return err
	}
	e.Record.Set("renderer", letterpage.Renderer)
	e.Record.Set("pdf_sha256", sum)
	return nil
}

// asSeen refuses an approval of something else than the letter as it stands. A phone
// approves without signal: its approval is provisional until its hashes are found to
// be the server's, so it must send them; any other door may.
func asSeen(app core.App, letter *core.Record) error {
	problems := validation.Errors{}
	for seen, is := range map[string]string{"seen_template_hash": "template_hash", "seen_content_hash": "content_hash"} {
		switch letter.GetString(seen) {
		case letter.GetString(is):
		case "":
			if kernel.ActorOf(app).Door == "sync" {
				problems[seen] = validation.NewError("not_seen", "Send the hashes of the letter and of its template as you read them, so that nothing else is approved in your name.")
			}
		default:
			problems[seen] = validation.NewError("changed_since", "The letter has changed since you read it; read it as it now stands and approve that.")
		}
	}
	return problems.Filter()
}

// refusals are what an approval still lacks, one sentence a field.
func (d *draft) refusals(letter *core.Record) validation.Errors {
	problems := validation.Errors{}
	say := func(field, code, message string) {
		if problems[field] == nil {
			problems[field] = validation.NewError(code, message)
		}
	}
	for _, b := range d.blocks {
		if !b.Reason {
			say(b.Field, b.Code, b.Message)
		} else if squashed(letter.GetString("override_reason")) == "" {
			say("override_reason", b.Code, b.Message)
		}
	}
	var acknowledged []string
	if err := kernel.Decode(letter, "acknowledged", &acknowledged); err != nil {
		say("acknowledged", "invalid", "Acknowledge the listed words as a list of them.")
	}
	var missing []string
	for _, h := range d.hits {
		if !slices.Contains(acknowledged, h.Entry) && !slices.Contains(missing, h.Entry) {
			missing = append(missing, h.Entry)
		}
	}
	if len(missing) > 0 {
		say("acknowledged", "listed_words", oneSentence("Look at these listed words in the letter and acknowledge each: ", missing))
	}
	return problems
}

// mayApprove says whether the person may approve a letter of this kind. One that holds
// a listed word needs a manager whatever its kind (domain 3.4, hard block 3).
func mayApprove(app core.App, letter *core.Record, pack *lettertext.Pack, person *core.Record, listed, rewritten bool) error {
	need := pack.Approver
	if listed && !need.OtherThanAuthor() {
		need = lettertext.ApproverLineManager
	}
	authors, err := AuthorsOf(app, letter)
	if err != nil {
		return err
	}
	c, err := standingOn(app, letter, person, authors)
	if err != nil {
		return err
	}
	if !c.on {
		return validation.Errors{"status": validation.NewError("not_on_case", "Have somebody who works on this case approve the letter.")}
	}
	if need.OtherThanAuthor() && (slices.Contains(authors, person.Id) || rewritten) {
		return validation.Errors{"status": validation.NewError("own_letter", "Have somebody who did not write any of this letter approve it.")}
	}
	for _, a := range approvers[need] {
		if a.may(c, slices.Contains(authors, person.Id)) {
			return nil
		}
	}
	return notApprover(app, letter, "status", whoApproves[need])
}

// notApprover says whose approval a letter wants; of a manager's, of which agency.
func notApprover(app core.App, letter *core.Record, field, asks string) error {
	paper, err := app.FindRecordById("agencies", engagement.AgencyOfLetter(app, letter))
	if err != nil {
		return err
	}
	c, err := app.FindRecordById("cases", letter.GetString("case"))
	if err != nil {
		return err
	}
	says := fmt.Sprintf(asks, "a manager of "+paper.GetString("name"))
	if paper.Id != c.GetString("lead_agency") {
		says = strings.TrimSuffix(says, ".") + ", or draft it on the paper of the agency that leads the case."
	}
	return validation.Errors{field: validation.NewError("not_approver", says)}
}

// standing is what a person is on a case.
type standing struct {
	on      bool // an active member
	lead    bool
	manager bool   // who answers for those whose work it is
	agency  string // the kind of the person's agency
	speaks  bool   // for that agency: a manager or lead of it
}

type approver struct {
	may func(c standing, wrote bool) bool
}

var (
	aManager    = approver{func(c standing, _ bool) bool { return c.manager }}
	theLead     = approver{func(c standing, _ bool) bool { return c.lead }}
	anAuthor    = approver{func(_ standing, wrote bool) bool { return wrote }}
	anybody     = approver{func(c standing, _ bool) bool { return c.on }}
	socialCare  = approver{func(c standing, _ bool) bool { return c.agency == "local_authority_csc" }}
	serviceLead = approver{func(c standing, _ bool) bool {
		return c.speaks && slices.Contains([]string{"health_trust", "gp", "school", "early_years"}, c.agency)
	}}
)

// approvers are who may approve, by what the kind of letter asks for (domain 3.1): any
// one of them. There is no role of a safeguarding lead or a service manager yet: both
// are managers on the case.
var approvers = map[lettertext.Approver][]approver{
	lettertext.ApproverNone:        {anybody},
	lettertext.ApproverAuthor:      {anAuthor, aManager},
	lettertext.ApproverLineManager: {aManager},
	lettertext.ApproverLead:        {theLead, aManager},
	lettertext.ApproverServiceLead: {serviceLead, aManager},
	lettertext.ApproverCSCOrLead:   {socialCare, theLead, aManager},
}

// whoApproves is whose approval a kind of letter wants; %s is a manager of the agency on
// whose paper it is.
var whoApproves = map[lettertext.Approver]string{
	lettertext.ApproverAuthor:      "Have the author or %s approve this letter.",
	lettertext.ApproverLineManager: "Have %s approve this letter.",
	lettertext.ApproverLead:        "Have the lead of the case or %s approve this letter.",
	lettertext.ApproverServiceLead: "Have the lead of the clinic or school, or %s, approve this letter.",
	lettertext.ApproverCSCOrLead:   "Have children's social care, the lead of the case or %s approve this letter.",
}

// standingOn is what a person is on a letter's case to what some authors wrote there.
func standingOn(app core.App, letter, person *core.Record, authors []string) (standing, error) {
	part, err := kernel.PartIn(app, letter.GetString("case"), person.Id)
	if err != nil || !part.IsOn() {
		return standing{}, err
	}
	agency, err := app.FindRecordById("agencies", person.GetString("agency"))
	if err != nil {
		return standing{}, err
	}
	manages, err := engagement.AnswersForLetter(app, letter, person, authors)
	return standing{
		on: true, lead: part.IsLead(), manager: manages,
		agency: agency.GetString("kind"), speaks: kernel.Holds(person, collections.Manager, collections.AgencyLead),
	}, err
}

// AuthorsOf is everybody who wrote any of a letter.
func AuthorsOf(app core.App, letter *core.Record) ([]string, error) {
	authors := []string{letter.GetString("author")}
	rows, err := app.FindAllRecords("letter_events", dbx.HashExp{"letter": letter.Id, "kind": "drafted"})
	for _, r := range rows {
		authors = append(authors, r.GetString("author"))
	}
	return authors, err
}
