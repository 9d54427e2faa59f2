package kernel

import (
	"cmp"

	"github.com/pocketbase/pocketbase/core"
)

// AgencyName is an agency as people say it.
func AgencyName(app core.App, id string) string {
	r, err := app.FindRecordById("agencies", id)
	if err != nil {
		return "its agency"
	}
	return cmp.Or(r.GetString("name"), "its agency")
}
