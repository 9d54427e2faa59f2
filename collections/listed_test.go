package collections

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A noun that is declared and not listed is nowhere, and nothing else would say so.
func TestEveryDeclaredNounIsListed(t *testing.T) {
	source, err := os.ReadFile("declared.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || len(fn.Type.Params.List) > 0 || fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
				continue
			}
			if star, ok := fn.Type.Results.List[0].Type.(*ast.StarExpr); !ok || star.X.(*ast.Ident).Name != "Noun" {
				continue
			}
			if declared++; !strings.Contains(string(source), "\t"+fn.Name.Name+",\n") {
				t.Errorf("%s declares %s, which is not among declared.go: run go generate ./...", file, fn.Name.Name)
			}
		}
	}
	if declared != len(All()) {
		t.Errorf("%d nouns are declared and %d listed", declared, len(All()))
	}
}
