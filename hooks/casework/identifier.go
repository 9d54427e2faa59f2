package casework

import (
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/identifier"
)

// known is somebody who was there already and has a number of one who comes: nil for nobody.
func (m *moving) known() (*core.Record, error) {
	for _, r := range m.goes {
		kind := r.GetString("type")
		if r.Collection().Name != "person_identifiers" || !identifier.National(kind) {
			continue
		}
		there, err := family.Holders(m.app, m.to, kind, r.GetString("value"))
		if err != nil {
			return nil, err
		}
		for _, id := range there {
			if !m.ids[id] {
				return m.app.FindRecordById("people", id)
			}
		}
	}
	return nil, nil
}
