package coordinate

import (
	"net/http"
	"time"

	"holdfast/hooks/spreadsheet"
)

// sendCSV answers a table as a file of today.
func (v *visit) sendCSV(name string, header []string, rows [][]string) error {
	v.Response.Header().Set("Content-Disposition", `attachment; filename="`+name+`-`+v.room.now().In(london).Format(time.DateOnly)+`.csv"`)
	return v.Blob(http.StatusOK, "text/csv; charset=utf-8", spreadsheet.CSV(header, rows))
}
