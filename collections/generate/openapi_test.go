package main

import (
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
	for _, e := range contract.Endpoints {
		item := document.Paths.Value(e.Path)
		if item == nil || item.GetOperation(e.Method) == nil {
			t.Errorf("%s %s is not in the document", e.Method, e.Path)
			continue
		}
		op := item.GetOperation(e.Method)
		x := exchanges[e.Method+" "+e.Path]
		if op.Responses.Status(x.success()) == nil || op.Responses.Status(500) == nil {
			t.Errorf("%s %s lacks an answer", e.Method, e.Path)
		}
		if (op.RequestBody != nil) != (e.Method == "POST" || e.Method == "PATCH") {
			t.Errorf("%s %s: its body", e.Method, e.Path)
		}
	}
}
