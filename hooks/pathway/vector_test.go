package pathway_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"holdfast/hooks/pathway"
)

const vectorFile = "../../mobile-contract/vectors/pathway.json"

// vectors is the file a phone author runs too: a member this test does not know is
// an error, so that neither side skips what the other checks.
type vectors struct {
	About   []string `json:"about"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name  string `json:"name"`
	Given given  `json:"given"`
	Then  then   `json:"then"`
}

type given struct {
	Template string          `json:"template"`
	Case     pathway.Case    `json:"case"`
	Events   []pathway.Event `json:"events"`
	Now      time.Time       `json:"now"`
	Ask      []string        `json:"ask,omitempty"`
}

type then struct {
	State         string             `json:"state"`
	Ended         bool               `json:"ended,omitempty"`
	Disputed      bool               `json:"disputed,omitempty"`
	ImmediateRisk bool               `json:"immediate_risk,omitempty"`
	Missed        int                `json:"missed"`
	Verdicts      []judged           `json:"verdicts"`
	Steps         []asked            `json:"steps"`
	Timers        []running          `json:"timers"`
	Letters       []pathway.Issue    `json:"letters,omitempty"`
	Allowed       []string           `json:"allowed"`
	Why           map[string]string  `json:"why,omitempty"`
	Alongside     []pathway.Beside   `json:"alongside,omitempty"`
	Cycles        int                `json:"cycles,omitempty"`
	Adults        []pathway.Standing `json:"adults,omitempty"`
}

type judged struct {
	Event       string          `json:"event"`
	Verdict     pathway.Outcome `json:"verdict"`
	Codes       []string        `json:"codes,omitempty"`
	To          string          `json:"to,omitempty"`
	CorrectedBy string          `json:"corrected_by,omitempty"`
	ResolvedBy  string          `json:"resolved_by,omitempty"`
}

type asked struct {
	Code    string         `json:"code"`
	Status  pathway.Status `json:"status"`
	DueOn   string         `json:"due_on,omitempty"`
	DoneOn  string         `json:"done_on,omitempty"`
	DoneBy  string         `json:"done_by,omitempty"`
	Because string         `json:"because,omitempty"`
}

type running struct {
	Code      string         `json:"code"`
	Status    pathway.Status `json:"status"`
	StartedOn string         `json:"started_on"`
	DueAt     string         `json:"due_at,omitempty"` // in UTC, to the millisecond
}

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var file vectors
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 40 {
		t.Errorf("%d vectors, fewer than 40", len(file.Vectors))
	}
	names := map[string]bool{}
	for i := range file.Vectors {
		v := &file.Vectors[i]
		if names[v.Name] {
			t.Errorf("two vectors are named %q", v.Name)
		}
		names[v.Name] = true
		got := answer(t, v.Given)
		if *write {
			v.Then = got
			continue
		}
		if have, want := text(t, got), text(t, v.Then); have != want {
			t.Errorf("%s:\n got %s\nwant %s", v.Name, have, want)
		}
	}
	if *write {
		save(t, file)
	}
}

func answer(t *testing.T, g given) then {
	t.Helper()
	r, err := pathway.Evaluate(bundled(t, g.Template), weekdays{1}, g.Case, g.Events, g.Now)
	if err != nil {
		t.Fatal(err)
	}
	out := then{
		State: r.State, Ended: r.Ended, Disputed: r.Disputed, ImmediateRisk: r.ImmediateRisk, Missed: r.Missed,
		Letters: r.Letters, Alongside: r.Alongside, Cycles: r.Cycles, Adults: r.Adults, Steps: []asked{}, Timers: []running{}, Verdicts: []judged{}, Allowed: []string{},
	}
	for _, v := range r.Verdicts {
		j := judged{Event: v.Event, Verdict: v.Outcome, To: v.To, CorrectedBy: v.CorrectedBy, ResolvedBy: v.ResolvedBy}
		for _, reason := range v.Reasons {
			j.Codes = append(j.Codes, reason.Code)
		}
		out.Verdicts = append(out.Verdicts, j)
	}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, asked{s.Code, s.Status, s.DueOn, s.DoneOn, s.DoneBy, s.Because})
	}
	for _, k := range r.Timers {
		due := ""
		if !k.DueAt.IsZero() {
			due = k.DueAt.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		out.Timers = append(out.Timers, running{k.Code, k.Status, k.StartedOn, due})
	}
	for _, a := range r.Allowed {
		if a.Allowed {
			out.Allowed = append(out.Allowed, a.Act)
		}
	}
	for _, act := range g.Ask {
		if out.Why == nil {
			out.Why = map[string]string{}
		}
		out.Why[act] = allowed(r, act).Why
	}
	return out
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// save writes one event, verdict or step to a line.
func save(t *testing.T, file vectors) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("{\n  \"about\": [\n")
	lines(t, &b, "    ", file.About)
	b.WriteString("  ],\n  \"vectors\": [\n")
	for i, v := range file.Vectors {
		b.WriteString("    {\n      \"name\": " + text(t, v.Name) + ",\n      \"given\": {\n        \"template\": " + text(t, v.Given.Template) +
			",\n        \"case\": " + text(t, v.Given.Case) + ",\n        \"now\": " + text(t, v.Given.Now))
		if v.Given.Ask != nil {
			b.WriteString(",\n        \"ask\": " + text(t, v.Given.Ask))
		}
		b.WriteString(",\n        \"events\": [\n")
		lines(t, &b, "          ", v.Given.Events)
		b.WriteString("        ]\n      },\n      \"then\": " + text(t, v.Then) + "\n    }")
		if i < len(file.Vectors)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("  ]\n}\n")
	if err := os.WriteFile(vectorFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func lines[T any](t *testing.T, b *bytes.Buffer, indent string, list []T) {
	t.Helper()
	for i, one := range list {
		b.WriteString(indent + text(t, one))
		if i < len(list)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
}
