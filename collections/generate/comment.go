package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// comments are what the contract's source says of its types and fields:
// "PullRequest" and "PullRequest.Position" to a sentence.
type comments map[string]string

// readComments reads them from the contract's wire types and the generator's own.
func readComments(root string) (comments, error) {
	out := comments{}
	for _, path := range []string{"mobile-contract/wire.go", "mobile-contract/evidence.go", "mobile-contract/chronology.go", "mobile-contract/involvement.go", "collections/generate/exchange.go", "collections/generate/beside.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				t := s.(*ast.TypeSpec)
				out[t.Name.Name] = sentence(g.Doc)
				if st, ok := t.Type.(*ast.StructType); ok {
					out.fields(t.Name.Name, st)
				}
			}
		}
	}
	return out, nil
}

func (c comments) fields(owner string, st *ast.StructType) {
	for _, f := range st.Fields.List {
		for _, name := range f.Names {
			key := owner + "." + name.Name
			c[key] = sentence(f.Comment)
			if inner, ok := f.Type.(*ast.StructType); ok {
				c.fields(key, inner)
			}
		}
	}
}

func sentence(g *ast.CommentGroup) string {
	return strings.Join(strings.Fields(g.Text()), " ")
}
