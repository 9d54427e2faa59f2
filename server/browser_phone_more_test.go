package main

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo/demotest"
)

// Letters and evidence with the app: a practitioner writes and photographs without signal and
// is killed in the middle, a manager sends back and approves on their own phone, and the bytes
// at the server are those of the phone. Each page is read by axe, narrow, wide, dark and large.
func TestBrowserPhoneLetters(t *testing.T) { inApp(t, "phone_letters.mjs", livedIn, nil) }

// What else is done around a family with the app: parts of a photograph covered on a copy, a
// recording heard again without signal, who is who over time, a restriction kept on and lifted,
// another version of a pathway, a danger that is over on the word of somebody who can be rung.
func TestBrowserPhoneMore(t *testing.T) { inApp(t, "phone_more.mjs", livedIn, versions) }

func versions(s *demotest.Server, ask string) map[string]any {
	family := must(s.App.FindFirstRecordByData("cases", "family_name", "Okafor-Reid"))
	p := must(s.App.FindFirstRecordByFilter("pathways", "case = {:c} && ended = false", map[string]any{"c": family.Id}))
	was := must(s.App.FindRecordById("pathway_templates", p.GetString("opened_with")))
	switch ask {
	case "version": // as an area puts its next one into use
		next := core.NewRecord(was.Collection())
		next.Load(map[string]any{
			"key": was.GetString("key"), "title": was.GetString("title"), "derived_from": was.Id, "change_note": "The duty manager is told first.",
			"body": strings.Replace(was.GetString("body"), "Tell your manager", "Tell the duty manager", 1),
		})
		must("", s.App.Save(next))
		next = must(s.App.FindRecordById("pathway_templates", next.Id))
		next.Set("status", "published")
		must("", s.App.Save(next))
		return map[string]any{}
	case "moved":
		return map[string]any{"moved": p.GetString("template") != was.Id}
	}
	return map[string]any{"problem": "nobody does " + ask + " here"}
}
