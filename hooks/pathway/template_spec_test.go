package pathway_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

var ownName = regexp.MustCompile(`^\w+ (is |says )?`)

var jsonName = regexp.MustCompile(`json:"([a-z_]+)`)

// members is what template.go says of each part of a template, as tables.
func members(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "template.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		part := g.Specs[0].(*ast.TypeSpec)
		b.WriteString("\n**" + part.Name.Name + "**: " + capital(ownName.ReplaceAllString(strings.Join(strings.Fields(g.Doc.Text()), " "), "")) + "\n\n| member | is | |\n| --- | --- | --- |\n")
		for _, f := range part.Type.(*ast.StructType).Fields.List {
			if f.Tag == nil {
				continue // the engine's own
			}
			says := strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
			b.WriteString("| `" + jsonName.FindStringSubmatch(f.Tag.Value)[1] + "` | " + plain(f.Type) + " | " + says + " |\n")
		}
	}
	return b.String()
}

// payloads are what each kind of event may carry.
func payloads() string {
	var b strings.Builder
	b.WriteString("\n| kind | member | is | one of |\n| --- | --- | --- | --- |\n")
	for _, k := range pathway.Kinds() {
		name := "`" + k.Name + "`"
		if k.Members == nil {
			b.WriteString("| " + name + " | | | |\n")
		}
		for _, m := range k.Members {
			form := m.Form
			if m.Required {
				form += ", required"
			}
			b.WriteString("| " + name + " | `" + m.Name + "` | " + form + " | " + strings.Join(m.OneOf, ", ") + " |\n")
			name = ""
		}
	}
	return b.String()
}

// checks are the guards by name, with what their own code says of them.
func checks(t *testing.T) string {
	t.Helper()
	says := map[string]string{}
	var table *ast.CompositeLit
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				says[n.Name.Name] = strings.Join(strings.Fields(n.Doc.Text()), " ")
			case *ast.CompositeLit:
				if types.ExprString(n.Type) == "map[string]*guard" {
					table = n
				}
			}
			return true
		})
	}
	var b strings.Builder
	b.WriteString("\n| check | with | holds |\n| --- | --- | --- |\n")
	for _, row := range table.Elts {
		row := row.(*ast.KeyValueExpr)
		var with []string
		check := ""
		for _, m := range row.Value.(*ast.CompositeLit).Elts {
			m := m.(*ast.KeyValueExpr)
			switch types.ExprString(m.Key) {
			case "takes":
				for _, e := range m.Value.(*ast.CompositeLit).Elts {
					with = append(with, strings.Trim(types.ExprString(e), `"`))
				}
			case "check":
				check = types.ExprString(m.Value)
			}
		}
		_, says, _ := strings.Cut(says[check], " ") // without the function's own name
		says = capital(strings.TrimPrefix(strings.TrimPrefix(says, "is "), "holds "))
		if says == "" {
			t.Errorf("nothing is said of %s", check)
		}
		b.WriteString("| `" + strings.Trim(types.ExprString(row.Key), `"`) + "` | " + strings.Join(with, ", ") + " | " + says + " |\n")
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] }

// plain is a Go type in words.
func plain(e ast.Expr) string {
	text := strings.NewReplacer("*", "", "map[string][]string", "lists of text by name", "map[string]string", "text by name",
		"string", "text", "int", "whole number", "bool", "true or false").Replace(types.ExprString(e))
	if of, ok := strings.CutPrefix(text, "[]"); ok {
		return "list of " + of
	}
	return text
}

// What PATHWAY.md says of a template, of an event's data and of the checks is what the
// engine's own code says.
func TestSpecTemplate(t *testing.T) {
	raw, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, part := range []struct{ name, want string }{{"template", members(t)}, {"data", payloads()}, {"checks", checks(t)}} {
		top, end := "<!-- "+part.name+": written by the tests from the engine's own code -->\n", "<!-- end of "+part.name+" -->"
		head, rest, ok := strings.Cut(text, top)
		old, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("PATHWAY.md has lost the marks around its %s", part.name)
		}
		if old != part.want && !*write {
			t.Errorf("PATHWAY.md does not say what the code says of the %s: go test ./hooks/pathway -run TestSpecTemplate -write", part.name)
		}
		text = head + top + part.want + end + tail
	}
	if *write {
		if err := os.WriteFile(spec, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
