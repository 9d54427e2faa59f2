package letter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/family"
	"holdfast/hooks/lettertext"
)

// speaks are the languages that somebody is recorded as speaking well; none where nobody
// wrote any down.
func speaks(p *core.Record) (list []string) {
	said := strings.NewReplacer(",", "/", ";", "/", "&", "/", "+", "/", " and ", "/", " or ", "/").Replace(p.GetString("language"))
	for _, part := range strings.Split(said, "/") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// understands says whether a letter in a language reaches somebody who speaks these.
func understands(list []string, language string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(said string) bool {
		return slices.Contains(calledSo[language], strings.ToLower(said))
	})
}

// calledSo is what people write for a language that letters are in.
var calledSo = map[string][]string{"en": {"english", "en", "eng"}, "cy": {"welsh", "cymraeg", "cy"}}

// formats are the ways in which somebody has to be written to, from what is ticked and from
// what is written of their needs. What is written with a no or a not is none, but for
// somebody who does not read.
func formats(p *core.Record) (list []string) {
	add := func(need string) {
		if !slices.Contains(list, need) {
			list = append(list, need)
		}
	}
	for _, way := range p.GetStringSlice("communication") {
		if _, known := lifts[way]; known {
			add(way)
		}
	}
	clauses := strings.FieldsFunc(strings.ToLower(p.GetString("needs")), func(r rune) bool { return strings.ContainsRune(".,;\n", r) })
	for _, clause := range clauses {
		said := " " + strings.Join(words(clause), " ") + " "
		for _, w := range needWords {
			if strings.Contains(said, " "+w.words+" ") && (w.negative || !strings.Contains(said, " no ") && !strings.Contains(said, " not ")) {
				add(w.need)
			}
		}
	}
	return list
}

var needWords = []struct {
	words, need string
	negative    bool // the words themselves say what somebody cannot
}{
	{"easy read", "easy_read", false}, {"large print", "large_print", false}, {"big print", "large_print", false}, {"braille", "braille", false},
	{"audio", "audio", false}, {"bsl", "bsl", false}, {"sign language", "bsl", false},
	{"does not read", "read_aloud", true}, {"cannot read", "read_aloud", true}, {"can not read", "read_aloud", true}, {"can't read", "read_aloud", true},
	{"unable to read", "read_aloud", false}, {"read aloud", "read_aloud", false}, {"read out", "read_aloud", false},
	{"interpreter", needsInterpreter, false},
}

const needsInterpreter = "interpreter"

// lifts are the ways of explaining a letter that answer each need.
var lifts = map[string][]string{
	needsInterpreter: {"interpreter", "signed"},
	"easy_read":      {"easy_read_copy", "read_out"},
	"large_print":    {"large_print", "read_out", "audio"},
	"braille":        {"braille", "read_out", "audio"},
	"audio":          {"audio", "read_out"},
	"bsl":            {"signed"},
	"read_aloud":     {"read_out", "audio"},
}

// needSays is each need as a sentence begins with it, and what would lift it.
var needSays = map[string][2]string{
	"easy_read":   {"needs easy read", "send it with an easy read copy, or read it out"},
	"large_print": {"needs large print", "send it in large print, or read it out"},
	"braille":     {"needs braille", "send it in braille, or read it out"},
	"audio":       {"needs audio", "send a recording, or read it out"},
	"bsl":         {"needs British Sign Language", "have it signed"},
	"read_aloud":  {"cannot read it", "read it out"},
}

// needsOf is what a letter's recipients need of it beside its language, and whether
// somebody has to interpret: into what.
func needsOf(p *core.Record, language string) (needs []string, into string) {
	list := speaks(p)
	for _, need := range formats(p) {
		if need == needsInterpreter {
			into = "their language"
			continue
		}
		needs = append(needs, need)
	}
	if p.GetString("interpreter") == "needed" {
		into = "their language"
	}
	if p.GetString("interpreter") == "not_needed" {
		into = ""
	}
	if !understands(list, language) {
		into = list[0]
	} else if into != "" && len(list) > 0 && !understands(list[:1], language) {
		into = list[0]
	}
	return needs, into
}

