package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo/demotest"
)

// What does not compile is refused with the place of the fault, and nothing of it
// is stored.
func TestATemplateThatDoesNotCompileIsRefused(t *testing.T) {
	app := demotest.App(t)
	for noun, c := range map[string]struct{ key, body, says string }{
		"letter_templates":  {"L1_missed", `{"format":"holdfast-letter/1","key":"L1_missed","language":"en","variant":"standard","version":9,"title":"t","when":"w","approver":"author","must_use":[],"must_not_use":[],"must_say":[],"must_not_say":[],"needs_check":"","body":["@language en","# Hello","Dear {{recipient.shoe_size}}"]}`, "shoe_size"},
		"pathway_templates": {"broken", `{"key":"broken","title":"Broken","states":[]}`, ""},
		"calendars":         {"broken", `{"key":"broken","holidays":[{"date":"2026-02-30","title":"x"}]}`, ""},
	} {
		before, _ := app.CountRecords(noun)
		cl, err := app.FindCollectionByNameOrId(noun)
		if err != nil {
			t.Fatal(err)
		}
		r := core.NewRecord(cl)
		r.Load(map[string]any{"key": c.key, "title": "t", "language": "en", "variant": "standard", "status": "draft", "body": c.body})
		if noun == "letter_templates" { // of the others the server numbers the versions
			r.Set("version", 9)
		}
		err = app.Save(r)
		if err == nil || !strings.Contains(err.Error(), "body") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", noun, err)
		}
		if after, _ := app.CountRecords(noun); after != before {
			t.Errorf("%s: a broken one was stored", noun)
		}
	}
}
