package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	contract "holdfast/mobile-contract"
)

// object is a piece of the document; its keys are written in order of their names.
type object = map[string]any

// openapi is the document of every endpoint, complete in itself.
func openapi(root string, schemas map[string]*jsonschema.Schema) (object, error) {
	components, err := components(schemas)
	if err != nil {
		return nil, err
	}
	spec, err := os.ReadFile(filepath.Join(root, "mobile-contract", "SPEC.md"))
	if err != nil {
		return nil, err
	}
	paths := object{}
	for _, e := range slices.Concat(contract.Endpoints, contract.Beside) {
		x, ok := exchangeOf(e)
		if !ok {
			return nil, fmt.Errorf("%s %s is in the contract and the generator does not know what goes over it", e.Method, e.Path)
		}
		item, _ := paths[e.Path].(object)
		if item == nil {
			item = object{}
			paths[e.Path] = item
		}
		item[strings.ToLower(e.Method)] = operation(e, x, rules(string(spec), e))
	}
	var tagged []any
	for _, t := range tags {
		if t.says == "" { // more of one that stands above
			continue
		}
		tagged = append(tagged, object{"name": t.name, "description": t.says})
	}
	shown := object{}
	for name, h := range headers {
		shown[name] = h
	}
	if err := unnamed(object{"headers": shown, "schemas": components}, paths); err != nil {
		return nil, err
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Holdfast sync", "version": strconv.Itoa(contract.Version),
			"description": "How a field client and the server exchange records. SPEC.md beside this file says what both must do. The schemas say all that this version sends and nothing else; a client passes over members and collections that it does not know (M37), since a later server of the same version may have more.",
			"license":     object{"name": "MIT", "identifier": "MIT"},
		},
		"servers":    []any{object{"url": "/"}},
		"tags":       tagged,
		"paths":      paths,
		"components": object{"schemas": components, "headers": shown, "securitySchemes": securitySchemes},
	}, nil
}

// unnamed takes out what the document holds and nothing in it names.
func unnamed(parts, paths object) error {
	raw, err := json.Marshal([]any{parts, paths})
	if err != nil {
		return err
	}
	for kind, of := range parts {
		for name := range of.(object) {
			if !strings.Contains(string(raw), `"#/components/`+kind+"/"+name+`"`) {
				delete(of.(object), name)
			}
		}
	}
	return nil
}

func exchangeOf(e contract.Endpoint) (exchange, bool) {
	if x, ok := exchanges[e.Method+" "+e.Path]; ok {
		return x, true
	}
	x, ok := besides[e.Method+" "+e.Path]
	return x, ok
}

var securitySchemes = object{
	"device":  object{"type": "http", "scheme": "bearer", "description": "A registered device's access token, good for ten minutes."},
	"dpop":    object{"type": "http", "scheme": "dpop", "description": "The same token of a device that registered its key: sent as Authorization: DPoP, with a proof in the header DPoP (RFC 9449; SPEC.md M120 to M125)."},
	"sign_in": object{"type": "http", "scheme": "bearer", "description": "PocketBase's own token of a user who signed in within the last ten minutes. It opens the user's own account and this, and nothing else."},
}

// tags are the parts of the document, by what their paths begin with; the first that fits.
var tags = []struct{ name, says, path string }{
	{"Signing in", "How a person signs in, before their phone is registered.", "/api/sign-in"},
	{"Signing in", "", "/api/collections/users/"},
	{"Devices", "How a phone is registered, renews its tokens, signs out and is wiped.", "/api/sync/devices"},
	{"Sync", "How records come and edits go.", "/api/sync"},
	{"Wake-ups", "How a phone in the foreground hears that there is news.", "/api/realtime"},
	{"Chronology", "A case in one order.", "/api/cases"},
	{"Letters", "Letters as they are read and printed.", "/api/letters"},
	{"Evidence", "Files: their bytes, receipts and bundles (UPLOAD.md).", "/api/uploads"},
	{"Evidence", "", "/api/evidence"},
	{"Evidence", "", "/api/keys"},
	{"PowerSync", "The stream that PowerSync's client libraries read, unmodified.", "/sync/"},
	{"PowerSync", "", "/write-checkpoint2.json"},
	{"Records by REST", "PocketBase's own doors, for a browser or its SDK. A phone that syncs needs none of them.", "/api/"},
}

func tagOf(path string) string {
	for _, t := range tags {
		if strings.HasPrefix(path, t.path) {
			return t.name
		}
	}
	panic("no part of the document for " + path)
}

var ruleLine = regexp.MustCompile(`^- \*\*(M\d+)\*\* `)

// rules names those of SPEC.md that speak of an endpoint.
func rules(spec string, e contract.Endpoint) string {
	var list []string
	for _, line := range strings.Split(spec, "\n") {
		if m := ruleLine.FindStringSubmatch(line); m != nil && strings.Contains(line, "`"+e.Method+" "+e.Path+"`") {
			list = append(list, m[1])
		}
	}
	if list == nil {
		return ""
	}
	return " SPEC.md: " + strings.Join(list, ", ") + "."
}

// components are the schemas as the document holds them. A put of each collection and
// each record has a name of its own, by which it is told apart.
func components(schemas map[string]*jsonschema.Schema) (object, error) {
	out := object{}
	for name, s := range schemas {
		if err := embed(out, name, s); err != nil {
			return nil, err
		}
	}
	for _, n := range synced() {
		if err := embed(out, recordName(n.Name, "Record"), recordSchema(n)); err != nil {
			return nil, err
		}
	}
	var variants []any
	mapping := object{}
	for _, v := range out["Put"].(object)["oneOf"].([]any) {
		name := v.(object)["title"].(string)
		collection := v.(object)["properties"].(object)["collection"].(object)["const"].(string)
		out[name] = v
		variants = append(variants, ref(name))
		mapping[collection] = "#/components/schemas/" + name
	}
	put := out["Put"].(object)
	put["oneOf"], put["discriminator"] = variants, object{"propertyName": "collection", "mapping": mapping}
	return out, nil
}

// embed lays a schema into the document: its references point inside.
func embed(components object, name string, s *jsonschema.Schema) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return err
	}
	inward(plain)
	components[name] = plain
	return nil
}

func inward(v any) {
	switch v := v.(type) {
	case object:
		if to, ok := v["$ref"].(string); ok {
			to = strings.TrimSuffix(to, ".json")
			if collection, ok := strings.CutPrefix(to, "records/"); ok {
				to = recordName(collection, "Record")
			}
			v["$ref"] = "#/components/schemas/" + to
		}
		for _, inner := range v {
			inward(inner)
		}
	case []any:
		for _, inner := range v {
			inward(inner)
		}
	}
}
