package pack

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/packs"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// InstallPacks puts the bundled calendars and templates into the store where that
// version of them is missing. What an area made of them is never touched.
func InstallPacks(app core.App) error {
	all, err := bundled()
	if err != nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		for _, p := range all {
			if err := install(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// pack is one bundled record: the noun that it is of, what names its version, and what
// it holds.
type pack struct {
	noun   string
	same   dbx.HashExp
	values map[string]any
}

// bundled are all packs, in the order in which they are installed. They are in the
// binary, so they are read once.
var bundled = sync.OnceValues(func() ([]pack, error) {
	var all []pack
	for _, c := range packs.Calendars() {
		var body struct {
			Title   string `json:"title"`
			Version int    `json:"version"`
		}
		if err := json.Unmarshal(c.Body, &body); err != nil {
			return nil, fmt.Errorf("calendar %s: %w", c.Key, err)
		}
		all = append(all, pack{"calendars", dbx.HashExp{"key": c.Key}, map[string]any{
			"key": c.Key, "title": body.Title, "version": body.Version, "body": json.RawMessage(c.Body),
		}})
	}
	for _, p := range packs.Pathways() {
		t, err := pathway.Parse(p.Body)
		if err != nil {
			return nil, fmt.Errorf("pathway %s: %w", p.Key, err)
		}
		all = append(all, pack{"pathway_templates", dbx.HashExp{"key": p.Key, "hash": t.Hash()}, map[string]any{
			"key": p.Key, "title": t.Title, "version": 1, "status": "published", "body": json.RawMessage(p.Body), "change_note": p.Change,
		}})
	}
	for _, l := range packs.Letters() {
		var body struct {
			Title      string `json:"title"`
			Version    int    `json:"version"`
			NeedsCheck string `json:"needs_check"`
		}
		if err := json.Unmarshal(l.Body, &body); err != nil {
			return nil, fmt.Errorf("letter %s: %w", l.Key, err)
		}
		status := "published"
		if body.NeedsCheck != "" {
			status = "draft"
		}
		all = append(all, pack{
			"letter_templates",
			dbx.HashExp{"key": l.Key, "language": l.Language, "variant": l.Variant, "version": body.Version},
			map[string]any{
				"key": l.Key, "title": body.Title, "language": l.Language, "variant": l.Variant,
				"version": body.Version, "status": status, "body": json.RawMessage(l.Body),
			},
		})
	}
	rules, err := bundledRules()
	if err != nil {
		return nil, err
	}
	policy, err := ParseEvidencePolicy(packs.EvidencePolicy())
	if err != nil {
		return nil, fmt.Errorf("the evidence policy: %w", err)
	}
	return append(all, rules, pack{"evidence_policies", dbx.HashExp{"key": policy.Key, "version": policy.Version}, map[string]any{
		"key": policy.Key, "title": policy.Title, "version": policy.Version, "status": "published", "body": json.RawMessage(packs.EvidencePolicy()),
	}}), nil
})

// bundledRules are the starter rules of letters, with the starter word list in them.
func bundledRules() (pack, error) {
	var list struct {
		Entries map[string][]string `json:"entries"`
	}
	if err := json.Unmarshal(packs.LetterWords(), &list); err != nil {
		return pack{}, fmt.Errorf("the word list of letters: %w", err)
	}
	rules := map[string]any{}
	if err := json.Unmarshal(packs.LetterRules(), &rules); err != nil {
		return pack{}, fmt.Errorf("the rules of letters: %w", err)
	}
	rules["words"] = list.Entries
	return pack{"letter_rules", dbx.HashExp{"version": 1}, map[string]any{"version": 1, "status": "published", "body": rules}}, nil
}

func install(tx core.App, p pack) error {
	n, err := tx.CountRecords(p.noun, p.same)
	if err != nil || n > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId(p.noun)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(p.values)
	var before *core.Record
	if p.noun == "pathway_templates" {
		if before, err = comesNext(tx, r); err != nil {
			return err
		}
	}
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("installing %s %v: %w", p.noun, p.values["key"], err)
	}
	if p.noun == "letter_templates" && r.GetString("status") == "published" {
		return takePlace(tx, r)
	}
	return supersede(tx, before)
}

// comesNext makes a bundled pathway the next version of its key, in the place of the bundled
// one before it. Where an area has written a version of its own under this key, the area
// decides: ours waits beside it as a draft. Pathways that are open keep the version they
// are on (domain 2.3), until somebody moves them.
func comesNext(tx core.App, r *core.Record) (before *core.Record, err error) {
	last, err := newest(tx, r.GetString("key"), "")
	if err != nil || last == nil {
		r.Set("change_note", "")
		return nil, err
	}
	r.Set("version", last.GetInt("version")+1)
	r.Set("derived_from", last.Id)
	used, err := newest(tx, r.GetString("key"), "published")
	if err != nil {
		return nil, err
	}
	if used == nil || used.GetString("author") != "" || last.Id != used.Id {
		r.Set("status", "draft")
		return nil, nil
	}
	r.Set("published_at", kernel.Now())
	return used, nil
}

// takePlace puts a bundled wording in the place of the bundled ones before it: what they
// said wrongly is not approved any more. An area's own copy stays as it is.
func takePlace(tx core.App, by *core.Record) error {
	before, err := tx.FindAllRecords("letter_templates", dbx.HashExp{
		"key": by.GetString("key"), "language": by.GetString("language"), "variant": by.GetString("variant"), "status": "published", "derived_from": "",
	}, dbx.NewExp("version < {:v}", dbx.Params{"v": by.GetInt("version")}))
	if err != nil {
		return err
	}
	for _, r := range before {
		r.Set("status", "superseded")
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("superseding version %d of %s: %w", r.GetInt("version"), r.GetString("key"), err)
		}
	}
	return nil
}
