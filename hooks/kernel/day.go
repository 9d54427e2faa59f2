package kernel

import (
	"time"

	"github.com/pocketbase/pocketbase/tools/types"
)

// Today is the local day.
func Today() string { return Now().Time().In(London).Format(time.DateOnly) }

// LocalDay is an instant's day where the families live.
func LocalDay(at types.DateTime) string { return at.Time().In(London).Format(time.DateOnly) }
