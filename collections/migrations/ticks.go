package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// ticks makes the event of it that somebody ticked a step by hand before that was one: of
// each step that its template says is ticked, stands as done, and was done by nothing that
// is on its pathway's record for that day. Otherwise the next reading would open it again.
func ticks(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO pathway_events
			(id, "case", pathway, kind, occurred_at, recorded_at, received_at, data, author, agency, verdict, reasons, created)
		SELECT substr(lower(hex(randomblob(8))), 1, 15), s."case", s.pathway, 'step.done', at, at, at,
			json_object('step', s.code, 'done_on', s.done_on), s.done_by, coalesce(u.agency, ''), 'accepted', 'null', at
		FROM (SELECT *, min(max(done_on || ' 22:59:59.999Z', created), strftime('%Y-%m-%d %H:%M:%fZ', 'now')) AS at
			FROM pathway_steps WHERE status = 'done' AND done_on != '') s
		JOIN pathways p ON p.id = s.pathway
		JOIN pathway_templates t ON t.id = p.template
		JOIN json_each(t.body, '$.steps') rule ON rule.value->>'code' = s.code AND rule.value->>'by_hand'
		LEFT JOIN users u ON u.id = s.done_by
		WHERE NOT EXISTS (SELECT 1 FROM pathway_events e, json_each(rule.value, '$.done.on') d
			WHERE e.pathway = s.pathway AND e.kind = substr(d.value, 1, instr(d.value || ':', ':') - 1)
				AND e.verdict != 'attempted' AND substr(e.occurred_at, 1, 10) = s.done_on)`).Execute()
	if err != nil {
		return fmt.Errorf("making events of what was ticked: %w", err)
	}
	return nil
}
