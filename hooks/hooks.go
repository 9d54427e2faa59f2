package hooks

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/account"
	"holdfast/hooks/asked"
	"holdfast/hooks/casework"
	"holdfast/hooks/engagement"
	"holdfast/hooks/evidence"
	"holdfast/hooks/family"
	"holdfast/hooks/feed"
	"holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/lineage"
	"holdfast/hooks/pack"
	"holdfast/hooks/partnership"
	"holdfast/hooks/quicker"
	"holdfast/hooks/risk"
	"holdfast/hooks/scheme"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	"holdfast/hooks/tell"
	"holdfast/hooks/upkeep"
)

// init says what the rooms below call upon of those above them.
func init() {
	kernel.ReadAsked = asked.Reread
	engagement.DisputesFollow, engagement.AsksFollow = partnership.FollowDisputes, asked.AskOnPathway
	engagement.LettersFollow = letter.LookAgain
}

// Bind puts every rule in place, in the order they run. It is called once, before
// the app is bootstrapped.
func Bind(app core.App) {
	lineage.Bind(app, upkeep.TellEpochs)
	kernel.BindDoor(app)
	bindSchema(app)
	upkeep.BindStanding(app)
	glass.BindGlass(app)
	kernel.BindRequests(app)
	kernel.BindText(app)
	kernel.BindTimes(app)
	kernel.BindReasons(app)
	kernel.BindGuards(app)
	casework.BindSameCase(app)
	account.BindImpersonation(app)
	kernel.BindStamps(app)
	casework.BindMembership(app)
	family.BindNames(app)
	casework.BindPeople(app)
	casework.BindMoves(app)
	casework.BindJoins(app)
	family.BindInvolvement(app)
	pack.BindTemplates(app)
	pack.BindVersions(app)
	pack.BindCalendars(app)
	casework.BindRelationships(app)
	letter.BindPlaces(app)
	letter.BindLetters(app)
	risk.BindImmediateRisks(app)
	engagement.BindPathways(app)
	engagement.BindContacts(app)
	engagement.BindSightings(app)
	partnership.BindMeetings(app)
	partnership.BindActions(app)
	partnership.BindReferrals(app)
	partnership.BindDisputes(app)
	partnership.BindTransfers(app)
	casework.BindConsents(app)
	casework.BindChildFlags(app)
	casework.BindChronology(app)
	engagement.BindVoices(app)
	tell.BindNotices(app)
	asked.BindAsked(app)
	asked.BindDigests(app)
	engagement.BindClosing(app)
	casework.BindCaseActs(app)
	scheme.BindChampions(app)
	scheme.BindPolicies(app)
	account.BindEmails(app)
	family.BindAddresses(app)
	signin.BindPasswords(app)
	account.BindAgencies(app)
	scheme.BindNetwork(app)
	account.BindDevices(app)
	signin.BindSecondFactors(app)
	signin.BindSessions(app)
	signin.BindSignInRows(app)
	account.BindRightsTold(app)
	signin.BindTokenSecrets(app)
	signin.BindRemembered(app)
	evidence.BindEvidence(app)
	upkeep.BindKept(app)
	kernel.BindAudit(app)
	kernel.BindAuditRead(app)
	kernel.BindJournal(app)
	family.BindInk(app)
	quicker.Bind(app)
}

// Ready brings the store to its present shape and proves that what the house
// promises is in place; the server does not start without it. From then on nobody changes
// what the house is made of.
func Ready(app core.App) error {
	if err := app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	found, err := upkeep.ChangedOutside(app) // before the feed takes what is missing for deleted
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("this store was changed from outside, and nothing is served from it:\n  - %s\n`holdfast repair` (with the same --dir) puts it back", strings.Join(found, "\n  - "))
	}
	if err := feed.Install(app); err != nil {
		return fmt.Errorf("installing the feed: %w", err)
	}
	if _, err := signing.Load(app); err != nil {
		return err // in its own words, before whoever needs the keys
	}
	if err := signin.ReadySecondFactors(app); err != nil {
		return err
	}
	if err := pack.InstallPacks(app); err != nil {
		return err
	}
	if err := family.MarkEverybody(app); err != nil {
		return err
	}
	app.Store().Set(upkeep.Stands, true)
	if err := account.KeepEnded(app); err != nil {
		return err
	}
	if err := upkeep.TellEpochs(app); err != nil {
		return err
	}
	return signin.SealTokens(app)
}

// bindSchema takes the triggers away while a collection changes shape and brings
// them back before the same transaction ends.
func bindSchema(app core.App) {
	around := func(e *core.CollectionEvent) error {
		if _, err := feed.Epoch(e.App.ConcurrentDB()); err != nil || kernel.StateOf(e.App).Rebuilding {
			return e.Next() // the first migrations run before there is a feed, a repair after it was taken away
		}
		if err := feed.Remove(e.App); err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		return feed.Reinstall(e.App, e.Collection.Id)
	}
	h := func() *hook.Handler[*core.CollectionEvent] {
		return &hook.Handler[*core.CollectionEvent]{Func: around, Priority: kernel.OrderSchema}
	}
	app.OnCollectionCreateExecute().Bind(h())
	app.OnCollectionUpdateExecute().Bind(h())
	app.OnCollectionDeleteExecute().Bind(h())
}
