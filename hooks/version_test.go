package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pack"
	"holdfast/server/demo"
)

// changedBody is the body of a template as an area has changed it.
func (d *office) changedBody(key string, change ...string) string {
	d.t.Helper()
	return strings.NewReplacer(change...).Replace(d.template(key).GetString("body"))
}

const early = "early-help-engagement"

// A new version: drafted by a coordinator, published by somebody else, in the place
// of the one before, and never changed again.
func TestANewVersionOfAPathway(t *testing.T) {
	d := openOffice(t)
	first := d.template(early)
	body := d.changedBody(early, "Tell your manager", "Tell your team manager")
	draft := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": early, "title": "Second", "status": "draft", "body": body, "change_note": "Clearer words"})
	if draft.GetInt("version") != 2 || draft.GetString("derived_from") != first.Id || draft.GetString("author") != demo.Coordinator.ID {
		t.Fatalf("%v", draft.PublicExport())
	}
	if _, err := d.by(&demo.Coordinator, "pathway_templates", draft.Id, map[string]any{"status": "published"}); err == nil || !strings.Contains(err.Error(), "author") {
		t.Errorf("published by its author: %v", err)
	}
	if _, err := d.by(nil, "pathway_templates", draft.Id, map[string]any{"status": "published", "body": d.changedBody(early)}); err == nil {
		t.Error("published as nobody had read it")
	}
	d.does(nil, "pathway_templates", draft.Id, map[string]any{"status": "published"})
	if d.fresh(draft).GetDateTime("published_at").IsZero() || d.fresh(first).GetString("status") != "superseded" || d.template(early).Id != draft.Id {
		t.Error("the version before is still in use")
	}
	for _, change := range []map[string]any{{"body": body + " "}, {"change_note": "other"}, {"status": "draft"}, {"status": "superseded"}, {"derived_from": ""}} {
		if _, err := d.by(nil, "pathway_templates", draft.Id, change); err == nil {
			t.Errorf("a published version took %v", change)
		}
	}
	if _, err := d.by(nil, "pathway_templates", first.Id, map[string]any{"status": "published"}); err == nil {
		t.Error("what is superseded came back")
	}
	if _, err := d.by(&demo.Practitioner, "pathways", "", map[string]any{"case": demo.CaseID(1), "template": first.Id, "opened_at": "2026-11-20 09:00:00.000Z"}); err == nil {
		t.Error("a pathway was opened with what is superseded")
	}
}

// A fork: an area's own key, from a starter's version; the line is readable.
func TestAForkKeepsItsLine(t *testing.T) {
	d := openOffice(t)
	starter := d.template(early)
	body := d.changedBody(early, `"key": "early-help-engagement"`, `"key":"fellmoor-engagement"`, `"key":"early-help-engagement"`, `"key":"fellmoor-engagement"`)
	for say, values := range map[string]map[string]any{
		"without a note":      {"derived_from": starter.Id},
		"from nowhere":        {"derived_from": "nosuchrecord000", "change_note": "n"},
		"published at once":   {"derived_from": starter.Id, "change_note": "n", "status": "published"},
		"under another's key": {"key": "other", "derived_from": starter.Id, "change_note": "n"},
	} {
		all := map[string]any{"key": "fellmoor-engagement", "title": "Fellmoor", "body": body}
		for k, v := range values {
			all[k] = v
		}
		if _, err := d.by(&demo.Coordinator, "pathway_templates", "", all); err == nil {
			t.Errorf("a fork %s was taken", say)
		}
	}
	fork := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": "fellmoor-engagement", "title": "Fellmoor", "body": body, "derived_from": starter.Id, "change_note": "Ours"})
	d.does(nil, "pathway_templates", fork.Id, map[string]any{"status": "published"})
	next := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": "fellmoor-engagement", "title": "Fellmoor", "body": strings.Replace(body, "Tell your manager", "Tell the duty manager", 1), "change_note": "Duty"})
	line, err := pack.Lineage(d.App, next)
	if err != nil || len(line) != 3 || line[1].Id != fork.Id || line[2].Id != starter.Id || fork.GetInt("version") != 1 || next.GetInt("version") != 2 {
		t.Fatalf("%d, %v", len(line), err)
	}
	if d.fresh(starter).GetString("status") != "published" {
		t.Error("a fork put its starter out of use")
	}
}

