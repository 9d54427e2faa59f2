package main

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// callOut are the files that open a connection to somewhere else; what each talks to stands
// in SECURITY.md. The tour is a client, and no part of a server that serves.
var callOut = []string{"hooks/openid/provider.go", "server/mail/carrier.go", "server/mail/room.go", "server/mail/text_message.go", "server/mail/web_push.go", "server/upload/inspection/clamd/client.go"}

func TestOnlyTheListedRoomsCallOut(t *testing.T) {
	opens := map[string]bool{
		"http.Client": true, "http.Get": true, "http.Post": true, "http.PostForm": true, "http.Head": true, "http.DefaultClient": true,
		"net.Dial": true, "net.DialTimeout": true, "net.Dialer": true, "tls.Dial": true, "smtp.Dial": true, "smtp.SendMail": true,
	}
	var found []string
	shipped(t, func(path string, f *ast.File) {
		if strings.HasPrefix(path, "server/tour/") || strings.HasPrefix(path, "server/demo/demotest/") || strings.HasPrefix(path, "hooks/openid/openidtest/") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, _ := s.X.(*ast.Ident)
			if of != nil && opens[of.Name+"."+s.Sel.Name] || s.Sel.Name == "NewMailClient" {
				found = append(found, path)
			}
			return true
		})
	})
	slices.Sort(found)
	if found = slices.Compact(found); !slices.Equal(found, callOut) {
		t.Errorf("these open connections: %v, and these are listed: %v", found, callOut)
	}
}

// weak are imports that have no place in what is shipped, and where one has, why.
var weak = map[string]map[string]string{
	"math/rand": {}, "math/rand/v2": {}, "crypto/md5": {}, "crypto/des": {}, "crypto/rc4": {}, "unsafe": {}, "C": {}, "net/http/pprof": {}, "expvar": {},
	"crypto/sha1":  {"server/upload/lane_checksum.go": "a tus client may choose it to find a torn chunk; what is kept is known by SHA-256"},
	"encoding/xml": {}, "encoding/gob": {}, "plugin": {},
	"text/template": {"server/mail/compose.go": "mail is plain text, which a reader's program never runs"},
}

// Nothing that is shipped guesses its secrets, hashes with what is broken, reaches past
// Go's memory, reads what strangers send as objects of their choice, believes any
// certificate, or shows what only a developer should see.
func TestNoWeakSourceIsUsed(t *testing.T) {
	files := 0
	shipped(t, func(path string, f *ast.File) {
		files++
		for _, i := range f.Imports {
			name := must(strconv.Unquote(i.Path.Value))
			if where, listed := weak[name]; listed && where[path] == "" {
				t.Errorf("%s imports %s", path, name)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "InsecureSkipVerify" || id.Name == "DefaultDev") {
				t.Errorf("%s has %s", path, id.Name)
			}
			return true
		})
	})
	if files < 300 {
		t.Errorf("only %d files are seen", files)
	}
}

// A policy without these lets a page be framed, or its links led elsewhere: default-src
// does not stand for them.
func TestEveryPolicyNamesItsFrameAndBase(t *testing.T) {
	policies := 0
	shipped(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, whole := joined(e)
			if !whole || !strings.Contains(text, "default-src") {
				return true
			}
			policies++
			for _, must := range []string{"frame-ancestors 'none'", "base-uri 'none'"} {
				if !strings.Contains(text, must) {
					t.Errorf("%s: %q does not say %s", path, text, must)
				}
			}
			return false
		})
	})
	if policies < 5 {
		t.Errorf("only %d policies are seen", policies)
	}
}

// joined is a text that stands in one or more pieces.
func joined(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, whole := joined(e.X)
		b, too := joined(e.Y)
		return a + b, whole && too && e.Op == token.ADD
	}
	return "", false
}

// Every module that is built on has its row, with why, in README's table.
func TestEveryDependencyIsInTheTable(t *testing.T) {
	root := filepath.Dir(must(os.Getwd()))
	table := string(must(os.ReadFile(filepath.Join(root, "README.md"))))
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(must(os.ReadFile(filepath.Join(root, "go.mod")))), -1)
	if len(direct) < 20 {
		t.Errorf("only %d modules are seen", len(direct))
	}
	for _, m := range direct {
		if !regexp.MustCompile(regexp.QuoteMeta(m[1]) + `[ ,|]`).MatchString(table) {
			t.Errorf("%s has no row", m[1])
		}
	}
}

// shipped reads what the binary is made of.
func shipped(t *testing.T, each func(path string, f *ast.File)) {
	t.Helper()
	sources(t, filepath.Dir(must(os.Getwd())), func(path string, f *ast.File) {
		if !strings.HasSuffix(path, "_test.go") {
			each(path, f)
		}
	})
}
