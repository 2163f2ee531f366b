package main

import (
	"slices"
	"strings"
	"testing"
)

// lines returns a function of n lines, whose first line is head.
func lines(head string, n int) string { return head + strings.Repeat("\n", n-1) + "}\n" }

// why returns the reason of a row of the import table.
func why(dir string) string {
	return table[slices.IndexFunc(table, func(row row) bool { return row.dir == dir })].why
}

func TestRules(t *testing.T) {
	fails := map[string]bool{} // rules that some case breaks
	for _, c := range cases {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			r, err := load(module(c.files))
			if err != nil || len(r.broken) > 0 {
				t.Fatal(err, r.broken)
			}
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
			var got []string
			for _, f := range rules[i].check(r) {
				got = append(got, f.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
		fails[c.rule] = fails[c.rule] || len(c.want) > 0
	}
	for _, r := range rules {
		if !fails[r.name] {
			t.Errorf("no case breaks the rule %q", r.name)
		}
	}
}

// cases are small repositories, what one rule says of each, and each rule is broken by one of them.
var cases = []struct {
	rule  string
	name  string
	files map[string]string
	want  []string
}{{
	rule:  "format",
	name:  "gofmt would indent",
	files: map[string]string{"netem/loss.go": "package netem\n\nfunc f() {\nreturn\n}\n"},
	want:  []string{"netem/loss.go:4: not as gofmt writes it: run gofmt -w"},
}, {
	rule:  "format",
	name:  "clean, and what is in testdata is no code",
	files: map[string]string{"netem/loss.go": "package netem\n", "netem/testdata/bad.go": "not Go"},
}, {
	rule:  "length",
	name:  "71 lines are one too many",
	files: map[string]string{"netem/loss.go": "package netem\n\n" + lines("func (l *Link) Send() {", 71)},
	want:  []string{"netem/loss.go:3: 71 lines in Send, 70 at most: keep the ifs and move the leaves out"},
}, {
	rule:  "length",
	name:  "a literal is a function",
	files: map[string]string{"netem/loss.go": "package netem\n\n" + lines("var f = func() {", 71)},
	want:  []string{"netem/loss.go:3: 71 lines in a function literal, 70 at most: keep the ifs and move the leaves out"},
}, {
	rule:  "length",
	name:  "401 lines are one too many",
	files: map[string]string{"netem/loss.go": "package netem\n" + strings.Repeat("\n", 400)},
	want:  []string{"netem/loss.go:401: 401 lines in a file, 400 at most: give each noun its own file"},
}, {
	rule: "length",
	name: "400 and 70 lines are not, and a test may be longer",
	files: map[string]string{
		"netem/link.go":      "package netem\n" + strings.Repeat("\n", 399),
		"netem/loss.go":      "package netem\n\n" + lines("func f() {", 70),
		"netem/loss_test.go": "package netem\n\n" + lines("func f() {", 500),
	},
}, {
	rule: "docs",
	name: "a package without a comment",
	files: map[string]string{
		"cmd/lossylab/main.go": "package main\n\nfunc main() {}\n",
		"netem/loss.go":        "package netem\n",
	},
	want: []string{
		"cmd/lossylab/main.go:1: package main has no comment: say what the package is for, above its name in one file",
		"netem/loss.go:1: package netem has no comment: say what the package is for, above its name in one file",
	},
}, {
	rule: "docs",
	name: "exported names without a comment",
	files: map[string]string{"netem/loss.go": `// Package netem loses.
package netem

type Loss struct{ P float64 }

func (Loss) Judge() {}

func (q *Queue[T]) Enqueue() {}

func New() Loss { return Loss{} }

const Sent, gone = 1, 2

var (
	Zero Loss
	One  Loss // loses all
)
`},
	want: []string{
		"netem/loss.go:4: Loss has no comment: say its contract, unit or reason",
		"netem/loss.go:6: Loss.Judge has no comment: say its contract, unit or reason",
		"netem/loss.go:8: Queue.Enqueue has no comment: say its contract, unit or reason",
		"netem/loss.go:10: New has no comment: say its contract, unit or reason",
		"netem/loss.go:12: Sent has no comment: say its contract, unit or reason",
		"netem/loss.go:15: Zero has no comment: say its contract, unit or reason",
	},
}, {
	rule: "docs",
	name: "what needs none",
	files: map[string]string{
		"netem/doc.go": "// Package netem loses.\npackage netem\n",
		"netem/loss.go": `package netem

// Loss loses.
type Loss struct{ P float64 }

func (Loss) String() string { return "loss" }

type model struct{}

func (*model) Judge() {}

// What happens to a packet.
const (
	Sent = iota
	Dropped
)
`,
		"netem/loss_test.go":   "package netem\n\nfunc TestLoss() {}\n",
		"cmd/lossylab/main.go": "// Command lossylab loses.\npackage main\n\nfunc Exported() {}\n",
	},
}, {
	rule:  "marks",
	name:  "a promise, in a test too",
	files: map[string]string{"netem/loss_test.go": "package netem\n\n// TODO(me): more\nvar x = \"TODO\" /* XXX */\n"},
	want: []string{
		"netem/loss_test.go:3: TODO in a comment: do it, or write down as a limit what is not done",
		"netem/loss_test.go:4: XXX in a comment: do it, or write down as a limit what is not done",
	},
}, {
	rule:  "marks",
	name:  "a file pattern and a method are none",
	files: map[string]string{"netem/loss.go": "package netem\n\n// In /tmp/aXXXX, see context.TODO2.\n"},
}, {
	rule: "imports",
	name: "upward, sideways and out",
	files: map[string]string{
		"netem/loss.go":         "package netem\n\nimport (\n\t\"fmt\"\n\t\"gvisor.dev/gvisor/pkg/tcpip\"\n\t\"lossylab/sim\"\n)\n",
		"report/figure.go":      "package report\n\nimport \"lossylab/sim\"\n",
		"sim/loop.go":           "package sim\n\nimport \"lossylab/report\"\n",
		"sim/app/echo.go":       "package app\n\nimport . \"lossylab/sim\"\n",
		"sim/netstack/world.go": "package netstack\n\nimport \"C\"\n",
	},
	want: []string{
		"netem/loss.go:5: netem imports gvisor.dev/gvisor/pkg/tcpip: keep to the import table: " + why("netem"),
		"netem/loss.go:6: netem imports lossylab/sim: keep to the import table: " + why("netem"),
		"report/figure.go:3: report imports lossylab/sim: keep to the import table: " + why("report"),
		"sim/app/echo.go:3: dot import of lossylab/sim: import it by its name",
		"sim/loop.go:3: sim imports lossylab/report: keep to the import table: " + why("sim"),
		"sim/netstack/world.go:3: sim/netstack imports C: keep to the import table: " + why("sim/netstack"),
	},
}, {
	rule:  "imports",
	name:  "a package without a row",
	files: map[string]string{"netem/util/util.go": "package util\n"},
	want:  []string{"netem/util/util.go:1: package netem/util has no row in the import table: give it one in cmd/check/imports.go, with the reason"},
}, {
	rule: "imports",
	name: "a test's row is looser, but not loose",
	files: map[string]string{
		"netem/loss_test.go":  "package netem_test\n\nimport (\n\t\"lossylab/netem\"\n\t\"lossylab/netem/netemtest\"\n)\n",
		"netem/delay_test.go": "package netem_test\n\nimport \"lossylab/sim\"\n",
		"netem/loss.go":       "package netem\n\nimport \"lossylab/netem/netemtest\"\n",
		"sim/netstack/nic.go": "package netstack\n\nimport \"gvisor.dev/gvisor/pkg/tcpip\"\n",
	},
	want: []string{
		"netem/delay_test.go:3: netem imports lossylab/sim: keep to the import table: " + why("netem"),
		"netem/loss.go:3: netem imports lossylab/netem/netemtest: keep to the import table: " + why("netem"),
	},
}, {
	rule: "table",
	name: "a row without a package",
	files: func() map[string]string {
		files := map[string]string{}
		for _, row := range table[1:] {
			files[row.dir+"/doc.go"] = "package x\n"
		}
		return files
	}(),
	want: []string{"cmd/check/imports.go:1: the import table has a row for " + table[0].dir + ", which is no package: take the row out"},
}, {
	rule: "names",
	name: "clocks, chance, logs and ends",
	files: map[string]string{"netem/loss.go": `package netem

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	wire "net"
	"os"
	"math/rand/v2"
	clock "time"
	"unsafe"
)

func f(ctx context.Context) {
	now := clock.Now
	clock.Sleep(clock.Second)
	context.WithTimeout(ctx, 1)
	_ = rand.IntN(6)
	fmt.Println(now)
	log.Fatal()
	slog.Info("")
	wire.Dial("", "")
	os.Exit(1)
	_ = unsafe.Pointer(nil)
}
`},
	want: []string{
		"netem/loss.go:16: time.Now in netem: take the time as an argument, or ask the sim.Loop",
		"netem/loss.go:17: time.Sleep in netem: take the time as an argument, or ask the sim.Loop",
		"netem/loss.go:18: context.WithTimeout in netem: its clock is the wall's: use a timer of the sim.Loop",
		"netem/loss.go:19: math/rand/v2.IntN in netem: draw from a stream that is passed in",
		"netem/loss.go:20: fmt.Println in netem: write to an io.Writer that is passed in",
		"netem/loss.go:21: log.Fatal in netem: return an error, or tell an Observer",
		"netem/loss.go:22: log/slog.Info in netem: return an error, or tell an Observer",
		"netem/loss.go:23: net.Dial in netem: packets come in and go out through a Stage: sockets belong to an engine",
		"netem/loss.go:24: os.Exit in netem: return an error: only a command ends the process",
		"netem/loss.go:25: unsafe.Pointer in netem: find a way that the compiler can check",
	},
}, {
	rule: "names",
	name: "a test has no clock and no chance of its own either, and fmt.Print is for examples",
	files: map[string]string{
		"sim/loop_test.go":    "package sim\n\nimport (\n\t\"fmt\"\n\t\"math/rand\"\n\t\"time\"\n)\n\nvar t0, n = time.Now(), rand.Int()\n\nfunc f() { fmt.Print(n) }\n",
		"sim/example_test.go": "package sim\n\nimport \"fmt\"\n\nfunc Example() { fmt.Print(1) }\n",
	},
	want: []string{
		"sim/loop_test.go:9: time.Now in sim: take the time as an argument, or ask the sim.Loop",
		"sim/loop_test.go:9: math/rand.Int in sim: draw from a stream that is passed in",
		"sim/loop_test.go:11: fmt.Print in sim: write to an io.Writer that is passed in",
	},
}, {
	rule: "names",
	name: "streams, durations, variables of the same name, and commands",
	files: map[string]string{
		"netem/loss.go": `package netem

import (
	"math/rand/v2"
	"time"
)

func f(rng *rand.Rand) time.Duration {
	rand.New(rand.NewPCG(1, 2))
	{
		rand, time := rng, clock{}
		return time.Now() + rand.IntN(3)
	}
}
`,
		"cmd/lossylab/main.go": "package main\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nfunc main() { time.Now(); os.Exit(0) }\n",
	},
}, {
	rule:  "goroutines",
	name:  "a goroutine where time is an argument",
	files: map[string]string{"netem/link.go": "package netem\n\nfunc f() {\n\tgo f()\n}\n"},
	want:  []string{"netem/link.go:4: a goroutine in netem: let the caller decide when: tell, ask when, fetch"},
}, {
	rule: "goroutines",
	name: "where they may be",
	files: map[string]string{
		"sim/netstack/world.go": "package netstack\n\nfunc f() {\n\tgo f()\n}\n",
		"netem/link_test.go":    "package netem\n\nfunc f() {\n\tgo f()\n}\n",
	},
}}
