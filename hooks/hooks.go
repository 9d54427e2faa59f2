package hooks

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/feed"
	"holdfast/hooks/lineage"
	"holdfast/hooks/quicker"
	"holdfast/hooks/signing"
)

// Order of the hooks on one write; lower runs first (outermost).
const (
	orderDoor   = -1000 // the transaction and who is writing
	orderSchema = -900  // the feed steps aside for a schema change
	orderGuard  = -500  // what may not be
	orderStamp  = -400  // who and when
	orderDomain = -300  // what the practice asks for
	orderAudit  = 900   // last before the row is written
	orderWrite  = 1000  // where the row is written
)

// init says what the rooms below call upon of those above them.
func init() {
	readAsked = askAgain
	disputesFollow, asksFollow = followDisputes, askOnPathway
	lettersFollow = lookAgain
}

// Bind puts every rule in place, in the order they run. It is called once, before
// the app is bootstrapped.
func Bind(app core.App) {
	lineage.Bind(app, tellEpochs)
	bindDoor(app)
	bindSchema(app)
	bindStanding(app)
	bindGlass(app)
	bindRequests(app)
	bindText(app)
	bindTimes(app)
	bindReasons(app)
	bindGuards(app)
	bindSameCase(app)
	bindImpersonation(app)
	bindStamps(app)
	bindMembership(app)
	bindNames(app)
	bindPeople(app)
	bindMoves(app)
	bindJoins(app)
	bindInvolvement(app)
	bindTemplates(app)
	bindVersions(app)
	bindCalendars(app)
	bindRelationships(app)
	bindPlaces(app)
	bindLetters(app)
	bindImmediateRisks(app)
	bindPathways(app)
	bindContacts(app)
	bindSightings(app)
	bindMeetings(app)
	bindActions(app)
	bindReferrals(app)
	bindDisputes(app)
	bindTransfers(app)
	bindConsents(app)
	bindChildFlags(app)
	bindChronology(app)
	bindVoices(app)
	bindNotices(app)
	bindAsked(app)
	bindDigests(app)
	bindClosing(app)
	bindCaseActs(app)
	bindChampions(app)
	bindPolicies(app)
	bindEmails(app)
	bindAddresses(app)
	bindPasswords(app)
	bindAgencies(app)
	bindNetwork(app)
	bindDevices(app)
	bindSecondFactors(app)
	bindSessions(app)
	bindSignInRows(app)
	bindRightsTold(app)
	bindTokenSecrets(app)
	bindRemembered(app)
	bindEvidence(app)
	bindKept(app)
	bindAudit(app)
	bindAuditRead(app)
	bindJournal(app)
	bindInk(app)
	quicker.Bind(app)
}

// Ready brings the store to its present shape and proves that what the house
// promises is in place; the server does not start without it. From then on nobody changes
// what the house is made of.
func Ready(app core.App) error {
	if err := app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	found, err := changedOutside(app) // before the feed takes what is missing for deleted
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
	if err := readySecondFactors(app); err != nil {
		return err
	}
	if err := InstallPacks(app); err != nil {
		return err
	}
	if err := MarkEverybody(app); err != nil {
		return err
	}
	app.Store().Set(stands, true)
	if err := tellEpochs(app); err != nil {
		return err
	}
	return sealTokens(app)
}

// bindSchema takes the triggers away while a collection changes shape and brings
// them back before the same transaction ends.
func bindSchema(app core.App) {
	around := func(e *core.CollectionEvent) error {
		if _, err := feed.Epoch(e.App.ConcurrentDB()); err != nil || stateOf(e.App).rebuilding {
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
		return &hook.Handler[*core.CollectionEvent]{Func: around, Priority: orderSchema}
	}
	app.OnCollectionCreateExecute().Bind(h())
	app.OnCollectionUpdateExecute().Bind(h())
	app.OnCollectionDeleteExecute().Bind(h())
}
