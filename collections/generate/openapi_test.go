package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	contract "holdfast/mobile-contract"
)

// Another reader's view of the document: kin-openapi loads it, resolves every
// reference and holds it to OpenAPI 3.1.
func TestTheDocumentIsOpenAPI(t *testing.T) {
	_, files := made(t)
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(files[openapiFile])
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(loader.Context); err != nil {
		t.Fatal(err)
	}
	if document.OpenAPI != "3.1.0" {
		t.Errorf("the document is of version %s", document.OpenAPI)
	}
	status := document.Paths.Value("/api/sync/status").Get.Responses.Status(403)
	if status == nil || strings.Contains(*status.Value.Description, "device_locked") {
		t.Error("the status is said to be refused to a phone that is locked (M6)")
	}
	for _, e := range slices.Concat(contract.Endpoints, contract.Beside) {
		item := document.Paths.Value(e.Path)
		if item == nil || item.GetOperation(e.Method) == nil {
			t.Errorf("%s %s is not in the document", e.Method, e.Path)
			continue
		}
		op := item.GetOperation(e.Method)
		x, _ := exchangeOf(e)
		if op.Responses.Status(x.success()) == nil || x.fails == nil && op.Responses.Status(500) == nil {
			t.Errorf("%s %s lacks an answer", e.Method, e.Path)
		}
		if (op.RequestBody != nil) != (e.Method == "POST" || e.Method == "PATCH") && !x.bodiless {
			t.Errorf("%s %s: its body", e.Method, e.Path)
		}
		if op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
			t.Errorf("%s %s says too little of itself", e.Method, e.Path)
		}
	}
}

// Who is asked with a place in the history answers where they stand in it, and judges a
// history that is shown beside: no door is left by which a restore would go unnoticed.
func TestWhereAPlaceIsTakenTheHistoryIsAnswered(t *testing.T) {
	has := func(kind, member string) bool {
		i := slices.IndexFunc(messages, func(m reflect.Type) bool { return m.Name() == kind })
		if i < 0 {
			return false
		}
		for f := range messages[i].Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == member {
				return true
			}
		}
		return false
	}
	found := 0
	for where, x := range exchanges {
		history := has(x.ask, "history") || slices.Contains(x.query, "history")
		if !history && !has(x.ask, "position") {
			continue
		}
		found++
		if !history {
			t.Errorf("%s takes a position and no history", where)
		}
		for _, kind := range x.answers {
			if !has(kind, "history") {
				t.Errorf("%s answers %s, which does not say where the server stands", where, kind)
			}
		}
	}
	if found < 8 {
		t.Errorf("%d endpoints take a place", found)
	}
}
