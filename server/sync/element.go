package sync

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"holdfast/collections/legible"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// element is one mutation of a push as it came. What is not of the form is refused and
// kept alone, whole, as the text that it was: nothing that a phone sends holds up what
// stands behind it (trap T34).
type element struct {
	contract.Mutation // as far as it can be read; its ID is what it is judged and kept under
	sent              string
	raw               json.RawMessage
	beyond            map[string]json.RawMessage // members that this server does not know
	ignored           []string
	meaning           []byte
	pusher            string
	why               *refusal // it is not applied: it is not of the form, or its id is another's
	unread            bool     // it is not of the form
}

// apartAt ends, in what an element is kept under, the id that it said: behind it stands
// what tells it from the mutation that has the id.
const apartAt = "#"

// keptApart is what an element is kept under that has no id of its own.
func keptApart(id string, meaning []byte) string { return id + apartAt + hex.EncodeToString(meaning) }

// maxOfText is how long a text beside the content of a mutation may be, in characters.
const maxOfText = 64

// readElement reads one element of a push.
func readElement(raw json.RawMessage, pusher string) *element {
	e := &element{raw: raw}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return e.leave("", nil)
	}
	wrong := map[string]contract.FieldProblem{}
	for _, name := range slices.Sorted(maps.Keys(members)) { // op comes before set
		if why := e.member(name, members[name]); why != "" {
			wrong[name] = contract.FieldProblem{Code: string(contract.Malformed), Message: why}
		}
	}
	if name, ok := twice(raw, len(members)); ok {
		wrong[name] = contract.FieldProblem{Code: string(contract.Malformed), Message: "It is there twice."}
	}
	for _, must := range [...]struct{ name, text string }{{"id", e.ID}, {"collection", e.Collection}, {"record", e.Record}, {"op", e.Op}} {
		if _, told := wrong[must.name]; must.text == "" && !told {
			wrong[must.name] = contract.FieldProblem{Code: string(contract.Malformed), Message: "It is missing."}
		}
	}
	if len(wrong) > 0 {
		return e.leave(e.ID, wrong)
	}
	e.pusher, e.meaning = pusher, meaningOf(e.Mutation, pusher)
	return e
}

// leave keeps the element as it came. Where it has a good id its verdict is one as any.
func (e *element) leave(id string, wrong map[string]contract.FieldProblem) *element {
	e.meaning, e.unread = meaningOfRaw(e.raw), true
	if e.ID = id; id == "" {
		e.ID = keptApart("", e.meaning)
	}
	e.why = refuse(contract.Malformed, "The app did not send this in the form of an edit, so it cannot be read as one. It is kept as it came.")
	e.why.fields = wrong
	return e
}

// member reads one member, and answers what is wrong with one that cannot be done
// without. What only makes merging more exact, or says when, is left out where it cannot
// be read: at worst there is a conflict that need not have been.
func (e *element) member(name string, raw json.RawMessage) (why string) {
	nothing := string(raw) == "null"
	switch name {
	case "id":
		e.sent = textOf(raw)
		one, ok := contract.MutationID(e.sent)
		if ok {
			e.ID = one
			return ""
		}
		if e.sent = cut(e.sent); !nothing {
			return "It is neither a ULID nor a UUID."
		}
	case "collection":
		return e.named(&e.Collection, raw)
	case "record":
		if why = e.named(&e.Record, raw); why == "" && e.Record != "" && !contract.IsRecordID(e.Record) {
			why = "A record's id is 15 characters of a-z and 0-9."
		}
		return why
	case "op":
		if why = e.named(&e.Op, raw); why == "" && e.Op != "" && !slices.Contains([]string{"create", "update", "upsert", "delete"}, e.Op) {
			why = "It is none of create, update, upsert and delete."
		}
		return why
	case "base":
		var ok bool
		if e.Base, ok = wholeNumber(raw); !ok && !nothing {
			e.ignore(name)
		}
	case "set":
		switch err := json.Unmarshal(raw, &e.Set); {
		case err != nil && e.Op == "delete": // which has none
			e.Set = nil
			e.ignore(name)
		case err != nil:
			return "It is no object."
		}
		if field, ok := twice(raw, len(e.Set)); ok {
			return fmt.Sprintf("It says %s twice.", cut(field))
		}
	case "was":
		if json.Unmarshal(raw, &e.Was) != nil {
			e.Was = nil
			e.ignore(name)
		}
	case "group":
		return e.named(&e.Group, raw)
	case "author":
		return e.named(&e.Author, raw)
	case "recorded_at":
		if e.RecordedAt = textOf(raw); e.RecordedAt == "" && !nothing && string(raw) != `""` {
			e.RecordedAt = string(raw) // a number, say: no time, and kept as it came
		}
		e.RecordedAt = short(e.RecordedAt)
	default:
		if e.beyond == nil {
			e.beyond = map[string]json.RawMessage{}
		}
		e.beyond[name] = raw
		e.ignore(name)
	}
	return ""
}

// mostTold is how many members that are left out are told by name.
const mostTold = 20

func (e *element) ignore(name string) {
	if len(e.ignored) < mostTold {
		e.ignored = append(e.ignored, cut(name))
	}
}

// named reads a short text into to. What is none is told, and as much of it kept as can
// be shown.
func (e *element) named(to *string, raw json.RawMessage) (why string) {
	if string(raw) == "null" {
		return ""
	}
	if raw[0] != '"' {
		return "It is no text."
	}
	text := textOf(raw)
	if *to = cut(text); *to != text {
		return fmt.Sprintf("It is longer than %d characters, or no text that can be read.", maxOfText)
	}
	return ""
}

func textOf(raw json.RawMessage) (text string) {
	if n := len(raw); n > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : n-1])
	}
	_ = json.Unmarshal(raw, &text)
	return text
}

// cut is as much of a text as is kept beside the content, as every phone can read it.
func cut(text string) string {
	if !legible.Readable(text) {
		text = legible.Mend(text)
	}
	return short(text)
}

func short(text string) string {
	if len(text) <= maxOfText {
		return text
	}
	if letters := []rune(text); len(letters) > maxOfText {
		return string(letters[:maxOfText])
	}
	return text
}

// content is a mutation as it is kept when it is refused: whole. What cannot be read is
// kept as the text that it was.
func (b *batch) content(m contract.Mutation) ([]byte, error) {
	e := b.of[m.ID]
	if e != nil && e.unread {
		return legibleText(e.raw)
	}
	if e != nil {
		m.ID, _, _ = strings.Cut(m.ID, apartAt)
	}
	kept, err := keepable(m)
	if err != nil || e == nil || len(e.beyond) == 0 {
		return kept, err
	}
	more, err := json.Marshal(e.beyond)
	if err != nil {
		return nil, err
	}
	more = readable(more, reply.DeepestCopy)
	if more[0] != '{' || kept[0] != '{' {
		return kept, nil
	}
	return slices.Concat(kept[:len(kept)-1], []byte{','}, more[1:]), nil
}

// legibleText is what came as a JSON text that every phone can read.
func legibleText(raw []byte) ([]byte, error) {
	text := legible.Mend(string(raw))
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	err := w.Encode(text)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}
