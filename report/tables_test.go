package report

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

func written(t *testing.T, table *Table, format string) string {
	t.Helper()
	var b strings.Builder
	if err := table.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// labFlows are flows whose tallies have something of everything.
func labFlows() []*Flow {
	ms := func(n int) netem.Time { return netem.Time(n) * netem.Time(time.Millisecond) }
	row := func(n int, again bool) RTTRow {
		r := RTTRow{Seq: uint32(4_294_967_000 + 1000*n), SentFrame: 4 + n, AckedFrame: 12 + n}
		r.RTTRow = metric.RTTRow{From: int64(1000 * n), To: int64(1000*n + 1000), Sent: ms(40 + n), Acked: ms(80 + n), Again: again, Sample: -1, Estimated: -1, Dev: -1}
		if !again {
			r.Sample, r.Estimated, r.Dev = 40*time.Millisecond, 41*time.Millisecond, 20*time.Millisecond
		}
		return r
	}
	unacked := row(2, false)
	unacked.Acked, unacked.AckedFrame, unacked.Sample, unacked.Estimated, unacked.Dev = -1, 0, -1, -1, -1
	return []*Flow{
		{Proto: "udp", Tally: Tally{
			Clients: []ClientTally{{End: ms(10_000), Bytes: 487_000, Sent: 500, Received: 487, Lost: 13, Independent: 400, Jitter: 1234567, Again: -1}, {Again: -1}},
			Impairments: []Impairment{
				{Link: "up", Words: "loss 3% for size 100-", Effect: "lost", Expected: .03, Of: 500, Counted: 13},
				{Link: "up", Words: "loss 5% 25%", Effect: "lost", Expected: .05, ACF1: .25, Of: 487, Counted: 60},
				{Link: "down", Words: "list 1,2", Effect: "lost", Expected: math.NaN(), Of: 500, Counted: 2},
				{Link: "down", Words: "duplicate 1%", Effect: "duplicated", Expected: .01}}}},
		{Proto: "tcp", Tally: Tally{RTT: []RTTRow{row(0, false), row(1, true), unacked},
			Clients: []ClientTally{{End: ms(10_061), Bytes: 500_000, Sent: 500, Received: 500, Again: 25}}}},
	}
}

func TestTablesGolden(t *testing.T) {
	r := Results{Flows: []FlowResult{udpResult(), tcpResult()}, Confidence: .9}
	tables := Tables(labFlows(), &r)
	if len(tables) != 3 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, table := range tables {
		for _, format := range TableFormats {
			golden(t, "table-"+table.Name+"."+format, written(t, &table, format))
		}
		for i, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Errorf("%s, row %d: %d cells for %d columns", table.Name, i, len(row), len(table.Columns))
			}
		}
	}
	if err := tables[0].Write(&strings.Builder{}, "ods"); err == nil {
		t.Error("there is no format ods")
	}
}

func TestNothingToTabulate(t *testing.T) {
	if tables := Tables([]*Flow{{Proto: "udp"}}, &Results{Flows: []FlowResult{{}}}); len(tables) > 0 {
		t.Error(tables)
	}
}

// Whatever the words of a link are, LaTeX compiles: no character that means something to TeX is left as it is.
func TestTeXEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`loss 5% for size 100-`: `loss 5\% for size 100-{}`,
		`[1] * 2`:               `{[}1{]} {*} 2`,
		`a\b{c}$d&e#f_g~h^i`:    `a\textbackslash{}b\{c\}\$d\&e\#f\_g\textasciitilde{}h\textasciicircum{}i`,
		"µ ≤ – → ×\u00a0|<>\"":  `$\mu$ $\le$ -- $\rightarrow$ $\times$~\textbar{}\textless{}\textgreater{}''`,
		"`'--\n\x00é漢":          "{`}{'}-{}-{} ???",
	} {
		if got := tex(in); got != want {
			t.Errorf("tex(%q) = %q, want %q", in, got, want)
		}
	}
	var all strings.Builder
	for r := rune(0); r < 0x3000; r++ {
		all.WriteRune(r)
	}
	left := strings.NewReplacer(`\\`, "", `\{`, "", `\}`, "", `\$`, "", `\&`, "", `\#`, "", `\%`, "", `\_`, "").Replace(tex(all.String()))
	if i := strings.IndexAny(left, "&#%_~^\x00\n"); i >= 0 && left[i] != '~' { // "~" stands for a space that does not break
		t.Errorf("%q is left", left[i])
	}
	if strings.Count(left, "{") != strings.Count(left, "}") || strings.Count(left, "$")%2 != 0 {
		t.Error("braces or dollars do not match")
	}
}

