package main

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ban is a set of names of the standard library that only some packages may use.
type ban struct {
	path    string
	names   []string // empty: all
	but     []string // not these
	allowed []string // directories, with what is below them
	example bool     // example*_test.go may: it is how examples speak
	instead string
}

var bans = []ban{
	{
		path:    "time",
		names:   []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
		allowed: []string{"cmd", "netem/relay", "sim/kernel", "sim/splice", "sim/system"}, // whose hosts or links live in real time
		instead: "take the time as an argument, or ask the sim.Loop",
	}, {
		path:    "context",
		names:   []string{"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
		allowed: []string{"cmd"},
		instead: "its clock is the wall's: use a timer of the sim.Loop",
	}, {
		path:    "math/rand",
		but:     []string{"Rand", "Source", "Source64", "Zipf", "New", "NewSource", "NewZipf"},
		instead: "draw from a stream that is passed in",
	}, {
		path:    "math/rand/v2",
		but:     []string{"Rand", "Source", "PCG", "ChaCha8", "Zipf", "New", "NewPCG", "NewChaCha8", "NewZipf"},
		instead: "draw from a stream that is passed in",
	}, {
		path:    "net", // net/netip is another: addresses are data
		allowed: []string{"cmd", "netem/relay", "sim"},
		instead: "packets come in and go out through a Stage: sockets belong to an engine",
	}, {
		path:    "log",
		allowed: []string{"cmd"},
		instead: "return an error, or tell an Observer",
	}, {
		path:    "log/slog",
		allowed: []string{"cmd"},
		instead: "return an error, or tell an Observer",
	}, {
		path:    "os",
		names:   []string{"Exit"},
		allowed: []string{"cmd"},
		instead: "return an error: only a command ends the process",
	}, {
		path:    "fmt",
		names:   []string{"Print", "Printf", "Println"},
		allowed: []string{"cmd"},
		example: true,
		instead: "write to an io.Writer that is passed in",
	}, {
		path:    "unsafe",
		allowed: []string{"netem/relay", "sim/netstack", "sim/kernel"},
		instead: "find a way that the compiler can check",
	},
}

// checkNames finds uses, called or not, of names that are banned where they stand, in tests too.
func checkNames(r *repo) []finding {
	var found []finding
	for p, f := range r.all() {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			i := slices.IndexFunc(bans, func(b ban) bool { return b.path == f.imported(sel.X) })
			if i >= 0 && bans[i].bans(sel.Sel.Name) && !bans[i].lets(p, f) {
				found = append(found, f.at(sel.Pos(), bans[i].instead, "%s.%s in %s", bans[i].path, sel.Sel.Name, p.dir))
			}
			return true
		})
	}
	return found
}

// bans says whether the name may not be used, where the ban holds.
func (b ban) bans(name string) bool {
	return !slices.Contains(b.but, name) && (len(b.names) == 0 || slices.Contains(b.names, name))
}

// lets says whether the ban does not hold in file f of p.
func (b ban) lets(p *pkg, f *file) bool {
	return p.within(b.allowed) || b.example && f.isTest() && strings.HasPrefix(path.Base(f.path), "example")
}

// imported returns the path of the package that x names in this file, or "" if x is anything else, such as a variable
// of the same name.
func (f *file) imported(x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok || id.Obj != nil {
		return ""
	}
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		local := path.Base(strings.TrimSuffix(name, "/v2"))
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == id.Name {
			return name
		}
	}
	return ""
}

// threaded are the directories where a goroutine may be started. Elsewhere the order of what happens would be the
// scheduler's.
var threaded = []string{"cmd", "netem/relay", "sim"}

// checkGoroutines finds go statements outside them, tests apart.
func checkGoroutines(r *repo) []finding {
	var found []finding
	for p, f := range r.all() {
		if f.isTest() || p.within(threaded) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if n, ok := n.(*ast.GoStmt); ok {
				found = append(found, f.at(n.Pos(), "let the caller decide when: tell, ask when, fetch", "a goroutine in %s", p.dir))
			}
			return true
		})
	}
	return found
}
