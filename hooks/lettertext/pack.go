package lettertext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// PackFormat is the form of a pack that this package reads.
const PackFormat = "holdfast-letter/1"

// Pack is a letter template as content: what kind of letter it is, who may let it
// go, and its markup. Section 3.1 of the domain reference is the source of the
// starter kinds; an area may change every one in its own copy.
type Pack struct {
	Format   string   `json:"format"`
	Key      string   `json:"key"`      // the kind: L1_missed
	Language string   `json:"language"` // the same as the markup's
	Variant  string   `json:"variant"`  // standard or easy_read
	Version  int      `json:"version"`  // from 1
	Title    string   `json:"title"`    // for the person who chooses a letter
	When     string   `json:"when"`     // the moment it is for, in one sentence
	Approver Approver `json:"approver"`

	// StandsFor is what a pathway calls this letter, the first that it knows: second
	// in one, other in the next. Without any it is other.
	StandsFor []string `json:"stands_for,omitempty"`

	NeedsMissed   bool `json:"needs_missed"`   // a missed contact that counts must be on record
	NeedsMeeting  bool `json:"needs_meeting"`  // a meeting must be arranged
	NeedsReferral bool `json:"needs_referral"` // a referral must have been sent
	NeedsClosing  bool `json:"needs_closing"`  // the closing must have been approved
	MayWithhold   bool `json:"may_withhold"`   // not sent where telling would raise the risk

	// NeedsResponsibility is for whoever has parental responsibility of each child in it,
	// and for nobody else.
	NeedsResponsibility bool `json:"needs_responsibility,omitempty"`

	Missed *Listed `json:"missed,omitempty"` // what its list of missed contacts is made of
	Tried  *Listed `json:"tried,omitempty"`  // and what its other tries are

	MustUse    []string `json:"must_use"`     // fields the markup must name; a list, or none that is optional
	MustNotUse []string `json:"must_not_use"` // fields the markup must not name
	MustSay    []string `json:"must_say"`     // for the approver to look for
	MustNotSay []string `json:"must_not_say"` // for the approver to look for
	NeedsCheck string   `json:"needs_check"`  // why a person must check it before it is published; empty when none must
	Body       []string `json:"body"`         // the markup, a line an entry
}

// Approver is who has to agree before a letter of the kind may go.
type Approver string

const (
	ApproverNone        Approver = "none"         // nobody: a card left at the door
	ApproverAuthor      Approver = "author"       // its author
	ApproverLineManager Approver = "line_manager" // a manager who is not the author (guard G5)
	ApproverLead        Approver = "lead"         // the lead practitioner, or a manager
	ApproverServiceLead Approver = "service_lead" // the lead of the clinic or school, or a manager
	ApproverCSCOrLead   Approver = "csc_or_lead"  // children's social care, the lead practitioner, or a manager
)

// approvers holds every Approver, and whether it is somebody other than the author.
var approvers = map[Approver]bool{
	ApproverNone: false, ApproverAuthor: false,
	ApproverLineManager: true, ApproverLead: true, ApproverServiceLead: true, ApproverCSCOrLead: true,
}

// OtherThanAuthor reports whether somebody else must approve. Which users may is
// the rule of the hook that asks, since roles are not known here.
func (a Approver) OtherThanAuthor() bool { return approvers[a] }

var pathwayWord = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

var packKey = regexp.MustCompile(`^L[A-Za-z0-9]*(_[a-z0-9]+)*$`)

// ParsePack reads a pack. The error is an *Error of FaultUnreadable that says
// which member is wrong; the markup is not looked at until Template.
func ParsePack(raw []byte) (*Pack, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	p := &Pack{}
	if err := dec.Decode(p); err != nil {
		return nil, fault(FaultUnreadable, 0, 0, err.Error())
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fault(FaultUnreadable, 0, 0, "something follows the pack")
	}
	_, knownApprover := approvers[p.Approver]
	for _, check := range []struct {
		member string
		ok     bool
	}{
		{"format", p.Format == PackFormat},
		{"key", len(p.Key) <= 40 && packKey.MatchString(p.Key)},
		{"language", words[p.Language] != nil},
		{"variant", p.Variant == "standard" || p.Variant == "easy_read"},
		{"version", p.Version >= 1},
		{"title", p.Title != ""},
		{"when", p.When != ""},
		{"approver", knownApprover},
		{"stands_for", !slices.ContainsFunc(p.StandsFor, func(s string) bool { return !pathwayWord.MatchString(s) })},
		{"missed", p.Missed.inReason()},
		{"tried", p.Tried.inReason()},
		{"must_use", allFields(p.MustUse, func(f *Field) bool { return !f.Optional || f.isList() })},
		{"must_not_use", allFields(p.MustNotUse, func(f *Field) bool { return true })},
		{"body", len(p.Body) > 0},
	} {
		if !check.ok {
			return nil, fault(FaultUnreadable, 0, 0, check.member)
		}
	}
	return p, nil
}

// Template parses the pack's markup and checks it against the kind.
func (p *Pack) Template() (*Template, error) {
	t, err := Parse(strings.Join(p.Body, "\n"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Key, err)
	}
	if err := p.Check(t); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Key, err)
	}
	return t, nil
}

// Check holds a template, the pack's own or an area's copy, against the kind: it
// names every field of MustUse, none of MustNotUse, and is in the pack's language.
func (p *Pack) Check(t *Template) error {
	if t.language != p.Language {
		return fault(FaultWrongHeader, 0, 0, t.language)
	}
	for _, name := range p.MustUse {
		if !t.used[name] {
			return fault(FaultMissing, 0, 0, name)
		}
	}
	for _, name := range p.MustNotUse {
		if t.used[name] {
			return fault(FaultForbidden, 0, 0, name)
		}
	}
	return nil
}

// allFields reports whether each name is a field that markup may name and that the
// rule lets through.
func allFields(names []string, rule func(*Field) bool) bool {
	for _, name := range names {
		if f := catalogueIndex[name]; f == nil || f.Place == Frame || !rule(f) {
			return false
		}
	}
	return true
}