// second is a manager of the same team, on the case as well.
func (d *office) second(caseID string) demo.Person {
	d.t.Helper()
	p := demo.Colleague
	d.account(p, "roles", []string{"practitioner", "manager"})
	d.joins(p, caseID, "manager")
	return p
}

// An open pathway moves by a proposal and another person's approval, and by nothing
// else; what the new version does not ask for is cancelled with the reason.
func TestAnOpenPathwayMovesByApprovalAlone(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	p := d.opens(demo.Practitioner, c, time.Hour)
	second := d.second(c)
	body := d.changedBody(early, `"code": "tell-manager"`, `"code": "tell-team-manager"`, `"code":"tell-manager"`, `"code":"tell-team-manager"`)
	draft := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": early, "title": "Second", "body": body, "change_note": "n"})
	if _, err := d.by(nil, "pathways", p.Id, map[string]any{"template": draft.Id}); err == nil {
		t.Error("the operator moved a pathway without a word")
	}
	propose := func() *core.Record {
		return d.tells(demo.Manager, p, "migration.proposed", map[string]any{"to": draft.Id, "to_version": "2", "reason": "clearer"})
	}
	if e := propose(); e.GetString("verdict") != "attempted" {
		t.Error("a move to a draft was proposed")
	}
	d.does(nil, "pathway_templates", draft.Id, map[string]any{"status": "published"})
	proposal := propose()
	if own := d.tells(demo.Manager, p, "pathway.migrated", map[string]any{"proposal": proposal.Id}); own.GetString("verdict") != "attempted" || d.fresh(p).GetString("template") == draft.Id {
		t.Error("the proposer approved the move")
	}
	if e := d.tells(demo.Practitioner, p, "pathway.migrated", map[string]any{"proposal": proposal.Id}); e.GetString("verdict") != "attempted" {
		t.Error("a worker approved the move")
	}
	if e := d.tells(second, p, "pathway.migrated", map[string]any{"proposal": proposal.Id}); e.GetString("verdict") != "accepted" {
		t.Fatal(e.GetString("verdict"), e.GetString("reasons"))
	}
	now := d.fresh(p)
	if now.GetString("template") != draft.Id || now.GetString("template_hash") != d.fresh(draft).GetString("hash") || now.GetString("opened_with") == draft.Id {
		t.Errorf("%v", now.PublicExport())
	}
	if s := d.step(p, "tell-manager"); s.GetString("status") != "cancelled" || s.GetString("cancelled_because") == "" {
		t.Errorf("%v", s.PublicExport())
	}
	if s := d.step(p, "tell-team-manager"); s.GetString("status") != "open" && s.GetString("status") != "due_soon" {
		t.Errorf("%v", s.PublicExport())
	}
	d.does(nil, "pathway_templates", draft.Id, map[string]any{"status": "withdrawn"})
	d.tells(demo.Practitioner, p, "manager.told", nil)
	if d.fresh(p).GetString("template") != draft.Id || d.step(p, "tell-team-manager").GetString("status") != "done" {
		t.Error("a version that goes out of use later takes the move back")
	}
}

// A version of another line is no version of this pathway.
func TestAMoveStaysInItsLine(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(8), time.Hour)
	e := d.tells(demo.Practitioner, p, "migration.proposed", map[string]any{"to": d.template("was-not-brought").Id, "reason": "r"})
	if e.GetString("verdict") != "attempted" {
		t.Error(e.GetString("verdict"))
	}
}
