package coordinate

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// The data protection officer finds who looked at a family, and what one person looked at, by
// the reference and by the name; and learns of the family no more than that.
func TestWhoLookedIsFoundByFamilyAndByPerson(t *testing.T) {
	d := openDesk(t)
	for _, p := range []demo.Person{demo.Practitioner, demo.School} {
		if a := d.Do("GET", "/api/collections/cases/records/"+demo.CaseID(1), d.Token(p), nil); a.Status != 200 {
			t.Fatal(a.Status)
		}
	}
	if err := kernel.SettleAudit(d.App); err != nil {
		t.Fatal(err)
	}
	d.now = time.Now() // the log is written by the real clock
	b, family := d.as(demo.DPO), "FM-0001"
	other := "/coordinate/audit?kind=seen&q=FM-0002"
	lacks(t, b.get(other), demo.Practitioner.Name)
	page := b.get("/coordinate/audit?kind=seen&q=" + family)
	wants(t, page, 200, demo.Practitioner.Name, demo.School.Name, "Looked at", "Cases", family, "programming interface")
	row, err := d.App.FindRecordById("cases", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, page, row.GetString("family_name"))
	theirs := b.get("/coordinate/audit?kind=seen&q=" + strings.ReplaceAll(strings.ToLower(demo.School.Name), " ", "+"))
	wants(t, theirs, 200, demo.School.Name, family)
	lacks(t, theirs, demo.Practitioner.Name)
	lacks(t, b.get("/coordinate/audit?kind=written&q="+family), "Looked at")
	csv := table(t, b.get("/coordinate/audit.csv?kind=seen&q="+family))
	if len(csv) < 3 || csv[1][3] != "Looked at" || csv[1][7] != family {
		t.Errorf("the file holds %v", csv)
	}
	d.takenBy(demo.DPO, "audit_log")

	old := dbx.Params{"id": "0000000old00000", "at": "2020-01-01 09:00:00.000Z", "actor": demo.School.ID, "actor_kind": "user", "door": "rest", "verb": "export", "collection": "letters", "case": demo.CaseID(1), "fields": "[]", "count": 3}
	if _, err := d.App.NonconcurrentDB().(*dbx.DB).Insert("audit_log", old).Execute(); err != nil {
		t.Fatal(err)
	}
	lacks(t, b.get("/coordinate/audit?kind=taken&when=366&q="+family), "Took a file away, 3")
	wants(t, b.get("/coordinate/audit?kind=taken&when=all&q="+family), 200, "Took a file away", "Letters, 3 entries")
}

// Every verb that the house writes into the log has words here.
func TestEveryVerbOfTheLogHasWords(t *testing.T) {
	verb := regexp.MustCompile(`Verb: *"([a-z_]+)"`)
	found := 0
	for _, root := range []string{"../../hooks", "../../server"} {
		err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() && e.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(path)
			for _, m := range verb.FindAllStringSubmatch(string(source), -1) {
				if found++; did[m[1]] == "" {
					t.Errorf("%s writes %q, which the data protection officer reads as it is", path, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("%d verbs were found", found)
	}
}

// piece puts sealed evidence into a case.
func (d *desk) piece(id string) {
	d.t.Helper()
	col, err := d.App.FindCollectionByNameOrId("evidence")
	if err != nil {
		d.t.Fatal(err)
	}
	r := core.NewRecord(col)
	r.Load(map[string]any{"id": id, "case": demo.CaseID(1), "title": "The kitchen of Marigold House", "kind": "home_conditions", "sha256": strings.Repeat("ab", 32), "size": 3 << 20,
		"mime": "image/jpeg", "status": "sealed", "sealed_at": types.NowDateTime(), "captured_at": types.NowDateTime(), "author": demo.Practitioner.ID, "agency": demo.Practitioner.Agency})
	if err := d.App.SaveNoValidate(kernel.AsServer(r)); err != nil {
		d.t.Fatal(err)
	}
}

// A disposal is decided, a hold set and lifted, without a word of what the file shows; and by
// the hooks' rules: two people, and no disposal under a hold.
func TestCustodyIsDecidedWithoutSeeing(t *testing.T) {
	d := openDesk(t)
	d.piece("custodypiece001")
	proposed := d.write(demo.Manager, "evidence_disposals", map[string]any{"case": demo.CaseID(1), "evidence": "custodypiece001", "reason": "The time of retention has ended.", "basis": "Schedule 4.2"})
	b, page := d.as(demo.DPO), "/coordinate/disposals/"+proposed.Id
	send := func(page, act string, pairs ...string) answer {
		form := b.get(page).fields()
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return b.post(page+act, form)
	}
	wants(t, b.get("/coordinate"), 200, "Disposals that wait for a decision", "1 to decide")
	list := b.get("/coordinate/disposals?status=proposed")
	wants(t, list, 200, "FM-0001", "Home conditions, 3.0 MB", "Schedule 4.2", demo.Manager.Name, "Waits for a decision", "1 entry")
	lacks(t, list, "Marigold")
	wants(t, b.get(page), 200, "Approve: remove the file", "Put it under a legal hold")
	lacks(t, b.get(page), "Marigold")

	wants(t, send(page, "/hold", "was", "proposed"), 422, "Enter why", "Enter who asks for it")
	const why = "The family court has asked for everything of June."
	wants(t, send(page, "/hold", "was", "proposed", "reason", why, "authority", "Family court"), 303)
	wants(t, b.get(page), 200, "Under a legal hold")
	wants(t, send(page, "/approve", "was", "proposed"), 422, "under a legal hold")
	hold, err := d.App.FindFirstRecordByFilter("evidence_holds", "evidence = 'custodypiece001'")
	if err != nil {
		t.Fatal(err)
	}
	held := "/coordinate/holds/" + hold.Id
	wants(t, b.get("/coordinate/holds"), 200, "FM-0001", "Family court", demo.DPO.Name, "Held")
	wants(t, send(held, "/lift", "was", "held"), 422, "Enter why")
	wants(t, send(held, "/lift", "was", "held", "reason", "The court has closed its file on this."), 303)
	wants(t, send(held, "/lift", "was", "held", "reason", "The court has closed its file on this."), 409, "changed since")

	wants(t, send(page, "/approve", "was", "proposed"), 303)
	wants(t, b.get(page), 200, "Approved", demo.DPO.Name, strings.Repeat("ab", 32))
	wants(t, send(page, "/refuse", "was", "proposed"), 409)
	if r, err := d.App.FindRecordById("evidence", "custodypiece001"); err != nil || r.GetString("status") != "disposed" {
		t.Errorf("the evidence stands as %v, %v", r, err)
	}

	d.piece("custodypiece002") // nobody decides on their own proposal
	own := d.write(demo.DPO, "evidence_disposals", map[string]any{"case": demo.CaseID(1), "evidence": "custodypiece002", "reason": "The time of retention has ended.", "basis": "Schedule 4.2"})
	wants(t, send("/coordinate/disposals/"+own.Id, "/approve", "was", "proposed"), 422, "Somebody other than who proposed it")
	wants(t, send("/coordinate/disposals/"+own.Id, "/refuse", "was", "proposed"), 303)
}
