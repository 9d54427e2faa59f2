package sync

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func contractOf(t *testing.T, s *demotest.Server, who demo.Person, header ...string) (demotest.Answer, contract.ContractAnswer) {
	t.Helper()
	a := s.Do("GET", "/api/sync/contract", newPhone(t, s, who).token, nil, header...)
	var c contract.ContractAnswer
	if a.Status == 200 {
		a.JSON(t, &c)
	}
	return a, c
}

// The contract at run time is the published one: its schemas, every synced collection, its
// limits and codes; it is sent once to who remembers it, and holds nothing of anybody.
func TestTheContractAtRunTimeIsThePublishedOne(t *testing.T) {
	s := fellmoor(t)
	docs := published(t)
	a, c := contractOf(t, s, demo.Practitioner)
	docs.fits(a, 200, "ContractAnswer", "the contract")
	for _, n := range collections.All() {
		if n.Sync == nil {
			if _, there := c.Collections[n.Name]; there {
				t.Errorf("%s never travels, and is told of", n.Name)
			}
			continue
		}
		var of struct {
			Title    string                    `json:"title"`
			Traits   map[string]any            `json:"x-holdfast"`
			Of       map[string]map[string]any `json:"properties"`
			Required []string                  `json:"required"`
		}
		if err := json.Unmarshal(c.Collections[n.Name].Schema, &of); err != nil || of.Title != n.Name || of.Traits["since"] != float64(n.Sync.Since) {
			t.Errorf("%s: %v %v", n.Name, err, of.Traits)
		}
		for _, f := range n.Synced() {
			if of.Of[f.GetName()] == nil {
				t.Errorf("%s has no word on %s", n.Name, f.GetName())
			}
		}
	}
	if len(c.FieldCodes) != len(contract.FieldCodes) || len(c.Errors) != len(contract.Problems) || len(c.Verdicts) != 6 || c.Limits != contract.PresentLimits {
		t.Errorf("%d field codes, %d errors, %d verdicts, %+v", len(c.FieldCodes), len(c.Errors), len(c.Verdicts), c.Limits)
	}
	for _, p := range demo.Cast {
		if strings.Contains(string(a.Body), p.ID) || strings.Contains(string(a.Body), p.Email()) || strings.Contains(string(a.Body), `"`+p.Name+`"`) {
			t.Errorf("it tells of %s", p.Account)
		}
	}
	if strings.Contains(string(a.Body), demo.CaseID(1)) || strings.Contains(string(a.Body), "FM-0001") {
		t.Error("it tells of a case")
	}

	tag := a.Header.Get("ETag")
	if again, _ := contractOf(t, s, demo.Practitioner, "If-None-Match", `"another", `+tag); again.Status != 304 || len(again.Body) != 0 || tag == "" {
		t.Errorf("asked again with %q: %d, %d bytes", tag, again.Status, len(again.Body))
	}
	if other, c := contractOf(t, s, demo.Coordinator, "If-None-Match", tag); other.Status != 200 || c.Collections["cases"].Create != contract.MayNever {
		t.Errorf("somebody with other rights: %d, %q", other.Status, c.Collections["cases"].Create)
	}
	if c.Collections["cases"].Create != contract.MayDepends || c.Collections["cases"].Delete != contract.MayNever || c.Collections["audit_log"].Create != "" {
		t.Errorf("a practitioner and cases: %+v", c.Collections["cases"])
	}
	if a := s.Do("GET", "/api/sync/contract", "", nil); a.Status != 401 {
		t.Errorf("a guest: %d", a.Status)
	}
}

// Where it says never, none of all records can be written by that person; where it says
// always, any can.
func TestWhoMayWriteWhatIsTrue(t *testing.T) {
	s := fellmoor(t)
	said := map[string]int{}
	for _, who := range demo.Cast {
		_, c := contractOf(t, s, who)
		user, err := s.App.FindRecordById("users", who.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range collections.All() {
			if n.Sync == nil || n.Auth {
				continue
			}
			records, err := s.App.FindAllRecords(n.Name)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := s.App.FindCachedCollectionByNameOrId(n.Name)
			if err != nil {
				t.Fatal(err)
			}
			term := c.Collections[n.Name]
			for _, q := range []struct {
				says string
				rule *string
			}{{term.Create, stored.CreateRule}, {term.Update, stored.UpdateRule}, {term.Delete, stored.DeleteRule}} {
				said[q.says]++
				if q.rule == nil || n.AppendOnly {
					if q.rule == nil && q.says != contract.MayNever {
						t.Errorf("%s: nobody may, and it says %q", n.Name, q.says)
					}
					continue
				}
				for _, r := range records {
					may, err := s.App.CanAccessRecord(r, &core.RequestInfo{Context: core.RequestInfoContextDefault, Auth: user}, q.rule)
					if err != nil {
						t.Fatal(err)
					}
					if may && q.says == contract.MayNever || !may && q.says == contract.MayAlways {
						t.Errorf("%s and %s %s: it says %q, and the rule says %v", who.Account, n.Name, r.Id, q.says, may)
					}
				}
			}
		}
	}
	if said[contract.MayNever] == 0 || said[contract.MayDepends] == 0 {
		t.Errorf("%v", said)
	}
}

func TestPartsOfARule(t *testing.T) {
	for rule, want := range map[string]int{
		collections.SignedIn: 3, `a = 'x && y' && b = 1`: 2, `(a = 1 && b = 2) && c = 3`: 2, `a = 1 || b = 2 && c = 3`: 1, `a = 1`: 1,
	} {
		if got := conjuncts(rule); len(got) != want {
			t.Errorf("%s: %q", rule, got)
		}
	}
	for part, want := range map[string]bool{
		`@request.auth.active = true`: true, `@request.auth.roles ?~ '"manager"'`: true, `agency = @request.auth.agency`: false,
		`@request.auth.case_members_via_user.role ?= 'lead'`: false, `@request.body.x = 1`: false, `'text' = 'text'`: true, `true = shared`: false,
	} {
		if ofUserAlone(part) != want {
			t.Errorf("%s", part)
		}
	}
}
