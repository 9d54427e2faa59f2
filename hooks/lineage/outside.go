package lineage

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"holdfast/hooks/signing"
)

// Beside is what the name of a store's folder and of the mark that lies beside it differ in.
const Beside = ".lineage"

// pause is how long a place may wait to be written down while others are.
const pause = 250 * time.Millisecond

// marks are the two files outside the database that tell how far its history goes. They
// are not waited for: what a power cut takes of them makes no alarm, and less notice.
type marks struct {
	within, beside string

	sync.Mutex
	at      Place // the furthest that was noted
	written Place
	next    *time.Timer
	left    bool
	alone   bool // the one beside the folder cannot be written, and that was said
}

func marksIn(dir string) *marks {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return &marks{within: filepath.Join(dir, signing.Folder, "lineage"), beside: dir + Beside}
}

// read answers the marks that are there. One that is not whole is none.
func (m *marks) read() (all []Place) {
	for _, path := range []string{m.within, m.beside} {
		var p Place
		raw, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(raw, &p) == nil && p.Epoch != "" && p.Mark != "" {
			all = append(all, p)
		}
	}
	return all
}

// forget takes away the marks of another store that was here before.
func (m *marks) forget() {
	_ = os.Remove(m.within)
	_ = os.Remove(m.beside)
}

// note has a place written down, now or in a moment, a few times a second.
func (m *marks) note(p Place) error {
	m.Lock()
	defer m.Unlock()
	if m.left || p.Seq < m.at.Seq {
		return nil
	}
	m.at = p
	if m.next != nil {
		return nil
	}
	m.next = time.AfterFunc(pause, m.later)
	return m.write()
}

func (m *marks) later() {
	m.Lock()
	defer m.Unlock()
	m.next = nil
	if !m.left && m.at != m.written {
		_ = m.write() // what is wrong was said when it was first
		m.next = time.AfterFunc(pause, m.later)
	}
}

// leave writes the last place, and no more.
func (m *marks) leave() error {
	m.Lock()
	defer m.Unlock()
	if m.next != nil {
		m.next.Stop()
	}
	if m.left || m.at == m.written {
		m.left = true
		return nil
	}
	m.left = true
	return m.write()
}

// write puts both in place, each whole or not at all. That the one beside the folder cannot
// be written is said once.
func (m *marks) write() error {
	raw, err := json.Marshal(m.at)
	if err != nil {
		return err
	}
	m.written = m.at
	if err := os.MkdirAll(filepath.Dir(m.within), 0o700); err != nil {
		return err
	}
	err = replace(m.within, raw)
	if wrong := replace(m.beside, raw); wrong != nil && !m.alone {
		m.alone = true
		err = errors.Join(err, wrong)
	}
	return err
}

func replace(path string, raw []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}
