package pack

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// BindVersions holds how a pathway template comes into use: drafted by one, published
// by another, in the place of the version before it; the line it comes from is kept.
func BindVersions(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderStamp, Func: f}
	}
	kernel.Creating(app, "pathway_templates").Bind(at(draftVersion))
	kernel.Updating(app, "pathway_templates").Bind(at(moveVersion))
}

// draftVersion numbers a new version and names what it comes from. Of a key there is
// already it is the next; a new key is a fork of what derived_from names, or a
// pathway of the area's own. The packs bring theirs whole.
func draftVersion(e *core.RecordEvent) error {
	r := e.Record
	if kernel.IsServer(r) {
		return e.Next()
	}
	if s := r.GetString("status"); s != "draft" && s != "" {
		return validation.Errors{"status": validation.NewError("not_draft", "A version begins as a draft, and is published by somebody else.")}
	}
	if err := ownKey(r); err != nil {
		return err
	}
	last, err := newest(e.App, r.GetString("key"), "")
	if err != nil {
		return err
	}
	r.Set("status", "draft")
	r.Set("version", 1)
	if last != nil {
		r.Set("version", last.GetInt("version")+1)
		if r.GetString("derived_from") == "" {
			r.Set("derived_from", last.Id)
		}
	}
	if from := r.GetString("derived_from"); from != "" {
		if parent, err := e.App.FindRecordById("pathway_templates", from); err != nil || parent.GetString("status") == "draft" {
			return validation.Errors{"derived_from": validation.NewError("not_published", "A version comes from one that was published.")}
		}
		if r.GetString("change_note") == "" {
			return validation.Errors{"change_note": validation.NewError("required", "Say what is different in this version, and why.")}
		}
	}
	if person := kernel.ActorOf(e.App).Person(); person != nil {
		r.Set("author", person.Id)
	}
	return e.Next()
}

// ownKey holds the key in a template's body to that of its record.
func ownKey(r *core.Record) error {
	t, err := pathway.Parse([]byte(r.GetString("body")))
	if err != nil {
		return uncompiled(err)
	}
	if t.Key != r.GetString("key") {
		return validation.Errors{"body": validation.NewError("other_key", "The key in the template is not that of the record.")}
	}
	return nil
}

// versionMoves are the statuses that people may lead a version from and to. What is
// superseded is so because a newer one was published, never by hand.
var versionMoves = map[string][]string{
	"draft": {"published"}, "published": {"withdrawn"}, "superseded": {"withdrawn"},
}

func moveVersion(e *core.RecordEvent) error {
	r := e.Record
	from, to := r.Original().GetString("status"), r.GetString("status")
	if kernel.IsServer(r) {
		return e.Next()
	}
	if from == to {
		if from != "draft" {
			return e.Next()
		}
		// Who wrote last is the author whom another must follow.
		if person := kernel.ActorOf(e.App).Person(); person != nil && kernel.Changed(r, "body") {
			r.Set("author", person.Id)
		}
		return orNext(e, ownKey(r))
	}
	if !slices.Contains(versionMoves[from], to) {
		return validation.Errors{"status": validation.NewError("not_from_here", fmt.Sprintf("A version that is %s does not become %s.", from, to))}
	}
	if to != "published" {
		return e.Next()
	}
	if kernel.Changed(r, "body") {
		return validation.Errors{"body": validation.NewError("unread", "Save the draft first: what is published is what somebody else has read.")}
	}
	return publish(e)
}

// publish puts a draft into use, by somebody who did not write it, in the place of
// the version in use before.
func publish(e *core.RecordEvent) error {
	r := e.Record
	if person := kernel.ActorOf(e.App).Person(); person != nil {
		if person.Id == r.GetString("author") {
			return validation.Errors{"status": validation.NewError("own_version", "Somebody other than its author publishes a version.")}
		}
		r.Set("approved_by", person.Id)
	}
	r.Set("published_at", kernel.Now())
	before, err := newest(e.App, r.GetString("key"), "published")
	if err != nil {
		return err
	}
	if before != nil && before.GetInt("version") > r.GetInt("version") {
		return validation.Errors{"status": validation.NewError("older", "A newer version is in use; make this one anew from it.")}
	}
	if err := e.Next(); err != nil {
		return err
	}
	return supersede(e.App, before)
}

// supersede takes a version out of use, if there is one, as another is put in its place.
func supersede(app core.App, before *core.Record) error {
	if before == nil {
		return nil
	}
	before.Set("status", "superseded")
	if err := app.Save(kernel.AsServer(before)); err != nil {
		return fmt.Errorf("superseding version %d of %s: %w", before.GetInt("version"), before.GetString("key"), err)
	}
	return nil
}

// newest is the last version of a key, of a status where one is named; nil for none.
func newest(app core.App, key, status string) (*core.Record, error) {
	filter, params := "key = {:k}", dbx.Params{"k": key, "s": status}
	if status != "" {
		filter += " && status = {:s}"
	}
	list, err := app.FindRecordsByFilter("pathway_templates", filter, "-version", 1, 0, params)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// Lineage is a version and those it comes from, the nearest first.
func Lineage(app core.App, version *core.Record) ([]*core.Record, error) {
	line := []*core.Record{version}
	for from := version.GetString("derived_from"); from != "" && len(line) < 200; from = line[len(line)-1].GetString("derived_from") {
		r, err := app.FindRecordById("pathway_templates", from)
		if err != nil {
			return nil, fmt.Errorf("the version that %s comes from: %w", line[len(line)-1].Id, err)
		}
		line = append(line, r)
	}
	return line, nil
}

func orNext(e interface{ Next() error }, err error) error {
	if err != nil {
		return err
	}
	return e.Next()
}
