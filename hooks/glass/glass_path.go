package glass

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// paths are whatever in a filter, a sort or an expand could be a way through relations.
// What stands in quotes is looked at too: to tell a quote from a comment with one in it
// is PocketBase's to do, and to be wrong here would open a case.
var paths = regexp.MustCompile(`[@\w:]+(\.[\w:]+)*`)

// leadsIntoCases reports whether what a request asks of a collection looks into a case:
// a relation from it, one to it, or a collection named outright.
func leadsIntoCases(app core.App, c *core.Collection, ask url.Values) bool {
	for _, key := range []string{"filter", "sort", "expand"} {
		for _, text := range ask[key] {
			for _, path := range paths.FindAllString(text, -1) {
				if wayIntoCases(app, c, strings.Split(path, ".")) {
					return true
				}
			}
		}
	}
	return false
}

func wayIntoCases(app core.App, c *core.Collection, steps []string) bool {
	if steps[0] == "@collection" && len(steps) > 1 {
		name, _, _ := strings.Cut(steps[1], ":")
		to, err := app.FindCachedCollectionByNameOrId(name)
		if err != nil {
			return false
		}
		c, steps = to, steps[2:]
		if HoldsCases(c) {
			return true
		}
	}
	if steps[0] == "@request" && len(steps) > 2 { // a body's relation leads on as the field does
		steps = steps[2:]
	}
	for _, step := range steps {
		step, _, _ = strings.Cut(step, ":")
		to := ""
		if from, _, backwards := strings.Cut(step, "_via_"); backwards {
			to = from
		} else if f, ok := c.Fields.GetByName(step).(*core.RelationField); ok {
			to = f.CollectionId
		} else {
			return false // a field's value, or nothing of ours
		}
		next, err := app.FindCachedCollectionByNameOrId(to)
		if err != nil {
			return false
		}
		if c = next; HoldsCases(c) {
			return true
		}
	}
	return false
}

// CaseTopic reports whether a realtime topic would deliver something of a case.
func CaseTopic(app core.App, topic string) bool {
	name, rest, _ := strings.Cut(topic, "?")
	name, _, _ = strings.Cut(name, "/")
	c, err := app.FindCachedCollectionByNameOrId(name)
	if err != nil {
		return false
	}
	sent, err := url.ParseQuery(rest)
	if err != nil {
		return true
	}
	var options struct {
		Query map[string]string `json:"query"`
	}
	if given := sent.Get("options"); given != "" && json.Unmarshal([]byte(given), &options) != nil {
		return true
	}
	ask := url.Values{}
	for key, value := range options.Query {
		ask.Set(key, value)
	}
	return HoldsCases(c) || leadsIntoCases(app, c, ask)
}
