package upload

import "sync"

// locks lets one request at a time touch an upload. The house is one process, so
// that a lock in memory holds, and a crash leaves none behind.
type locks struct{ held sync.Map }

// take answers whether the upload was free; if so it is held until release.
func (l *locks) take(id string) (release func(), ok bool) {
	if _, taken := l.held.LoadOrStore(id, struct{}{}); taken {
		return nil, false
	}
	return func() { l.held.Delete(id) }, true
}
