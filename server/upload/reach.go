package upload

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// evidence answers the row when the caller is on its case. A row that does not
// exist and one of somebody else's case are one and the same answer.
func (r *Room) evidence(e *core.RequestEvent, id string) (*core.Record, error) {
	row, err := kernel.Held(e.App, "evidence", e.Auth.Id, id)
	if err == nil && row == nil {
		err = reply.Error(contract.NotFound, "")
	}
	return row, err
}

// mine answers the upload that the path names when the caller began it and is still
// on the case.
func (r *Room) mine(e *core.RequestEvent) (*upload, error) {
	l, err := findOf(e.App.ConcurrentDB(), e.Request.PathValue("id"), e.Auth.Id)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, reply.Error(contract.NotFound, "")
	}
	_, err = r.evidence(e, l.Evidence)
	return l, err
}

// shut closes PocketBase's own file door for evidence, thumbnails included; it is
// asked before that door opens anything.
func shut() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{Id: "holdfastEvidenceFiles", Func: func(e *core.RequestEvent) error {
		name := e.Request.PathValue("collection")
		if name == "" || e.Request.PathValue("filename") == "" {
			return e.Next()
		}
		if c, err := e.App.FindCachedCollectionByNameOrId(name); err == nil && (c.Name == "evidence" || c.Name == "evidence_copies") {
			return reply.Error(contract.NotFound, "")
		}
		return e.Next()
	}}
}
