package main

import "go/ast"

// A reader meets a function whole on one screen, and a file as one noun. Tests are tables and may be longer.
const (
	functionLines = 70
	fileLines     = 400
)

// checkLength finds functions and files that are too long, tests apart.
func checkLength(r *repo) []finding {
	var found []finding
	for _, f := range r.all() {
		if f.isTest() {
			continue
		}
		if n := f.line(f.syntax.FileEnd - 1); n > fileLines {
			found = append(found, f.at(f.syntax.FileEnd-1, "give each noun its own file",
				"%d lines in a file, %d at most", n, fileLines))
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.FuncDecl:
				name = n.Name.Name
			case *ast.FuncLit:
				name = "a function literal"
			default:
				return true
			}
			if lines := f.line(n.End()) - f.line(n.Pos()) + 1; lines > functionLines {
				found = append(found, f.at(n.Pos(), "keep the ifs and move the leaves out",
					"%d lines in %s, %d at most", lines, name, functionLines))
			}
			return true
		})
	}
	return found
}
