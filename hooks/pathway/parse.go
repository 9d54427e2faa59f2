package pathway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// maxBody is the most bytes a template body may have.
const maxBody = 256 << 10

// Fault is one thing wrong with a template, and where: "transitions[3].to".
type Fault struct {
	At  string `json:"at"`
	Say string `json:"say"`
}

// TemplateError is what Parse answers: every fault it found, at most 20.
type TemplateError struct{ Faults []Fault }

func (e *TemplateError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.At + ": " + f.Say
	}
	return "pathway template: " + strings.Join(lines, "; ")
}

// Parse reads a template body and makes sure it can be run: every name it uses is
// known, every state can be reached and left, and no safeguard has been dropped.
// Its error is a *TemplateError.
func Parse(body []byte) (*Template, error) {
	f := &faults{}
	t := &Template{}
	if !read(f, body, t) {
		return nil, f.err()
	}
	t.measure(f)
	if f.any() {
		return nil, f.err() // sizes first: what follows is in proportion to them
	}
	t.names(f)
	if f.any() {
		return nil, f.err()
	}
	t.build()
	t.reach(f)
	t.safeguards(f)
	if f.any() {
		return nil, f.err()
	}
	t.hash = hashOf(t)
	return t, nil
}

// Hash is the SHA-256 of the template's meaning, in 64 lower-case hex digits: white
// space and the order of members do not change it.
func (t *Template) Hash() string { return t.hash }

func hashOf(t *Template) string {
	body, err := json.Marshal(t)
	if err != nil {
		panic("pathway: " + err.Error()) // texts, numbers and lists only
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func read(f *faults, body []byte, t *Template) bool {
	if len(body) > maxBody {
		f.add("body", "is %d bytes; at most %d", len(body), maxBody)
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	var tree any
	if err := dec.Decode(&tree); err != nil {
		f.add("body", "is not JSON: %v", err)
		return false
	}
	if dec.More() {
		f.add("body", "goes on after its end")
		return false
	}
	unknownMembers(f, "", tree, t)
	if f.any() {
		return false
	}
	if err := json.Unmarshal(body, t); err != nil {
		f.add("body", "%v", err)
		return false
	}
	return true
}

// faults gathers what is wrong, up to a bound.
type faults struct{ list []Fault }

func (f *faults) add(at, format string, args ...any) {
	if len(f.list) < 20 {
		f.list = append(f.list, Fault{at, fmt.Sprintf(format, args...)})
	}
}

func (f *faults) any() bool { return len(f.list) > 0 }

func (f *faults) err() error { return &TemplateError{f.list} }
