package lettertext

import (
	"strconv"
	"unicode/utf8"
)

// Merge fills a template in. Values are text: they are cleaned, written out and
// never parsed. The error is a *MergeError that names every field in the way; for
// a letter over MaxDocument it names only the letter. Time is linear in the length
// of the template, the data and the letter.
func Merge(t *Template, data Data) (*Document, error) {
	m := &merger{words: words[t.language], data: data, problems: problems{}}
	m.checkNames()
	d := m.frame(t)
	m.length = d.length()
	for i := range t.blocks {
		if b := &t.blocks[i]; b.list != nil {
			d.Body = m.repeat(d.Body, b)
		} else {
			d.Body = m.block(d.Body, b, m.value)
		}
		if m.length > MaxDocument {
			return nil, &MergeError{Problems: []Problem{{"letter", TooLong}}}
		}
	}
	if err := m.problems.err(); err != nil {
		return nil, err
	}
	return d, nil
}

// merger holds what one merge needs.
type merger struct {
	words    *language
	data     Data
	problems problems
	length   int // code points written so far
}

// frame fills in what every letter shows around its body.
func (m *merger) frame(t *Template) *Document {
	organisation := m.one("area.name")
	salutation := m.one("recipient.salutation_name")
	d := &Document{
		Language:   t.language,
		Print:      t.print,
		Sender:     append([]string{organisation}, m.many("area.address_lines")...),
		Recipient:  append([]string{m.one("recipient.name")}, m.many("recipient.address_lines")...),
		Reference:  m.one("letter.ref"),
		Salutation: m.words.Dear + " " + salutation,
		Body:       []Block{},
		Closing:    m.words.Closing,
		Signatory:  Signatory{m.one("signatory.name"), m.one("signatory.role"), organisation},
		Copies:     m.many("cc"),
		Labels:     Labels{m.words.Reference, m.words.Copies, m.words.Page},
	}
	if line := m.one("area.return_line"); line != "" {
		d.Return = m.words.Return + ": " + line
	}
	d.Crest = m.one("area.crest")
	if postcode := m.one("recipient.postcode"); postcode != "" {
		d.Recipient = append(d.Recipient, postcode)
	}
	if m.one("letter.date") != "" {
		day, _ := parseDay(Clean(m.data["letter.date"].text))
		d.Date, d.DateText = Clean(m.data["letter.date"].text), m.words.day(day)
	}
	return d
}

// checkNames refuses data for fields that do not exist.
func (m *merger) checkNames() {
	for name, value := range m.data {
		field := catalogueIndex[name]
		if field == nil {
			m.problems.add(name, NoField)
			continue
		}
		for i, row := range value.rows {
			for key := range row {
				if field.itemField(key) == nil {
					m.problems.add(numbered(name, i)+"."+key, NoField)
				}
			}
		}
	}
}

// one is the text of a single value, empty when there is none.
func (m *merger) one(name string) string { return m.value(catalogueIndex[name]) }

// value is the text of a field that is named in running text.
func (m *merger) value(f *Field) string {
	if f.Type == Names {
		return m.words.join(m.many(f.Name))
	}
	value, given := m.data[f.Name]
	if given && !value.fits(f) {
		m.problems.add(f.Name, WrongShape)
		return ""
	}
	return m.written(f, f.Name, value.text)
}

// many is the texts of a list.
func (m *merger) many(name string) []string {
	f := catalogueIndex[name]
	n := m.count(f)
	texts := make([]string, 0, n)
	for i := range n {
		texts = append(texts, m.written(&f.Items[0], numbered(name, i), m.data[name].texts[i]))
	}
	return texts
}

// count is how many items of a list to show: none when the list is in the way.
func (m *merger) count(f *Field) int {
	value, given := m.data[f.Name]
	n := len(value.texts) + len(value.rows)
	switch {
	case given && !value.fits(f):
		m.problems.add(f.Name, WrongShape)
		return 0
	case n > f.MaxItems:
		m.problems.add(f.Name, TooMany)
		return 0
	case n == 0 && !f.Optional:
		m.problems.add(f.Name, Unresolved)
	}
	return n
}

// written is a value as the letter shows it; name is how a problem names it.
func (m *merger) written(f *Field, name, value string) string {
	text, code := m.words.format(f, value)
	if code == "" && text == "" && !f.Optional {
		code = Unresolved
	}
	if code != "" {
		m.problems.add(name, code)
	}
	return text
}

// repeat writes the blocks of a list once for each item.
func (m *merger) repeat(body []Block, b *block) []Block {
	name := b.list.Name
	for i := range m.count(b.list) {
		item := func(f *Field) string {
			if b.list.Type == Rows {
				return m.written(f, numbered(name, i)+"."+f.Name, m.data[name].rows[i][f.Name])
			}
			return m.written(f, numbered(name, i), m.data[name].texts[i])
		}
		for j := range b.body {
			if body = m.block(body, &b.body[j], item); m.length > MaxDocument {
				return body
			}
		}
	}
	return body
}

// block writes one block. It is left out when an optional field has no value.
func (m *merger) block(body []Block, b *block, value func(*Field) string) []Block {
	var spans spanBuilder
	complete := true
	for _, piece := range b.pieces {
		text := piece.text
		if piece.field != nil {
			text = value(piece.field)
			complete = complete && (text != "" || !piece.field.Optional)
		}
		spans.add(text, piece.bold)
	}
	if !complete {
		return body
	}
	block := Block{Kind: b.kind, Spans: spans.finish(), Picture: b.picture}
	m.length += utf8.RuneCountInString(block.Text())
	return append(body, block)
}

// numbered names an item of a list, counted from 1.
func numbered(name string, i int) string { return name + "[" + strconv.Itoa(i+1) + "]" }
