package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
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
func openapi(schemas map[string]*jsonschema.Schema) (object, error) {
	components := object{}
	for name, s := range schemas {
		plain, err := embedded(s)
		if err != nil {
			return nil, err
		}
		components[name] = plain
	}
	paths := object{}
	for _, e := range contract.Endpoints {
		x, ok := exchanges[e.Method+" "+e.Path]
		if !ok {
			return nil, fmt.Errorf("%s %s is in the contract and the generator does not know what goes over it", e.Method, e.Path)
		}
		item, _ := paths[e.Path].(object)
		if item == nil {
			item = object{}
			paths[e.Path] = item
		}
		item[strings.ToLower(e.Method)] = operation(e, x)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Holdfast sync", "version": strconv.Itoa(contract.Version),
			"description": "How a field client and the server exchange records. SPEC.md beside this file says what both must do; schema/records describes the records.",
			"license":     object{"name": "See the repository"},
		},
		"servers":    []any{object{"url": "/"}},
		"paths":      paths,
		"components": object{"schemas": components, "securitySchemes": securitySchemes},
	}, nil
}

var securitySchemes = object{
	"device":  object{"type": "http", "scheme": "bearer", "description": "A registered device's access token, good for ten minutes. A device that proved its key at registering sends it as Authorization: DPoP, with a proof in the header DPoP (RFC 9449; SPEC.md M120 to M125)."},
	"sign_in": object{"type": "http", "scheme": "bearer", "description": "PocketBase's own token of a user who signed in within the last ten minutes. It opens the user's own account and this, and nothing else."},
}

func operation(e contract.Endpoint, x exchange) object {
	out := object{
		"operationId": operationID(e), "summary": e.Does, "responses": responses(e, x),
		"security": []any{},
	}
	if e.Auth != "none" {
		out["security"] = []any{object{e.Auth: []any{}}}
	}
	var parameters []any
	for _, name := range pathNames.FindAllStringSubmatch(e.Path, -1) {
		pattern, of := patterns["record_id"], "The record's id."
		if strings.HasPrefix(e.Path, "/api/uploads") {
			pattern, of = "^[a-z0-9]{26}$", "The upload's id, from Location."
		}
		parameters = append(parameters, object{
			"name": name[1], "in": "path", "required": true, "description": of, "schema": object{"type": "string", "pattern": pattern},
		})
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	for _, name := range x.query {
		list, _ := out["parameters"].([]any)
		out["parameters"] = append(list, object{"name": name, "in": "query", "schema": object{"type": "string"}})
	}
	if x.ask != "" {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": ref(x.ask)}}}
	}
	if x.takes != "" {
		out["requestBody"] = object{"content": object{x.takes: object{}}}
	}
	return out
}

// operationID is the endpoint's name in generated clients: post_sync_pull.
func operationID(e contract.Endpoint) string {
	path := strings.NewReplacer("/api/", "", "/", "_", "{", "", "}", "").Replace(e.Path)
	return strings.ToLower(e.Method) + "_" + path
}

// responses are the answer and the errors, one response a status with the codes
// that it can carry.
func responses(e contract.Endpoint, x exchange) object {
	content := object{}
	if x.answers != nil {
		content["application/json"] = object{"schema": either(x.answers)}
	}
	if x.gives != "" {
		content[x.gives] = object{}
	}
	if x.streams != nil {
		content["application/x-ndjson"] = object{"schema": either(x.streams)}
	}
	answer := object{"description": e.Does}
	if !x.silent {
		answer["content"] = content
	}
	out := object{strconv.Itoa(x.success()): answer}
	codes := slices.Concat(believed[e.Auth], x.codes, []contract.Code{contract.Internal})
	if x.ask != "" {
		codes = append(codes, contract.Malformed, contract.TooLarge, contract.BodyEncoding)
	}
	byStatus := map[int][]string{}
	for _, c := range codes {
		status := contract.Of(c).Status
		if status == 0 { // the reason of a refused mutation, told as an error
			status = http.StatusUnprocessableEntity
		}
		if !slices.Contains(byStatus[status], string(c)) {
			byStatus[status] = append(byStatus[status], string(c))
		}
	}
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		slices.Sort(byStatus[status])
		out[strconv.Itoa(status)] = object{
			"description": http.StatusText(status) + ": " + strings.Join(byStatus[status], ", "),
			"content": object{"application/json": object{"schema": object{"allOf": []any{
				ref("Error"),
				object{"properties": object{"data": object{"properties": object{"code": object{"enum": byStatus[status]}}}}},
			}}}},
		}
	}
	return out
}

// pathNames are what a path leaves open.
var pathNames = regexp.MustCompile(`\{([a-z]+)\}`)

// success is the status of an answer that is no error.
func (x exchange) success() int {
	if x.status != 0 {
		return x.status
	}
	return http.StatusOK
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func either(names []string) object {
	if len(names) == 1 {
		return ref(names[0])
	}
	var all []any
	for _, n := range names {
		all = append(all, ref(n))
	}
	return object{"anyOf": all}
}

// embedded is a schema as the document holds it: its references point inside.
func embedded(s *jsonschema.Schema) (any, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}
	inward(plain)
	return plain, nil
}

func inward(v any) {
	switch v := v.(type) {
	case object:
		if to, ok := v["$ref"].(string); ok {
			v["$ref"] = "#/components/schemas/" + strings.TrimSuffix(to, ".json")
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
