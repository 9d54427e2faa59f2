package asked

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// asking is one kind of thing that a person is asked for. What is asked, of whom, by when
// and what answers it is read from what stands (of): nobody writes a request. The rows of
// requests are then brought to what was read, by diff.
type asking struct {
	kind string
	from []string // the nouns whose change has it read again; none: it is read with its pathway
	of   func(*inquiry) ([]question, error)
	gone string // why it is moot when it is asked no longer and nobody answered

	reading bool // it wants nothing but reading, and is answered by that
	urgent  bool // it is mailed at once, whatever the person chose

	one, many string // "question to answer", for "You have 3 questions to answer"
}

// Why something is moot that is read from its own steps.
const (
	wentUp            = "It went up a stage."
	referralWithdrawn = "The referral was withdrawn."
	letterWithdrawn   = "The letter was withdrawn."
	letterNotReady    = "The letter is not ready to be approved."
)

// askings is every kind, in the order in which a list shows them.
var askings = []asking{
	{kind: "dispute", from: []string{"disputes", "dispute_steps"}, of: askedInDisputes, gone: wentUp,
		one: "disagreement to answer", many: "disagreements to answer"},
	{kind: "referral", from: []string{"referrals", "referral_steps"}, of: askedByReferrals, gone: referralWithdrawn, urgent: true,
		one: "referral to decide", many: "referrals to decide"},
	{kind: "transfer", from: []string{"transfers", "transfer_answers"}, of: askedToTakeLead, gone: "It was taken back.",
		one: "family to take the lead of, or not", many: "families to take the lead of, or not"},
	{kind: "closing", of: askedOfAgencies, gone: "Ending is proposed no longer.",
		one: "question to answer about ending work", many: "questions to answer about ending work"},
	{kind: "closing_approval", of: askedToApproveClosing, gone: "Ending is proposed no longer.",
		one: "ending to approve", many: "endings to approve"},
	{kind: "case_closing", from: []string{"case_acts"}, of: askedToCloseCase, gone: "Closing is proposed no longer.",
		one: "question to answer about closing a case", many: "questions to answer about closing a case"},
	{kind: "case_closing_approval", from: []string{"case_acts"}, of: askedToApproveCaseClosing, gone: "Closing is proposed no longer.",
		one: "case to close", many: "cases to close"},
	{kind: "assessment", of: askedToSign, gone: "The assessment was sent back or written again.",
		one: "assessment to sign", many: "assessments to sign"},
	{kind: "letter", from: []string{"letters", "letter_events"}, of: askedToApproveLetters, gone: letterWithdrawn,
		one: "letter to approve", many: "letters to approve"},
	{kind: "move", of: askedToMove, gone: "The proposal was taken back.",
		one: "new version of a pathway to approve", many: "new versions of pathways to approve"},
	{kind: "meeting", from: []string{"meetings", "meeting_invitations"}, of: askedToMeetings, gone: "The meeting was moved, held or called off.",
		one: "invitation to answer", many: "invitations to answer"},
	{kind: "action", from: []string{"actions"}, of: askedToAct, gone: "Somebody else does it now.",
		one: "agreed action to do", many: "agreed actions to do"},
	{kind: "approver", of: askedToNameApprover, gone: "Somebody may approve it now, or nothing waits any more.",
		one: "manager to name, so that somebody may approve what waits", many: "managers to name, so that somebody may approve what waits"},
	{kind: "letter_approver", from: []string{"letters", "letter_events"}, of: askedToNameLetterApprover, gone: "Somebody may approve it now, or it waits no more.",
		one: "manager to name, so that somebody may approve a letter", many: "managers to name, so that somebody may approve letters"},
	{kind: "restriction", from: []string{"case_acts"}, of: askedToReviewRestriction, gone: "The restriction was looked at again.",
		one: "restricted family to look at again", many: "restricted families to look at again"},
	{kind: "letter_back", from: []string{"letters", "letter_events"}, of: askedToRewrite, gone: letterWithdrawn,
		one: "letter sent back to you", many: "letters sent back to you"},
	{kind: "assessment_back", of: askedToAssessAgain, gone: "The pathway has ended.", reading: true,
		one: "assessment sent back to you", many: "assessments sent back to you"},
	{kind: "closing_back", of: askedToKeepOpen, gone: "It was taken back.", reading: true,
		one: "proposal to end work that was turned down", many: "proposals to end work that were turned down"},
	{kind: "closing_overridden", of: toldOfOverriding, gone: "It was taken back.", reading: true,
		one: "closing without your agency's agreement to read", many: "closings without your agency's agreement to read"},
	{kind: "case_closed", from: []string{"case_acts"}, of: toldOfCaseClosed, gone: "The case is open again.", reading: true,
		one: "case closed without your agency's agreement to read of", many: "cases closed without your agency's agreement to read of"},
	{kind: "case_act", from: []string{"case_acts"}, of: toldOfCaseActs, gone: "It is so no longer.", reading: true,
		one: "family whose case was opened again or restricted, or that your agency was taken off, to read of", many: "families whose cases were opened again or restricted, or that your agency was taken off, to read of"},
	{kind: "transfer_back", from: []string{"transfers", "transfer_answers"}, of: toldOfRefusedTransfer, gone: "Another agency was asked.", reading: true,
		one: "family that another agency did not take the lead of", many: "families that another agency did not take the lead of"},
	{kind: "case_objection", from: []string{"case_acts"}, of: toldOfLateObjection, gone: "The case is open again.", reading: true, urgent: true,
		one: "objection to a case that you closed to read", many: "objections to cases that you closed to read"},
}

