package powersync

import (
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"holdfast/server/sync"
)

// Priorities: 0 is shown also while edits wait to be sent, so that nothing a worker edits
// offline is in it; 1 before the rest.
var priorities = []int{0, 1, 3}

var of = map[string]int{
	"notices": 0, "sync_refusals": 0, "sync_conflicts": 0,
	"cases": 1, "people": 1, "case_members": 1,
}

// news and live read the collections of a priority.
var news, live = queries(false), queries(true)

func queries(live bool) map[int]sync.Query {
	names := map[int][]string{}
	for _, name := range sync.Synced() {
		p, known := of[name]
		if !known {
			p = 3
		}
		names[p] = append(names[p], name)
	}
	out := map[int]sync.Query{}
	for p, of := range names {
		out[p] = sync.NewQuery(of, live)
	}
	return out
}

// bucket is a part of a scope, as one connection has told of it.
type bucket struct {
	name, scope string
	priority    int
	at          int64 // all up to here was told; 0: nothing
	clear       bool  // what the client holds of it is to be thrown away first
	listed      bool  // the client was told that it is there
	whole       bool  // all up to the last piece was told
}

// serverScope is the bucket of what is said of the server itself.
const serverScope = "server"

func bucketName(edition, scope string, priority int) string {
	return edition + "/" + scope + "#" + strconv.Itoa(priority)
}

// partsOf takes a bucket's name apart.
func partsOf(name, edition string) (scope string, priority int, ok bool) {
	rest, ok := strings.CutPrefix(name, edition+"/")
	at := strings.LastIndexByte(rest, '#')
	if !ok || at < 0 {
		return "", 0, false
	}
	priority, err := strconv.Atoi(rest[at+1:])
	return rest[:at], priority, err == nil && slices.Contains(priorities, priority) && name == bucketName(edition, rest[:at], priority)
}

// checksum is what a client's operations in a bucket add up to.
func checksum(name string) uint32 { return crc32.ChecksumIEEE([]byte(name)) }
