package sync

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// A verdict remembers what it was given for, as a hash: the same id with other content is
// another mutation (trap T35). What a worker recorded counts; how it was written does not
// (the order of members, blanks, the spelling of a number or a letter), nor when, nor the
// base: a client that offers a mutation again after a restore may name another.

// meaningOf is the hash of what a mutation says, for its pusher.
func meaningOf(m contract.Mutation, pusher string) []byte {
	h := sha256.New()
	author := m.Author
	if author == pusher {
		author = "" // as where none is named
	}
	for _, text := range []string{m.Collection, m.Record, m.Op, m.Group, author} {
		writeText(h, text)
	}
	for _, values := range []map[string]json.RawMessage{m.Set, m.Was} {
		writeText(h, strconv.Itoa(len(values)))
		for _, name := range slices.Sorted(maps.Keys(values)) {
			writeText(h, name)
			writeRaw(h, values[name])
		}
	}
	return h.Sum(nil)[:16]
}

// means says whether a mutation is what a verdict was given for: all that it says, or all but
// what its author had seen, which a phone that became another device adds (M166).
func (e *element) means(given []byte) bool {
	if bytes.Equal(given, e.meaning) {
		return true
	}
	if len(e.Was) == 0 || e.unread {
		return false
	}
	plain := e.Mutation
	plain.Was = nil
	return bytes.Equal(given, meaningOf(plain, e.pusher))
}

// meaningOfRaw is the hash of JSON that is no mutation.
func meaningOfRaw(raw json.RawMessage) []byte {
	h := sha256.New()
	writeRaw(h, raw)
	return h.Sum(nil)[:16]
}

// writeText is one text, told apart from the next by its length.
func writeText(h hash.Hash, text string) {
	h.Write(append(strconv.AppendInt(nil, int64(len(text)), 10), ':'))
	h.Write([]byte(text))
}

// writeRaw is a JSON value as it is meant. What no phone can read counts as it came: read,
// it would be like something else.
func writeRaw(h hash.Hash, raw json.RawMessage) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && reply.Text([]byte(raw)) == nil {
		writeText(h, "s")
		writeText(h, string(raw[1:len(raw)-1]))
		return
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if reply.JSON(raw, 0) != nil || d.Decode(&v) != nil {
		writeText(h, "raw")
		writeText(h, string(raw))
		return
	}
	writeValue(h, v)
}

func writeValue(h hash.Hash, v any) {
	switch v := v.(type) {
	case string:
		writeText(h, "s")
		writeText(h, v)
	case json.Number:
		writeText(h, "n")
		writeText(h, plainNumber(v.String()))
	case bool:
		writeText(h, strconv.FormatBool(v))
	case []any:
		writeText(h, "l"+strconv.Itoa(len(v)))
		for _, one := range v {
			writeValue(h, one)
		}
	case map[string]any:
		writeText(h, "o"+strconv.Itoa(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			writeText(h, name)
			writeValue(h, v[name])
		}
	default:
		writeText(h, "null")
	}
}

// plainNumber is a JSON number in its one spelling: its digits without zeros around them,
// and the power of ten of the last. 8123, 8123.0 and 8.123e3 are one; nothing is rounded.
func plainNumber(text string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	}
	digits, power, exponent := text, "", 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		digits, power = text[:i], text[i+1:]
		n, err := strconv.Atoi(power)
		if err != nil || n > 1e6 || n < -1e6 {
			return sign + text // no number that anybody means
		}
		exponent = n
	}
	whole, part, _ := strings.Cut(digits, ".")
	exponent -= len(part)
	digits = strings.TrimLeft(whole+part, "0")
	if digits == "" {
		return "0"
	}
	bare := strings.TrimRight(digits, "0")
	return sign + bare + "e" + strconv.Itoa(exponent+len(digits)-len(bare))
}

// wholeNumber reads a JSON number that is whole and not negative, however it is written.
func wholeNumber(raw json.RawMessage) (n int64, ok bool) {
	var number json.Number
	if len(raw) == 0 || raw[0] == '"' || raw[0] == 'n' || json.Unmarshal(raw, &number) != nil {
		return 0, false
	}
	plain := plainNumber(number.String())
	if plain == "0" {
		return 0, true
	}
	digits, power, found := strings.Cut(plain, "e")
	zeros, err := strconv.Atoi(power)
	if !found || err != nil || zeros < 0 || zeros > 18 {
		return 0, false
	}
	n, err = strconv.ParseInt(digits+strings.Repeat("0", zeros), 10, 64)
	return n, err == nil && n >= 0
}
