package soak

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const mib = 1 << 20

// memory is what the server's process holds, in bytes; zeros where there is no
// /proc.
type memory struct {
	resident int64 // everything: what it allocated and what of its files is mapped
	highest  int64 // the most that resident has been since the process began
	own      int64 // what it allocated: the rest is the kernel's to take back
}

func (s *server) memory() (m memory) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return m
	}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		to := map[string]*int64{"VmRSS": &m.resident, "VmHWM": &m.highest, "RssAnon": &m.own}[name]
		if words := strings.Fields(rest); to != nil && len(words) > 0 {
			kib, _ := strconv.ParseInt(words[0], 10, 64)
			*to = kib << 10
		}
	}
	return m
}

// processor is the processor time that the server has used.
func (s *server) processor() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	words := strings.Fields(rest) // from the third field on: 14 and 15 are user and system time
	if len(words) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(words[11], 10, 64)
	system, _ := strconv.ParseInt(words[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // in hundredths of a second
}

// watch looks at the server's memory until it is told to stop, and then answers the
// most that was seen.
func (s *server) watch() (stop func() memory) {
	quit, done := make(chan struct{}), make(chan memory)
	go func() {
		var most memory
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			now := s.memory()
			most = memory{max(most.resident, now.resident), now.highest, max(most.own, now.own)}
			select {
			case <-quit:
				tick.Stop()
				done <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() memory { close(quit); return <-done }
}

// spread is the middle, the 95th hundredth and the greatest of some times.
func spread(times []time.Duration) (middle, most, greatest time.Duration) {
	if len(times) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2], sorted[len(sorted)*95/100], sorted[len(sorted)-1]
}
