package ops

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// What stands in no line of the log: what somebody asked for or sent (after a question
// mark, in quotes), what opens a door (tokens, links), and who somebody is (addresses).
var (
	question = regexp.MustCompile(`(?i)(\?|%3f)\S+`)
	quoted   = regexp.MustCompile(`"[^"]*"|` + "`[^`]*`")
	mailed   = regexp.MustCompile(`(?i)[^\s"'<>@/=,;:()]+(@|%40)[^\s"'<>@,;()]+`)
	opaque   = regexp.MustCompile(`eyJ[\w-]+(\.[\w-]*)*|[A-Za-z0-9]+\.\d+\.[\w-]{43}|[\w-]{32,}`)
	word     = regexp.MustCompile(`[\pL\pN_-]{4,}`)
	named    = regexp.MustCompile(`^[a-z_.-]+$`) // a part of a path that is a route's own
)

// ours are the parts of a request's line that no sender chooses, and the address, which is
// clean by then.
var ours = []string{"type", "method", "status", "execTime", "auth", "authId", "userIP", "remoteIP", "url"}

// scrub keeps out of a line of the log what a log must not hold. PocketBase writes a
// request's address twice, once unescaped, and what was wrong with it in its own words.
func scrub(log *core.Log) {
	data, err := plain(log.Data)
	if err != nil {
		data = map[string]any{"error": "what belongs to this line could not be read"}
	}
	var asked []string
	if data["type"] == "request" {
		address, _ := data["url"].(string)
		path, query := apart(address)
		asked = words(query)
		data["url"] = steps(path)
		log.Message = fmt.Sprintf("%v %s", data["method"], data["url"])
		delete(data, "referer")
		delete(data, "meta")
		if status, _ := data["status"].(float64); status < 500 {
			delete(data, "details") // what a person sent, with what is wrong with it
		}
	} else {
		log.Message = clean(log.Message, nil)
	}
	for key, v := range data {
		if !slices.Contains(ours, key) {
			data[key] = within(v, asked)
		}
	}
	log.Data = data
}

// plain is what will be written, in nothing but maps, lists and texts.
func plain(from any) (to map[string]any, err error) {
	raw, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(raw, &to)
	}
	if to == nil {
		to = map[string]any{}
	}
	return to, err
}

// apart is an address's path, and what was asked there.
func apart(address string) (path, query string) {
	if at := question.FindStringIndex(address); at != nil {
		return address[:at[0]], address[at[0]:]
	}
	return strings.TrimSuffix(address, "?"), ""
}

// steps is a path in which what is longer than a record's id is left out, unless it is a
// word of a route: it is a link's token, or a file's name.
func steps(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) > 15 && !named.MatchString(p) || mailed.MatchString(p) {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// words are all that was asked for, in whatever way it was written, the longest first.
func words(query string) (all []string) {
	all = word.FindAllString(query, -1)
	for _, part := range strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune("?&=;", r) }) {
		if text, err := url.QueryUnescape(part); err == nil {
			all = append(all, word.FindAllString(text, -1)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// within cleans every text of a value.
func within(v any, asked []string) any {
	switch v := v.(type) {
	case string:
		return clean(quoted.ReplaceAllString(v, `"…"`), asked)
	case map[string]any:
		for key, inner := range v {
			v[key] = within(inner, asked)
		}
	case []any:
		for i, inner := range v {
			v[i] = within(inner, asked)
		}
	}
	return v
}

func clean(text string, asked []string) string {
	for _, w := range asked {
		text = strings.ReplaceAll(text, w, "…")
	}
	text = question.ReplaceAllString(text, "?…")
	text = mailed.ReplaceAllString(text, "…@…")
	return opaque.ReplaceAllString(text, "…")
}
