package casework

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
)

// BindPeople keeps people as they are: each told from the others, none made up, with days
// that run forward. What the pathways rest on is read again when it changes.
func BindPeople(app core.App) {
	kernel.Creating(app, "people").Bind(kernel.InDomain(keepPerson))
	kernel.Updating(app, "people").Bind(kernel.InDomain(keepPerson))
}

func keepPerson(e *core.RecordEvent) error {
	p := e.Record
	if !kernel.IsServer(p) {
		if err := family.PersonStands(p); err != nil {
			return err
		}
	}
	child := p.GetString("kind") == "child" || !p.IsNew() && kernel.Changed(p, "kind")
	weighs := child && (p.IsNew() || slices.ContainsFunc(family.Weighed, func(f string) bool { return kernel.Changed(p, f) }))
	changes := !p.IsNew() && !kernel.IsServer(p) && child && slices.ContainsFunc(engagement.Decides, func(f string) bool { return engagement.Recasts(f, p.Original().GetString(f), p) })
	if err := e.Next(); err != nil || !weighs {
		return err
	}
	if changes {
		if err := engagement.TellOfRecast(e.App, p.GetString("case"), p.Id); err != nil {
			return err
		}
	}
	return engagement.ReadLater(e.App, p.GetString("case"))
}
