package contract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The forms of ids: a mutation's is a ULID or a UUID, in capitals or not; a record's is
// PocketBase's.
const (
	MutationIDForm = `^([0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`
	RecordIDForm   = `^[a-z0-9]{15}$`
)

var mutationID, recordID = regexp.MustCompile(MutationIDForm), regexp.MustCompile(RecordIDForm)

// MutationID is a mutation's id in its one form: two that differ by capitals alone are one.
func MutationID(id string) (one string, ok bool) {
	return strings.ToLower(id), mutationID.MatchString(id)
}

// IsRecordID says whether a text can be a record's id.
func IsRecordID(id string) bool { return recordID.MatchString(id) }

// ChanceInID is how many characters of a record's id are of chance.
const ChanceInID = 7

// RecordID makes the id of a new record as the contract has it (M47): eight characters
// that rise with the time, in milliseconds since 1970 and modulo 36^8 (until 2059), and
// ChanceInID of a-z and 0-9, which are the caller's. Records made one after the other
// then lie side by side in every index. A clock that is wrong costs nothing but that.
func RecordID(at time.Time, chance string) string {
	const turn = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36
	return fmt.Sprintf("%08s%s", strconv.FormatInt((at.UnixMilli()%turn+turn)%turn, 36), chance)
}
