package hooks

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/packs"
	"holdfast/hooks/pathway"
)

// InstallPacks puts the bundled calendars and templates into the store where that
// version of them is missing. What an area made of them is never touched.
func InstallPacks(app core.App) error {
	return app.RunInTransaction(func(tx core.App) error {
		for _, c := range packs.Calendars() {
			var body struct {
				Title   string `json:"title"`
				Version int    `json:"version"`
			}
			if err := json.Unmarshal(c.Body, &body); err != nil {
				return fmt.Errorf("calendar %s: %w", c.Key, err)
			}
			if err := install(tx, "calendars", dbx.HashExp{"key": c.Key}, map[string]any{
				"key": c.Key, "title": body.Title, "version": body.Version, "body": json.RawMessage(c.Body),
			}); err != nil {
				return err
			}
		}
		for _, p := range packs.Pathways() {
			t, err := pathway.Parse(p.Body)
			if err != nil {
				return fmt.Errorf("pathway %s: %w", p.Key, err)
			}
			if err := install(tx, "pathway_templates", dbx.HashExp{"key": p.Key, "version": 1}, map[string]any{
				"key": p.Key, "title": t.Title, "version": 1, "status": "published", "body": json.RawMessage(p.Body),
			}); err != nil {
				return err
			}
		}
		for _, l := range packs.Letters() {
			var body struct {
				Title      string `json:"title"`
				Version    int    `json:"version"`
				NeedsCheck string `json:"needs_check"`
			}
			if err := json.Unmarshal(l.Body, &body); err != nil {
				return fmt.Errorf("letter %s: %w", l.Key, err)
			}
			status := "published"
			if body.NeedsCheck != "" {
				status = "draft"
			}
			if err := install(tx, "letter_templates",
				dbx.HashExp{"key": l.Key, "language": l.Language, "variant": l.Variant, "version": body.Version}, map[string]any{
					"key": l.Key, "title": body.Title, "language": l.Language, "variant": l.Variant,
					"version": body.Version, "status": status, "body": json.RawMessage(l.Body),
				}); err != nil {
				return err
			}
		}
		if err := installRules(tx); err != nil {
			return err
		}
		policy, err := parseEvidencePolicy(packs.EvidencePolicy())
		if err != nil {
			return fmt.Errorf("the evidence policy: %w", err)
		}
		return install(tx, "evidence_policies", dbx.HashExp{"key": policy.Key, "version": policy.Version}, map[string]any{
			"key": policy.Key, "title": policy.Title, "version": policy.Version, "status": "published", "body": json.RawMessage(packs.EvidencePolicy()),
		})
	})
}

// installRules puts the starter rules of letters in, with the starter word list in them.
func installRules(tx core.App) error {
	var list struct {
		Entries map[string][]string `json:"entries"`
	}
	if err := json.Unmarshal(packs.LetterWords(), &list); err != nil {
		return fmt.Errorf("the word list of letters: %w", err)
	}
	rules := map[string]any{}
	if err := json.Unmarshal(packs.LetterRules(), &rules); err != nil {
		return fmt.Errorf("the rules of letters: %w", err)
	}
	rules["words"] = list.Entries
	return install(tx, "letter_rules", dbx.HashExp{"version": 1}, map[string]any{"version": 1, "status": "published", "body": rules})
}

func install(tx core.App, noun string, same dbx.HashExp, values map[string]any) error {
	n, err := tx.CountRecords(noun, same)
	if err != nil || n > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(values)
	if err := tx.Save(AsServer(r)); err != nil {
		return fmt.Errorf("installing %s %v: %w", noun, values["key"], err)
	}
	return nil
}
