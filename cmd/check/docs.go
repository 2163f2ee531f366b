package main

import (
	"go/ast"
	"go/token"
)

// checkDocs finds packages without a package comment, and exported names without a doc comment in packages that others
// can import. Fields and the methods of an interface speak through their type.
func checkDocs(r *repo) []finding {
	var found []finding
	for _, p := range r.packages {
		documented := false
		var first *file // that is no test
		for _, f := range p.files {
			if f.isTest() {
				continue
			}
			if first == nil {
				first = f
			}
			documented = documented || f.syntax.Doc != nil
			if !p.isMain() {
				for _, decl := range f.syntax.Decls {
					found = append(found, f.undocumented(decl)...)
				}
			}
		}
		if first != nil && !documented {
			found = append(found, first.at(first.syntax.Package, "say what the package is for, above its name in one file",
				"package %s has no comment", first.syntax.Name.Name))
		}
	}
	return found
}

// undocumented returns a finding for each exported name that decl leaves without a word.
func (f *file) undocumented(decl ast.Decl) []finding {
	var found []finding
	want := func(id *ast.Ident, name string, docs ...*ast.CommentGroup) {
		if !id.IsExported() {
			return
		}
		for _, d := range docs {
			if d != nil {
				return
			}
		}
		found = append(found, f.at(id.Pos(), "say its contract, unit or reason", "%s has no comment", name))
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if recv := receiver(d); recv == "" {
			want(d.Name, d.Name.Name, d.Doc)
		} else if token.IsExported(recv) && !spoken[d.Name.Name] {
			want(d.Name, recv+"."+d.Name.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				want(s.Name, s.Name.Name, d.Doc, s.Doc, s.Comment)
			case *ast.ValueSpec: // what is said of a group is said of each in it
				for _, id := range s.Names {
					want(id, id.Name, d.Doc, s.Doc, s.Comment)
				}
			}
		}
	}
	return found
}

// spoken are the methods of the standard library's small interfaces: a comment could only repeat the name.
var spoken = map[string]bool{
	"String": true, "Error": true, "Unwrap": true, "Len": true, "Less": true, "Swap": true,
}

// receiver returns the name of the type that a method belongs to, or "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr: // of a generic type
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
