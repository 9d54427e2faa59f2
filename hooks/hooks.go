package hooks

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
)

// Order of the hooks on one write; lower runs first (outermost).
const (
	orderDoor   = -1000 // the transaction and who is writing
	orderSchema = -900  // the feed steps aside for a schema change
	orderGuard  = -500  // what may not be
	orderStamp  = -400  // who and when
	orderDomain = -300  // what the practice asks for
	orderAudit  = 900   // last before the row is written
	orderWrite  = 1000  // the row itself
)

// secondReading is PocketBase's own hook that reads every collection once more when the app
// has started and has just read them: a sixth of a start.
const secondReading = "__pbCollectionSystemHook__"

// Bind puts every rule in place, in the order they run. It is called once, before
// the app is bootstrapped.
func Bind(app core.App) {
	app.OnBootstrap().Unbind(secondReading)
	bindDoor(app)
	bindSchema(app)
	bindRequests(app)
	bindText(app)
	bindGuards(app)
	bindStamps(app)
	bindMembership(app)
	bindNames(app)
	bindTemplates(app)
	bindVersions(app)
	bindCalendars(app)
	bindRelationships(app)
	bindLetters(app)
	bindPathways(app)
	bindMeetings(app)
	bindReferrals(app)
	bindDisputes(app)
	bindConsents(app)
	bindChildFlags(app)
	bindChronology(app)
	bindNotices(app)
	bindClosing(app)
	bindChampions(app)
	bindPolicies(app)
	bindEmails(app)
	bindPasswords(app)
	bindAgencies(app)
	bindNetwork(app)
	bindDevices(app)
	bindSecondFactors(app)
	bindSessions(app)
	bindRemembered(app)
	bindEvidence(app)
	bindKept(app)
	bindAudit(app)
	bindAuditRead(app)
	bindJournal(app)
	bindValidation(app)
	bindWrites(app)
}

// Ready brings the store to its present shape and proves that what the house
// promises is in place; the server does not start without it.
func Ready(app core.App) error {
	if err := app.RunAllMigrations(); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := feed.Install(app); err != nil {
		return fmt.Errorf("installing the feed: %w", err)
	}
	if err := clock.Install(app); err != nil {
		return err
	}
	if err := readySecondFactors(app); err != nil {
		return err
	}
	if err := CheckRules(app); err != nil {
		return err
	}
	if err := installKnown(app); err != nil {
		return err
	}
	return InstallPacks(app)
}

// CheckRules refuses a collection whose rules do not begin with a signed-in check:
// one that lacks it lists rows with an empty owner to a guest.
func CheckRules(app core.App) error {
	all, remembered := app.Store().Get(core.StoreKeyCachedCollections).([]*core.Collection)
	if !remembered {
		var err error
		if all, err = app.FindAllCollections(); err != nil {
			return err
		}
	}
	for _, c := range all {
		if c.System {
			continue
		}
		for name, rule := range map[string]*string{
			"list": c.ListRule, "view": c.ViewRule, "create": c.CreateRule, "update": c.UpdateRule, "delete": c.DeleteRule,
		} {
			if rule != nil && !strings.HasPrefix(*rule, collections.SignedIn) {
				return fmt.Errorf("the %s rule of %s does not begin with a signed-in check: %q", name, c.Name, *rule)
			}
		}
	}
	return nil
}

// bindSchema takes the triggers away while a collection changes shape and brings
// them back before the same transaction ends.
func bindSchema(app core.App) {
	around := func(e *core.CollectionEvent) error {
		if _, err := feed.Epoch(e.App.ConcurrentDB()); err != nil {
			return e.Next() // the first migrations run before there is a feed
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
