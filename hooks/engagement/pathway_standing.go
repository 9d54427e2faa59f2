package engagement

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// acts is what may be done on a pathway now, by the names its template gives, and of
// what may not, why: one sentence for all that it stands before.
type acts struct {
	Now []string   `json:"now"`
	Not []hindered `json:"not"`
	// Waits is what waits for somebody's approval, and whose.
	Waits []waitsFor `json:"waits,omitempty"`
}

type hindered struct {
	Why  string   `json:"why"`
	Acts []string `json:"acts"`
}

func actsOf(all []pathway.Allowed) acts {
	a := acts{Now: []string{}, Not: []hindered{}}
	place := map[string]int{}
	for _, one := range all {
		if one.Allowed {
			a.Now = append(a.Now, one.Act)
			continue
		}
		at, known := place[one.Why]
		if !known {
			at = len(a.Not)
			place[one.Why] = at
			a.Not = append(a.Not, hindered{Why: one.Why})
		}
		a.Not[at].Acts = append(a.Not[at].Acts, one.Act)
	}
	return a
}

// tellStanding puts on a pathway's record what the engine reads beside its state: the day
// of its opening as it was put right, what may be done now, and what should run beside it.
func tellStanding(tx core.App, p *core.Record, result pathway.Result) error {
	if day := result.OpenedOn; day != "" && day != kernel.LocalDay(p.GetDateTime("opened_at")) {
		p.Set("opened_at", result.OpenedAt)
	}
	a := actsOf(result.Allowed)
	var err error
	if a.Waits, err = whoMayApprove(tx, p, result); err != nil {
		return fmt.Errorf("who may approve what waits: %w", err)
	}
	p.Set("allowed", a)
	beside := []pathway.Beside{}
	for _, b := range result.Alongside {
		var runs int
		err := kernel.Query(tx, `SELECT count(*) FROM pathways p JOIN pathway_templates t ON t.id = p.template
			WHERE p."case" = {:c} AND NOT p.ended AND t.key = {:k}`).Bind(dbx.Params{"c": p.GetString("case"), "k": b.Template}).Row(&runs)
		if err != nil {
			return fmt.Errorf("whether %s runs beside: %w", b.Template, err)
		}
		if runs == 0 {
			beside = append(beside, b)
		}
	}
	p.Set("alongside", beside)
	return nil
}

// runsBeside has the pathways of the case that asked for another beside them hear that
// one was opened.
func runsBeside(tx core.App, opened *core.Record) error {
	var asking []string
	err := kernel.Query(tx, `SELECT id FROM pathways WHERE "case" = {:c} AND NOT ended AND id != {:p} AND alongside LIKE '[{%'`).
		Bind(dbx.Params{"c": opened.GetString("case"), "p": opened.Id}).Column(&asking)
	if err != nil {
		return err
	}
	for _, id := range asking {
		if err := Derive(tx, id); err != nil {
			return err
		}
	}
	return nil
}
