package main

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	contract "holdfast/mobile-contract"
)

func operation(e contract.Endpoint, x exchange, rules string) object {
	out := object{
		"operationId": operationID(e), "summary": e.Does, "description": capital(e.Does) + "." + rules,
		"tags": []any{tagOf(e.Path)}, "responses": responses(e, x), "security": []any{},
	}
	switch e.Auth {
	case "device":
		out["security"] = []any{object{"device": []any{}}, object{"dpop": []any{}}}
	case "sign_in":
		out["security"] = []any{object{"sign_in": []any{}}}
	case "account":
		out["security"] = []any{object{"sign_in": []any{}}, object{"device": []any{}}, object{"dpop": []any{}}}
	}
	parameters := slices.Concat(pathParameters(e), sent(e, x))
	for _, name := range x.query {
		parameters = append(parameters, object{"name": name, "in": "query", "schema": object{"type": "string"}})
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	if x.ask != "" {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": ref(x.ask)}}}
	}
	if x.takes != "" {
		out["requestBody"] = object{"content": object{x.takes: object{}}}
	}
	return out
}

func pathParameters(e contract.Endpoint) (out []any) {
	for _, name := range pathNames.FindAllStringSubmatch(e.Path, -1) {
		schema, of := object{"type": "string", "pattern": patterns["record_id"]}, "The record's id."
		switch {
		case name[1] == "collection":
			var all []any
			for _, n := range synced() {
				all = append(all, n.Name)
			}
			schema, of = object{"type": "string", "enum": all}, "The collection."
		case strings.HasPrefix(e.Path, "/api/uploads"):
			schema, of = object{"type": "string", "pattern": "^[a-z0-9]{26}$"}, "The upload's id, from Location."
		}
		out = append(out, object{"name": name[1], "in": "path", "required": true, "description": of, "schema": schema})
	}
	return out
}

// pathNames are what a path leaves open.
var pathNames = regexp.MustCompile(`\{([a-z]+)\}`)

// operationID is the endpoint's name in generated clients: post_sync_pull.
func operationID(e contract.Endpoint) string {
	path := strings.NewReplacer("/api/", "", "/", "_", "{", "", "}", "").Replace(e.Path)
	return strings.ToLower(e.Method) + "_" + path
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// responses are the answer and the errors, one response a status with the codes
// that it can carry.
func responses(e contract.Endpoint, x exchange) object {
	answer := object{"description": capital(e.Does) + "."}
	if !x.silent {
		answer["content"] = content(x)
	}
	if says := heard(e, x.says); len(says) > 0 {
		answer["headers"] = says
	}
	out := object{strconv.Itoa(x.success()): answer}
	if x.partial {
		out["206"] = object{
			"description": "The range that was asked for.", "content": content(x),
			"headers": heard(e, append(slices.Clone(x.says), "Content-Range")),
		}
	}
	if slices.Contains(x.hears, "If-None-Match") {
		out["304"] = object{"description": "What is here already is what there is.", "headers": heard(e, x.says)}
	}
	failures(out, e, x)
	return out
}

// failures are the errors among the responses.
func failures(out object, e contract.Endpoint, x exchange) {
	for _, status := range x.fails {
		out[strconv.Itoa(status)] = failure(e, status, http.StatusText(status), object{"$ref": "#/components/schemas/StockError"})
	}
	for status, name := range x.also {
		out[strconv.Itoa(status)] = failure(e, status, http.StatusText(status)+", and what to do about it.", either([]string{name, "StockError"}))
	}
	if x.fails != nil {
		return
	}
	codes := slices.Concat(believed[e.Auth], x.codes, []contract.Code{contract.Internal})
	if x.ask != "" {
		codes = append(codes, contract.Malformed, contract.TooLarge, contract.BodyEncoding)
	}
	byStatus := map[int][]string{}
	for _, c := range codes {
		if slices.Contains(x.spares, c) {
			continue
		}
		status := contract.Of(c).Status
		if status == 0 { // the reason of a refused mutation, told as an error
			status = http.StatusForbidden
		}
		if !slices.Contains(byStatus[status], string(c)) {
			byStatus[status] = append(byStatus[status], string(c))
		}
	}
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		slices.Sort(byStatus[status])
		schema := object{"allOf": []any{
			ref("Error"),
			object{"type": "object", "properties": object{"data": object{"type": "object", "properties": object{"code": object{"type": "string", "enum": byStatus[status]}}}}},
		}}
		out[strconv.Itoa(status)] = failure(e, status, http.StatusText(status)+": "+strings.Join(byStatus[status], ", "), schema)
	}
}

// waiting are the statuses that may say after how long to ask again.
var waiting = []int{409, 423, 429, 503, 507}

func failure(e contract.Endpoint, status int, says string, schema object) object {
	out := object{"description": says}
	if e.Method != http.MethodHead && e.Method != http.MethodOptions {
		out["content"] = object{"application/json": object{"schema": schema}}
	}
	var names []string
	if slices.Contains(waiting, status) {
		names = append(names, "Retry-After")
	}
	if strings.HasPrefix(e.Path, "/api/uploads") && status == http.StatusConflict {
		names = append(names, "Upload-Offset", "Upload-Expires", contract.ReceiptHeader)
	}
	if status == http.StatusRequestedRangeNotSatisfiable {
		names = append(names, "Content-Range")
	}
	if strings.HasPrefix(e.Path, "/api/uploads") {
		names = append(names, "Tus-Resumable")
	}
	if proves(e) {
		names = append(names, contract.NonceHeader)
	}
	headers := object{}
	for _, name := range names {
		headers[name] = object{"$ref": "#/components/headers/" + name}
	}
	if len(headers) > 0 {
		out["headers"] = headers
	}
	return out
}

func content(x exchange) object {
	out := object{}
	if x.answers != nil {
		out["application/json"] = object{"schema": either(x.answers)}
	}
	if x.lists != "" {
		out["application/json"] = object{"schema": object{"type": "array", "items": ref(x.lists)}}
	}
	if x.gives != "" {
		out[x.gives] = object{}
	}
	if x.streams != nil {
		out["application/x-ndjson"] = object{"schema": either(x.streams)}
	}
	return out
}

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
