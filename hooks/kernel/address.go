package kernel

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// LinesOf are the lines of an address that was written as one text.
func LinesOf(text string) (lines []string) {
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

const maxAddressLines, maxAddressLine = 5, 60 // of an agency: what stands beside the window

// OnPaper holds what an agency says of itself to what its letters can show.
func OnPaper(agency *core.Record) error {
	lines := LinesOf(agency.GetString("address"))
	if len(lines) > maxAddressLines {
		return Wrong("address", "too_many", fmt.Sprintf("Write the address in at most %d lines.", maxAddressLines))
	}
	for _, line := range lines {
		if len([]rune(line)) > maxAddressLine {
			return Wrong("address", "too_large", fmt.Sprintf("Write each line of the address in at most %d letters; “%s” is longer.", maxAddressLine, line))
		}
	}
	if strings.ContainsAny(agency.GetString("return_address"), "\n\r") {
		return Wrong("return_address", "line_break", "Write the return address on one line.")
	}
	return nil
}