var askingOf = func() map[string]*asking {
	out := map[string]*asking{}
	for i := range askings {
		out[askings[i].kind] = &askings[i]
	}
	return out
}()

// question is one thing that somebody is asked for.
type question struct {
	collection, record string // what it is about
	part               string // what tells two questions about one record apart
	pathway, agency    string // the agency that asks
	dueOn              string
	people             []tell.Asked
	answer             *answer // it was answered
	moot               string  // or why it need not be any more
}

// answer is what answered a question, and when.
type answer struct {
	record, by string
	at         time.Time
}

// inquiry is one reading of what is asked in a case.
type inquiry struct {
	tell.Team

	p      *core.Record // the pathway that was read, for the kinds that are read with it
	past   *engagement.Past
	result pathway.Result
}

// BindAsked has what is asked in a case read again when what it rests on changes.
func BindAsked(app core.App) {
	nouns := []string{"case_members"}
	for _, a := range askings {
		nouns = append(nouns, a.from...)
	}
	again := func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return kernel.AskLater(e.App, e.Record.GetString("case"), e.Record.Collection().Name)
	}
	around := func() *hook.Handler[*core.RecordEvent] { // all that follows from the record
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain - 1, Func: again}
	}
	kernel.Creating(app, nouns...).Bind(around())
	kernel.Updating(app, nouns...).Bind(around())
	kernel.Updating(app, "requests").Bind(kernel.InDomain(readRequest))
	_ = app.Cron().Add("requests", "17 * * * *", func() {
		if err := AskAgain(app); err != nil {
			app.Logger().Error("Reading what is asked", "error", err)
		}
	})
}

// AskAgain reads what is asked in every case in which anything may be: accounts change
// their roles and managers, which no record of a case says.
func AskAgain(app core.App) error {
	var cases []string
	err := app.ConcurrentDB().NewQuery(`SELECT asked_in AS c FROM requests WHERE standing = 'waiting' UNION SELECT "case" FROM disputes WHERE status = 'open'
		UNION SELECT "case" FROM referrals WHERE to_agency != '' AND sent_on != '' AND decided_on = '' UNION SELECT "case" FROM meetings WHERE status = 'scheduled'
		UNION SELECT a."case" FROM case_acts a JOIN cases c ON c.id = a."case" WHERE a.act = 'propose_closing' AND c.status = 'open'
		UNION SELECT id FROM cases WHERE restricted AND restriction_review_on != '' AND restriction_review_on <= {:ahead}
		UNION SELECT "case" FROM letters WHERE status = 'draft' UNION SELECT "case" FROM actions WHERE (owner_user != '' OR due_on != '' AND due_on < {:d}) AND done_on = ''`).
		Bind(dbx.Params{"d": kernel.Today(), "ahead": reviewAhead()}).Column(&cases)
	if err != nil {
		return err
	}
	all := map[string]bool{}
	for _, a := range askings {
		for _, n := range a.from {
			all[n] = true
		}
	}
	var faults []error
	for _, id := range cases {
		if err := app.RunInTransaction(func(tx core.App) error { return Reread(tx, id, all) }); err != nil {
			faults = append(faults, fmt.Errorf("case %s: %w", id, err))
		}
	}
	return errors.Join(faults...)
}

// Reread brings the requests of a case to what is asked in it after records of some
// nouns changed. Who is on the case is part of every question.
func Reread(tx core.App, caseID string, nouns map[string]bool) error {
	i := &inquiry{Team: tell.Team{Tx: tx, CaseID: caseID}}
	members := nouns["case_members"]
	if err := i.settle(func(a *asking) bool {
		for _, n := range a.from {
			if nouns[n] || members {
				return true
			}
		}
		return false
	}); err != nil || !members {
		return err
	}
	var open []string
	if err := kernel.Query(tx, `SELECT id FROM pathways WHERE "case" = {:c} AND NOT ended ORDER BY id`).Bind(dbx.Params{"c": caseID}).Column(&open); err != nil {
		return err
	}
	for _, id := range open {
		if err := engagement.Derive(tx, id); err != nil { // which settles what is asked on it
			return err
		}
	}
	return nil
}

// AskOnPathway does so for what is asked on a pathway that was just read.
func AskOnPathway(tx core.App, p *core.Record, h *engagement.Past, result pathway.Result) error {
	i := &inquiry{Team: tell.Team{Tx: tx, CaseID: p.GetString("case")}, p: p, past: h, result: result}
	return i.settle(func(a *asking) bool { return a.from == nil })
}
