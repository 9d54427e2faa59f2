package contract

import (
	"fmt"
	"strconv"
	"time"
)

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