// Programs read from CSV what was written, whatever a cell holds; and people see the columns with a head only.
func TestTablesOfAwkwardWords(t *testing.T) {
	table := Table{Name: "x", Title: "X", Columns: []Column{{"a", "a", false}, {"hidden", "", true}, {"b", "b_|", true}},
		Rows: [][]Cell{{{"1,\"2\"\n", "1 | 2 * _x_ <b> `c` [d]"}, {"7", "7"}, none}}}
	rows, err := csv.NewReader(strings.NewReader(written(t, &table, "csv"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != "1,\"2\"\n" || rows[1][1] != "7" || rows[0][1] != "hidden" {
		t.Error(rows, err)
	}
	want := "| a | b\\_\\| |\n|---|---:|\n| 1 \\| 2 \\* \\_x\\_ &lt;b> \\`c\\` \\[d] | – |\n"
	if got := table.markdown(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if tex := written(t, &table, "tex"); strings.Contains(tex, "hidden") || strings.Contains(tex, "7 ") || !strings.Contains(tex, "{@{}lr@{}}") {
		t.Error(tex)
	}
}

// Each packet that a link judges is in the count of each model, but for those that a model before has dropped.
func TestImpairmentsAreCountedOfWhatTheyMet(t *testing.T) {
	spec := `loss 10% loss 20% for size 500- reorder 5% by 2 duplicate 5% corrupt 5% drop packet 3`
	s, err := netem.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := newImpairments("up", s.String())
	var sent, big, first, second, fault int64
	observer := observe(func(e netem.Event) {
		c.observe(e)
		if e.Kind != netem.Dropped {
			return
		}
		switch e.By {
		case "loss 10%":
			first++
			big -= int64(one(e.Packet.Size() >= 500))
		case "loss 20% for size 500-":
			second++
		default:
			fault++
			big -= int64(one(e.Packet.Size() >= 500))
		}
	})
	link, err := netem.NewLink("up", s, 1, observer)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		now := netem.Time(i) * netem.Time(time.Millisecond)
		size := 100 + 900*(i%2)
		sent, big = sent+1, big+int64(i%2)
		data := make([]byte, size) // an IPv4 header that says UDP
		data[0], data[2], data[3], data[9] = 0x45, byte(size>>8), byte(size), 17
		data[24], data[25] = byte((size-20)>>8), byte(size-20)
		link.Send(now, &netem.Packet{ID: uint64(i), Data: data})
		for link.Recv(now) != nil {
		}
	}
	got := map[string]Impairment{}
	for _, r := range c.finish() {
		got[r.Words] = r
	}
	if len(got) != 5 || fault != 1 {
		t.Fatalf("%d rows, %d faults: %v", len(got), fault, got)
	}
	left := sent - first - second - fault
	for words, want := range map[string][2]int64{"loss 10%": {sent - fault, first}, "loss 20% for size 500-": {big, second},
		"reorder 5% by 2": {left, -1}, "duplicate 5%": {left, -1}, "corrupt 5%": {left, -1}} {
		r, ok := got[words]
		if !ok || r.Of != want[0] || want[1] >= 0 && r.Counted != want[1] {
			t.Errorf("%s: %+v, want %v", words, r, want)
		}
		if math.Abs(r.Share()-r.Expected) > .03 { // five standard deviations of the scarcest, 2 % of 800
			t.Errorf("%s: a share of %.3f, and %.3f is expected", words, r.Share(), r.Expected)
		}
	}
}

type observe func(netem.Event)

func (o observe) Observe(e netem.Event) { o(e) }

// A line of tc has a row for each thing that it does; with what its copies save of what it loses.
func TestImpairmentsOfOtherSpecs(t *testing.T) {
	for spec, want := range map[string]string{
		`tc "delay 10ms loss 5% duplicate 2% corrupt 1% reorder 25%"`: "lost 0.0490; duplicated 0.0181; corrupted 0.0100; sent at once 0.2500",
		"loss 10% for up":                "lost 0.1000",
		"loss 10% for down":              "",
		"delay 5ms 1ms":                  "",
		"loss list 1,2":                  "lost NaN",
		"nonsense":                       "",
		"loss gemodel 1% 10% 100% 0%":    "lost 0.0909",
		"delay 10ms reorder 3% late 2ms": "held back 0.0300",
	} {
		var got []string
		for _, r := range newImpairments("up", spec).finish() {
			got = append(got, r.Effect+" "+strconv.FormatFloat(r.Expected, 'f', 4, 64))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s: %q, want %q", spec, s, want)
		}
	}
}

// What stands in LaTeX is a tabular as TeX reads it: braces match, and each line has as many cells as there are columns.
func TestTeXHasItsShape(t *testing.T) {
	words := "100% & [x] {y} $z$ #1 _a_ ^b^ ~c~ \\d | \"e\" 'f' `g` --h"
	table := Table{Name: "x", Title: words, Caption: words, Columns: []Column{{"a", "[" + words, false}, {"b", "*" + words, true}},
		Rows: [][]Cell{{textCell("[" + words), textCell(words)}, {textCell("*"), textCell("")}}}
	depth, inside, lines := 0, false, 0
	for line := range strings.Lines(written(t, &table, "tex")) {
		bare := strings.NewReplacer(`\\`, "", `\{`, "", `\}`, "", `\$`, "", `\&`, "", `\#`, "", `\%`, "", `\_`, "").Replace(line)
		if strings.HasPrefix(line, "%") {
			continue
		}
		depth += strings.Count(bare, "{") - strings.Count(bare, "}")
		if depth != 0 || strings.ContainsAny(bare, "%#_^$") {
			t.Errorf("%q: depth %d", line, depth)
		}
		inside = inside && !strings.Contains(line, `\bottomrule`) || strings.Contains(line, `\toprule`)
		if inside && strings.HasSuffix(line, "\\\\\n") {
			lines++
			if n := strings.Count(bare, "&"); n != 1 || strings.HasPrefix(strings.TrimSpace(line), "[") || strings.HasPrefix(strings.TrimSpace(line), "*") {
				t.Errorf("%d cells in %q", n+1, line)
			}
		}
	}
	if lines != 3 {
		t.Errorf("%d lines", lines)
	}
}
