package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// withLists has a record of each noun that holds several others, without the list.
var withLists = map[string]map[string]json.RawMessage{
	"notes":              set("case", demo.CaseID(1), "body", "They shared a coat.", "source", "seen_by_worker"),
	"evidence":           set("case", demo.CaseID(1), "title", "A drawing", "kind", "drawing", "sha256", strings.Repeat("a", 64), "size", 10, "mime", "image/png"),
	"places":             set("case", demo.CaseID(1), "kind", "school", "name", "Harbour School"),
	"actions":            set("case", demo.CaseID(1), "what", "Ring the surgery", "owner", "Priya Kendal", "due_on", "2026-11-25"),
	"referrals":          set("case", demo.CaseID(1), "target", "children_social_care", "to", "The front door", "reasons", "Often hungry.", "family_told", true),
	"sharing_decisions":  set("case", demo.CaseID(1), "what", "Attendance", "with_whom", "The surgery", "decision", "not_shared", "basis", "none", "reason", "Not needed.", "family_told", "yes", "decided_by", "Priya Kendal", "decided_at", "2026-11-20 08:00:00.000Z"),
	"chronology_entries": set("case", demo.CaseID(1), "from", "2026-11-01", "words", "The boiler was mended.", "source", "seen_by_worker", "impact", "positive"),
	"service_agreements": set("case", demo.CaseID(1), "person", demo.ID("adult", 100), "service", "early_help", "scope", "Mornings.", "answer", "given", "how", "verbal", "answered_at", "2026-11-20 08:00:00.000Z"),
	"sharing_consents":   set("case", demo.CaseID(1), "person", demo.ID("adult", 100), "with_whom", "The surgery", "scope", "Mornings.", "answer", "given", "how", "verbal", "answered_at", "2026-11-20 08:00:00.000Z"),
	"treatment_consents": set("case", demo.CaseID(1), "person", demo.ID("adult", 100), "treatment", "Weighing", "scope", "Mornings.", "answer", "given", "how", "verbal", "answered_at", "2026-11-20 08:00:00.000Z"),
}

// A relation to several travels as a list, there and back, empty and filled, and its record
// is as published. A noun that comes to have one is looked at here as well.
func TestListsTravelAsPublished(t *testing.T) {
	s, d := fellmoor(t), published(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	var push contract.PushRequest
	type list struct {
		field string
		ids   []string
	}
	want := map[string]list{}
	for _, n := range collections.All() {
		if n.Sync == nil {
			continue
		}
		for _, f := range n.Synced() {
			if several, ok := f.(*core.RelationField); !ok || !several.IsMultiple() {
				continue
			}
			if withLists[n.Name] == nil {
				t.Errorf("%s.%s holds several records, and nothing here fills it", n.Name, f.GetName())
				continue
			}
			for _, ids := range [][]string{{}, {demo.ID("child", 100), demo.ID("child", 101)}} {
				m := mutation("create", n.Name, fmt.Sprintf("list%011d", len(push.Mutations)), 0, maps.Clone(withLists[n.Name]))
				m.Set[f.GetName()] = set("ids", ids)["ids"]
				push.Mutations = append(push.Mutations, m)
				want[n.Name+"/"+m.Record] = list{f.GetName(), ids}
			}
		}
	}
	pushed := s.Do("POST", "/api/sync/push", p.token, push)
	d.fits(pushed, 200, "PushAnswer", "a push of lists")
	asked, err := json.Marshal(push)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.check("PushRequest", asked); err != nil {
		t.Errorf("what was pushed is not as published: %v", err)
	}
	changes, came := p.pull(0), 0
	d.records(changes)
	for _, c := range changes {
		l, ok := want[c.Collection+"/"+c.ID]
		if !ok || c.Op != "put" {
			continue
		}
		came++
		var record map[string]any
		if err := json.Unmarshal(c.Record, &record); err != nil {
			t.Fatal(err)
		}
		if got, isList := record[l.field].([]any); !isList || len(got) != len(l.ids) {
			t.Errorf("%s.%s travels as %v, want %v", c.Collection, l.field, record[l.field], l.ids)
		}
	}
	if came != len(want) || came < 14 {
		t.Errorf("%d of %d records came back: %.2000s", came, len(want), pushed.Body)
	}
}