// offers fills the lines that offer an interpreter and another form from what the recipient
// needs. What the worker wrote there stays.
func offers(data lettertext.Data, recipient *core.Record, pack *lettertext.Pack, t *lettertext.Template) {
	needs, into := needsOf(recipient, t.Language())
	language := t.Language()
	if _, typed := data["interpreter_line"]; !typed && into != "" {
		if into == "their language" {
			into = map[string]string{"en": "your language"}[language]
		}
		data["interpreter_line"] = lettertext.One(lettertext.InterpreterLine(language, into))
	}
	for _, need := range needs {
		if _, typed := data["accessible_format_line"]; !typed && !isInForm(pack, t, need) {
			if line := lettertext.FormatLine(language, need); line != "" {
				data["accessible_format_line"] = lettertext.One(line)
			}
		}
	}
}

// isInForm says whether a wording is itself what a need of form asks for.
func isInForm(pack *lettertext.Pack, t *lettertext.Template, need string) bool {
	return need == "easy_read" && pack.Variant == "easy_read" || need == "large_print" && t.Print() == "large"
}

// understood: a letter that its recipient cannot read is none (domain 3.3). What lifts it
// is a letter of the kind that they can read, or what was arranged so that they hear what it
// says: how, on what day and by whom.
func understood(s *sight) (list []Block, err error) {
	arranged := s.letter.GetStringSlice("explained")
	if s.letter.GetString("explained_on") == "" || !family.TakesInk(s.letter.GetString("explained_by")) {
		arranged = nil
	}
	lifted := func(need string) bool {
		return slices.ContainsFunc(lifts[need], func(way string) bool { return slices.Contains(arranged, way) })
	}
	for _, p := range []*core.Record{s.recipient, s.joint} {
		if p == nil {
			continue
		}
		needs, into := needsOf(p, s.text.Language())
		if into != "" && !lifted(needsInterpreter) {
			says, err := s.inTheirLanguage(p, into)
			if err != nil {
				return nil, err
			}
			list = append(list, Block{"explained", "language_need", says, false})
		}
		for _, need := range needs {
			if lifted(need) || isInForm(s.pack, s.text, need) {
				continue
			}
			says, err := s.inTheirForm(p, need)
			if err != nil {
				return nil, err
			}
			list = append(list, Block{"explained", "format_need", says, false})
		}
	}
	return list, nil
}

// inTheirLanguage says what would lift that somebody does not read the letter's language.
func (s *sight) inTheirLanguage(p *core.Record, into string) (string, error) {
	name := p.GetString("name")
	if into == "their language" {
		return fmt.Sprintf("%s needs an interpreter: send it with an interpreter's call, and record on what day and by whom.", name), nil
	}
	for tag := range calledSo {
		if understands([]string{into}, tag) {
			there, err := s.published(dbx.HashExp{"language": tag})
			if err != nil || there {
				return fmt.Sprintf("%s speaks %s; there is a letter of this kind in %s: draft it from that, or send it with an interpreter's call.", name, into, into), err
			}
		}
	}
	return fmt.Sprintf("%s speaks %s; there is no letter of this kind in %s: send it with an interpreter's call, and record on what day and by whom.", name, into, into), nil
}

func (s *sight) inTheirForm(p *core.Record, need string) (string, error) {
	says := needSays[need]
	if need == "easy_read" {
		there, err := s.published(dbx.HashExp{"variant": "easy_read", "language": s.text.Language()})
		if err != nil || there {
			return fmt.Sprintf("%s %s; there is an easy read letter of this kind: draft it from that.", p.GetString("name"), says[0]), err
		}
	}
	return fmt.Sprintf("%s %s; there is no letter of this kind in that form: %s, and record on what day and by whom.", p.GetString("name"), says[0], says[1]), nil
}

// published says whether the area has a wording of this letter's kind that is so.
func (s *sight) published(so dbx.HashExp) (bool, error) {
	n, err := s.app.CountRecords("letter_templates", dbx.HashExp{"key": s.pack.Key, "status": "published"}, so)
	return n > 0, err
}
