package hooks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"holdfast/hooks/intake"
	contract "holdfast/mobile-contract"
)

// givers are what gives a field a code, with the place of the code among the arguments.
var givers = map[string]int{"NewError": 0, "problem": 0, "refuseKind": 0, "Wrong": 1, "one": 1}

// carriers are the functions that hand on a code which they were given themselves: their
// callers are looked at, or what they take it from is.
var carriers = []string{
	"problem", "refuseKind", "Wrong", "one",
	"announce",                                  // of intake's policy
	"refusals", "comeBetween", "nothingBetween", // of blocks
	"inOurWords", // of PocketBase's fields
}

// Every code that a rule gives a field is in the contract's list: what a phone's author
// reads there is all that they meet.
func TestEveryFieldsCodeIsInTheContract(t *testing.T) {
	found := map[string]string{intake.KindOff: "intake", intake.TypeRefused: "intake", intake.TooLarge: "intake", intake.TooMany: "intake"}
	subjects, err := filepath.Glob("*/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	folders := []string{"."}
	for _, s := range subjects {
		if folder := filepath.Dir(s); folder != "reply" { // which says in words what others found
			folders = append(folders, folder)
		}
	}
	for _, folder := range append(folders, "../server/sync", "../server/devices", "../server/upload", "../server/letter", "../server/second", "../server/gate") {
		raised(t, folder, found)
	}
	if len(found) < 100 {
		t.Fatalf("only %d codes were found: the walk goes past them", len(found))
	}
	for code, where := range found {
		if _, ok := contract.FieldCodeOf(code); !ok {
			t.Errorf("%s gives a field the code %q, which is not in the contract's list (mobile-contract/fieldcode.go): give it a meaning and its sentences", where, code)
		}
	}
	for _, c := range contract.FieldCodes {
		if found[c.Code] == "" && !strings.HasPrefix(c.Code, "validation_") && !slices.Contains(byPush, c.Code) {
			t.Errorf("the contract lists %q, and nothing gives it", c.Code)
		}
	}
}

// byPush are codes that no rule gives but a push (of a field that it cannot read).
var byPush = []string{contract.FieldNotText, contract.FieldTooDeep, "not_contested", "server_owned", "unknown_field", "wrong_type"}

// raised adds the codes that a folder's source gives fields, each with a place.
func raised(t *testing.T, folder string, found map[string]string) {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	named := map[string]ast.Expr{} // constants
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, p, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, name := range v.Names {
					named[name.Name] = v.Values[i]
				}
			}
			return true
		})
	}
	note := func(e ast.Expr, function string) {
		if name, ok := e.(*ast.Ident); ok && named[name.Name] != nil {
			e = named[name.Name]
		}
		at := set.Position(e.Pos()).String()
		lit, ok := e.(*ast.BasicLit)
		if !ok {
			if !slices.Contains(carriers, function) {
				t.Errorf("%s, in %s: the code of a field is written where it is given, or this test cannot see it", at, function)
			}
			return
		}
		code, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		found[code] = at
	}
	for _, f := range files {
		for _, d := range f.Decls {
			function := ""
			if fn, ok := d.(*ast.FuncDecl); ok {
				function = fn.Name.Name
			}
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					name := writtenAs(n.Fun)
					at, ok := givers[name]
					if name == "say" && function == "refusals" {
						at, ok = 1, true
					}
					if ok && at < len(n.Args) {
						note(n.Args[at], function)
					}
				case *ast.CompositeLit:
					if name, ok := n.Type.(*ast.Ident); ok && name.Name == "Block" && len(n.Elts) > 1 {
						if _, keyed := n.Elts[1].(*ast.KeyValueExpr); !keyed {
							note(n.Elts[1], function)
						}
					}
					if list, ok := n.Type.(*ast.ArrayType); ok && writtenAs(list.Elt) == "Block" {
						for _, e := range n.Elts {
							if b, ok := e.(*ast.CompositeLit); ok && b.Type == nil && len(b.Elts) > 1 {
								if _, keyed := b.Elts[1].(*ast.KeyValueExpr); !keyed {
									note(b.Elts[1], function)
								}
							}
						}
					}
				}
				return true
			})
		}
	}
}

func writtenAs(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && e.Sel.Name == "Wrong" && x.Name != "kernel" {
			return x.Name + ".Wrong" // of something else, such as a number
		}
		return e.Sel.Name
	}
	return ""
}
