package main

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// row says what the package in dir may import beside the standard library.
type row struct {
	dir     string
	project []string // packages of this module, by directory
	modules []string // other modules
	tests   []string // packages and modules for its tests only
	why     string   // no more than this
}

// table is the direction of imports, and its documentation:
//
//	cmd → sim/{netstack,app} → sim → netem
//	cmd → report → report/metric → netem
var table = []row{
	{
		dir:   "netem",
		tests: []string{"netem/netemtest"},
		why:   "what a network does to a packet is arithmetic: the standard library is enough, and every engine can use it",
	}, {
		dir:     "netem/netemtest",
		project: []string{"netem"},
		why:     "a model made elsewhere must pass the kits without pulling anything in",
	}, {
		dir:     "netem/relay",
		project: []string{"netem"},
		tests:   []string{"netem/netemtest", "sim"},
		why:     "a clock and sockets round a Stage: whatever says when it is to be called can be driven by it",
	}, {
		dir:     "sim",
		project: []string{"netem"},
		tests:   []string{"netem/netemtest", "sim/app", "sim/netstack"},
		why:     "a world knows neither which stack its hosts run nor what is drawn of it",
	}, {
		dir:     "sim/netstack",
		project: []string{"netem", "sim"},
		modules: []string{"gvisor.dev/gvisor"},
		tests:   []string{"sim/app"},
		why:     "the only importer of gVisor: a change of stack stays in one directory",
	}, {
		dir:     "sim/splice",
		project: []string{"netem", "netem/relay", "sim", "sim/netstack"},
		why:     "the hosts' loop and the wall's clock meet here, and only here",
	}, {
		dir:     "sim/kernel",
		project: []string{"netem", "sim"},
		modules: []string{"golang.org/x/sys"},
		tests:   []string{"sim/app"},
		why:     "the only place that speaks to Linux: namespaces, devices and sockets stay in one directory",
	}, {
		dir:     "sim/app",
		project: []string{"sim"},
		tests:   []string{"netem", "sim/netstack"},
		why:     "a client or server is ordinary socket code that cannot tell which engine or link is below",
	}, {
		dir:     "sim/scenariofile",
		project: []string{"netem"},
		modules: []string{"github.com/goccy/go-yaml"},
		why:     "what may stand where in a file of experiments, and where it stands: what it means is for the command",
	}, {
		dir: "sim/sweep",
		why: "a grid is jobs and numbers: what runs one is a function, whatever the experiment",
	}, {
		dir:     "sim/calls",
		project: []string{"sim"},
		tests:   []string{"netem", "sim/netstack"},
		why:     "what a program asks of its sockets can be told of on any host",
	}, {
		dir:   "sim/system",
		tests: []string{"sim"},
		why:   "the machine's own sockets: package net is enough",
	}, {
		dir: "sim/shrink",
		why: "a search among circumstances knows none of them: the standard library is enough",
	}, {
		dir:     "report",
		project: []string{"netem", "report/metric", "report/pcapng"},
		modules: []string{
			"gonum.org/v1/plot",
			"golang.org/x/image",         // the fonts and glyphs that gonum/plot draws with
			"codeberg.org/go-pdf/fpdf",   // gonum/plot's PDF: its clock and its map order are set from here
			"codeberg.org/go-fonts",      // gonum/plot's typefaces
			"github.com/google/gopacket", // captures
		},
		why: "it is told of events and samples: any engine can be drawn, and so can a capture from elsewhere",
	}, {
		dir:     "report/metric",
		project: []string{"netem"},
		why:     "a definition of an RFC is arithmetic on packets and times: netem's Time is all it needs",
	}, {
		dir:     "report/pcapng",
		modules: []string{"github.com/google/gopacket"},
		why:     "a capture file is bytes and times, whoever made them",
	}, {
		dir:   "report/capturefile",
		tests: []string{"report/pcapng"},
		why:   "captures come from anywhere: what reads them trusts no length and needs nobody's decoder",
	}, {
		dir:     "report/match",
		project: []string{"netem", "report/capturefile"},
		tests:   []string{"report/pcapng"},
		why:     "what arrived of what was sent can be told from any two captures, whoever made them",
	}, {
		dir:     "report/trace",
		project: []string{"netem", "report", "report/capturefile", "report/match", "report/metric"},
		why:     "captures made anywhere become the events that everything else is made of",
	}, {
		dir: "cmd/lossylab",
		project: []string{"netem", "netem/relay", "report", "report/capturefile", "report/match", "report/metric", "report/pcapng", "report/trace",
			"sim", "sim/app", "sim/calls", "sim/kernel", "sim/netstack", "sim/scenariofile", "sim/shrink", "sim/splice", "sim/sweep", "sim/system"},
		modules: []string{"github.com/spf13/pflag"},
		tests: []string{
			"github.com/rogpeppe/go-internal",          // scripts of what users type
			"github.com/santhosh-tekuri/jsonschema/v6", // what an editor finds wrong with a scenario file
			"github.com/goccy/go-yaml",                 // as an editor reads one, and jobs for Kubernetes
		},
		why: "the one place where engines and reports meet",
	}, {
		dir: "cmd/check",
		why: "the rules must run where nothing else builds",
	},
}

// checkImports finds imports that the table does not allow.
func checkImports(r *repo) []finding {
	var found []finding
	for p, f := range r.all() {
		i := slices.IndexFunc(table, func(row row) bool { return row.dir == p.dir })
		if i < 0 {
			found = append(found, f.at(f.syntax.Package, "give it one in cmd/check/imports.go, with the reason",
				"package %s has no row in the import table", p.dir))
			continue
		}
		for _, spec := range f.syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the parser has refused it already
			}
			if spec.Name != nil && spec.Name.Name == "." {
				found = append(found, f.at(spec.Pos(), "import it by its name", "dot import of %s", name))
			}
			if !table[i].allows(r.module, name, f.isTest()) {
				found = append(found, f.at(spec.Pos(), "keep to the import table: "+table[i].why,
					"%s imports %s", p.dir, name))
			}
		}
	}
	return found
}

// allows says whether the package may import name, or its tests may.
func (row row) allows(module, name string, test bool) bool {
	if dir, ok := strings.CutPrefix(name, module+"/"); ok {
		return slices.Contains(row.project, dir) || test && (dir == row.dir || slices.Contains(row.tests, dir))
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return name != "C" // standard library; C would end cross-building
	}
	for m := name; m != "."; m = path.Dir(m) {
		if slices.Contains(row.modules, m) || test && slices.Contains(row.tests, m) {
			return true
		}
	}
	return false
}

// checkTable finds rows of the import table whose package is gone.
func checkTable(r *repo) []finding {
	var found []finding
	for _, row := range table {
		if !slices.ContainsFunc(r.packages, func(p *pkg) bool { return p.dir == row.dir }) {
			found = append(found, finding{"cmd/check/imports.go", 1, "the import table has a row for " + row.dir + ", which is no package",
				"take the row out"})
		}
	}
	return found
}
