package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// longest is how many lines a file of Go may have.
const longest = 600

// checkSource gives every breach in the text of one file: its length, init
// functions (nothing registers itself here), sleeping tests (they wait for
// signals, or poll with a deadline).
func checkSource(name string, text []byte) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(file) {
		return nil, nil
	}
	var bad []string
	say := func(at token.Pos, format string, args ...any) {
		bad = append(bad, fmt.Sprintf("%s:%d: %s", name, fset.Position(at).Line, fmt.Sprintf(format, args...)))
	}
	if n := bytes.Count(text, []byte("\n")); n > longest {
		say(file.End(), "%d lines; %d is the limit: divide the file", n, longest)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			say(f.Pos(), "init function: pass dependencies in instead")
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		clock := importedAs(file, "time")
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == clock && clock != "" && !usesSynctest(file) {
					say(sel.Pos(), "time.Sleep in a test: wait for a signal, or poll with require.Eventually")
				}
			}
			return true
		})
	}
	return bad, nil
}

// importedAs gives the name that a file knows a package by, "" if it does not.
func importedAs(file *ast.File, path string) string {
	for _, i := range file.Imports {
		if strings.Trim(i.Path.Value, `"`) != path {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path
	}
	return ""
}

// usesSynctest tells whether a file's clock is testing/synctest's, where
// sleeping takes no time.
func usesSynctest(file *ast.File) bool { return importedAs(file, "testing/synctest") != "" }
