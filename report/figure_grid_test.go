package report

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// testColumns are what the tests' sweeps keep of a flow.
var testColumns = []string{
	"app.goodput_bps", "duration_s", "metrics.messages.loss.ratio", "metrics.messages.sent", "metrics.messages.loss.independent_packets",
	"app.latency_s.p50", "app.latency_s.p95", "metrics.messages.reordering.ratio", "link.up.sojourn_s.mean", "link.up.sojourn_s.p95",
	"theory.link.up.loss.expected", "theory.link.up.loss.measured", "theory.link.up.reordered.expected", "theory.link.up.reordered.measured",
}

var testColumnsTCP = []string{
	"tcp.retransmits", "tcp.timeouts", "metrics.tcp.loss_events", "metrics.tcp.loss_event_rate", "theory.tcp.link_rate_bps",
	"theory.tcp.window_segments", "theory.tcp.mss_bytes", "theory.tcp.rtt_s", "theory.tcp.mathis.rate_bps", "theory.tcp.mathis.goodput_over_rate",
	"theory.tcp.mathis.holds", "theory.tcp.pftk_full.rate_bps", "theory.tcp.pftk_full.goodput_over_rate", "theory.tcp.pftk_full.holds",
	"theory.tcp.cubic.rate_bps", "theory.tcp.cubic.goodput_over_rate", "theory.tcp.cubic.holds",
}

// testGrid makes a sweep of some flows: its runs lose what the axis "loss" says, and are as fast as Mathis would have them.
func testGrid(title string, repeat int, compare string, flows []GridFlow, axes ...GridAxis) *Grid {
	g := &Grid{Title: title, Axes: axes, Seed: 1, Repeat: repeat, Confidence: .95, Method: Student, Compare: compare, Flows: flows}
	for _, f := range flows {
		for _, c := range testColumns {
			g.Columns = append(g.Columns, f.Name+"."+c)
		}
		for _, c := range testColumnsTCP {
			if f.Proto == "tcp" {
				g.Columns = append(g.Columns, f.Name+"."+c)
			}
		}
	}
	cells := [][]string{nil}
	for _, a := range axes {
		var next [][]string
		for _, c := range cells {
			for _, v := range a.Values {
				next = append(next, append(c[:len(c):len(c)], v))
			}
		}
		cells = next
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, values := range cells {
		var runs [][]float64
		for range repeat {
			var run []float64
			for _, f := range flows {
				run = append(run, testRun(g, f, values, rng)...)
			}
			runs = append(runs, run)
		}
		if len(g.Cells) == GridCells {
			g.Omitted++
			continue
		}
		g.Cells = append(g.Cells, g.NewCell(values, runs, 0))
	}
	return g
}

// testRun makes up a run of a flow.
func testRun(g *Grid, f GridFlow, values []string, rng *rand.Rand) []float64 {
	loss, rtt, better := .01, .04, 1.
	for i := range g.Axes {
		x, kind := gridNumber(values[i])
		switch {
		case kind == gridShare:
			loss = x
		case kind == gridTime:
			rtt = 2 * x
		case values[i] == "cubic":
			better = 1.1
		}
	}
	spread := func(x, by float64) float64 { return x * (1 + by*(2*rng.Float64()-1)) }
	law := math.NaN()
	if loss > 0 {
		law = 1448 * 8 / rtt * math.Sqrt(1.5/loss)
	}
	if f.Proto == "udp" {
		lost := math.Round(spread(2000*loss, .2))
		return []float64{spread(4e5, .01), spread(20, .001), lost / 2000, 2000, 1900, rtt / 2, spread(rtt*.7, .2), spread(.02, .1), .001, .002, loss, lost / 2000, .02,
			spread(.02, .3)}
	}
	goodput := better * spread(min(18e6, law), .15)
	if math.IsNaN(goodput) {
		goodput = spread(18e6, .01)
	}
	events := math.Round(goodput * 10 / 8 / 1448 * loss)
	return []float64{goodput, spread(20, .2), 0, 2000, 2000, spread(rtt, .2), spread(2*rtt, .2), 0, .003, .008, loss, spread(loss, .3), .02, spread(.02, .3),
		events, math.Floor(3 * rng.Float64() * loss * 20), events, loss, 20e6, 40, 1448, rtt,
		law, goodput / law, bitOf(events >= 30), .9 * law, goodput / law / .9, bitOf(events >= 30), 1.1 * law, goodput / law / 1.1, 0}
}

func bitOf(b bool) float64 { return float64(one(b)) }

var (
	testUDP = GridFlow{"udp", "udp", "stream", "", 1}
	testTCP = GridFlow{"tcp", "tcp", "bulk", "cubic", 1}
)

// numbered returns n values from "1ms" on.
func numbered(n int, text string) (values []string) {
	for i := range n {
		values = append(values, fmt.Sprintf(text, i+1))
	}
	return values
}

// testGrids are sweeps of all shapes.
func testGrids() []*Grid {
	losses := GridAxis{"link.up.loss", []string{"0.1%", "0.3%", "1%", "3%"}}
	cc := GridAxis{"tcp.cc", []string{"cubic", "reno"}}
	delays := GridAxis{"delay", []string{"10ms", "20ms", "80ms"}}
	tcp, both := []GridFlow{testTCP}, []GridFlow{testUDP, testTCP}
	mixed := []GridFlow{{"call", "udp", "stream", "", 1}, {"film", "udp", "stream", "", 1}, {"download", "tcp", "bulk", "cubic", 3}}
	return []*Grid{
		testGrid("loss, one flow", 8, "", tcp, losses),
		testGrid("loss and congestion control", 8, "tcp.cc", tcp, losses, cc),
		testGrid("loss from 0", 5, "", both, GridAxis{"loss", []string{"0%", "0.01%", "0.1%", "1%", "10%"}}),
		testGrid("three axes", 4, "", both, losses, delays, cc),
		testGrid("words", 3, "", both, GridAxis{"link", []string{"loss 1% reorder 2% by 3", "loss 3% reorder 5% by 5", "a link with a very long description of what it does"}}),
		testGrid("compared alone", 4, "tcp.cc", both, cc),
		testGrid("numbers compared", 4, "link.up.loss", tcp, cc, losses),
		testGrid("several traffics", 3, "", mixed, losses, delays),
		testGrid("many values", 2, "", tcp, GridAxis{"delay", numbered(30, "%dms")}, GridAxis{"loss", numbered(20, "%d%%")}),
		testGrid("one seed", 1, "", both, losses),
		testGrid("one cell", 5, "", both),
		testGrid("five axes", 2, "tcp.cc", both, losses, delays, GridAxis{"size", []string{"200", "1000"}}, GridAxis{"queue", []string{"10", "64KiB", "1000"}}, cc),
		testGrid("nothing known", 3, "", []GridFlow{{"x", "udp", "", "", 1}}, GridAxis{"loss", []string{"1%"}}).without(),
	}
}

// without makes all numbers unknown.
func (g *Grid) without() *Grid {
	nothing := make([]float64, len(g.Columns))
	for i := range nothing {
		nothing[i] = math.NaN()
	}
	for i := range g.Cells {
		g.Cells[i] = g.NewCell(g.Cells[i].Values, [][]float64{nothing, nothing, nothing}, 3)
	}
	return g
}

// TestGridFigures draws two sweeps, whose pictures, sentences and tables are to be looked at when they change.
func TestGridFigures(t *testing.T) {
	var captions strings.Builder
	grids := testGrids()
	for _, at := range []struct {
		grid  int
		name  string
		names string // of the figures that are kept
	}{
		{1, "cc", "goodput link-loss compare seeds-goodput"}, {2, "both", "goodput loss latency reordering"}, {3, "axes", "goodput latency-p95"}, {4, "words", "goodput"},
	} {
		for _, f := range GridFigures(grids[at.grid]) {
			if strings.Contains(" "+at.names+" ", " "+f.Name+" ") {
				goldenPicture(t, "figures-grid/"+at.name+"-"+f.Name+".svg", render(t, f, "svg"))
				fmt.Fprintf(&captions, "%s-%s\n\t%s\n\t%s\n", at.name, f.Name, f.Title, f.Caption)
			}
		}
	}
	for _, f := range GridFigures(grids[1]) {
		var b strings.Builder
		if err := f.CSV(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, "figures-grid/cc-"+f.Name+".csv", b.String())
		if f.Name == "goodput" || f.Name == "compare" {
			goldenPicture(t, "figures-grid/cc-"+f.Name+"-single.svg", render(t, f.Columns(1), "svg"))
		}
	}
	golden(t, "figures-grid/captions.txt", captions.String())
}

// TestGridEdges draws all shapes twice: the same bytes, every number finite, and a caption that is a sentence.
func TestGridEdges(t *testing.T) {
	again := testGrids()
	for i, g := range testGrids() {
		figures, others := GridFigures(g), GridFigures(again[i])
		if want := g.Title != "nothing known"; len(figures) > 0 != want {
			t.Errorf("%s: %d figures", g.Title, len(figures))
		}
		for k, f := range figures {
			s := render(t, f, "svg")
			if s != render(t, others[k], "svg") {
				t.Errorf("%s: %s differs the second time", g.Title, f.Name)
			}
			for _, bad := range []string{"NaN", "Inf", "-9223372036854775"} {
				if strings.Contains(s+f.Caption, bad) {
					t.Errorf("%s: %s has %s", g.Title, f.Name, bad)
				}
			}
			if !strings.HasSuffix(f.Caption, ".") || f.Title == "" {
				t.Errorf("%s: %s: %q", g.Title, f.Name, f.Caption)
			}
			texts, width, height := textsOf(t, f)
			for _, a := range texts {
				if a.min.X < -1 || a.min.Y < 0 || a.max.X > width+1 || a.max.Y > height {
					t.Errorf("%s: %s: %q leaves the paper", g.Title, f.Name, a.text)
				}
			}
		}
		page := GridPage{Grid: g, Figures: figures, Image: "png", Version: "1", Tables: "csv,md"}
		var a, b bytes.Buffer
		if page.WriteMarkdown(&a) != nil || page.WriteHTML(&b) != nil || strings.Contains(a.String()+b.String(), "NaN") {
			t.Errorf("%s: the page has NaN, or is none", g.Title)
		}
	}
}

// TestGridTables keeps tables and pages, to be looked at when they change.
func TestGridTables(t *testing.T) {
	g := testGrids()[1]
	for _, table := range GridTables(g) {
		for _, format := range []string{"md", "csv"} {
			var b strings.Builder
			if err := table.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			golden(t, "grid-"+table.Name+"."+format, b.String())
		}
	}
	var b strings.Builder
	page := GridPage{Grid: g, Figures: GridFigures(g), Image: "png", Version: "1", Tables: "csv,md", Scenario: []byte(`{"app": "bulk"}`)}
	if err := page.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "grid-report.md", b.String())
	b.Reset()
	for _, g := range testGrids() {
		fmt.Fprintf(&b, "%s\n", g.Title)
		if err := WriteGridSummary(&b, g); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "grid-summary.txt", b.String())
}

// TestGridNumber reads values of axes.
func TestGridNumber(t *testing.T) {
	for _, at := range []struct {
		text string
		want float64
		kind gridKind
	}{
		{"0.1%", .001, gridShare}, {"20ms", .02, gridTime}, {"10mbit", 1e7, gridRate}, {"64KiB", 65536, gridBytes}, {"200", 200, gridPlain},
		{"0.05", .05, gridPlain}, {"1e-4", 1e-4, gridPlain}, {"cubic", 0, gridWord}, {"loss 1%", 0, gridWord}, {"", 0, gridWord}, {"inf", 0, gridWord},
	} {
		if x, kind := gridNumber(at.text); math.Abs(x-at.want) > 1e-12 || kind != at.kind {
			t.Errorf("%q is %g of kind %d, want %g of kind %d", at.text, x, kind, at.want, at.kind)
		}
	}
	for _, values := range [][]string{{"1%", "20ms"}, {"1", "cubic"}, nil} {
		if xs, kind := gridNumbers(values); xs != nil || kind != gridWord {
			t.Errorf("%q are numbers", values)
		}
	}
	if s := newGridScale(GridAxis{"loss", []string{"10%", "0.1%", "1%"}}); !s.log || fmt.Sprint(s.order) != "[1 2 0]" || s.label != "loss (%)" {
		t.Errorf("%+v", s)
	}
	if s := newGridScale(GridAxis{"loss", []string{"0", "0.1%", "10%"}}); s.log || !s.even || !s.joined {
		t.Errorf("%+v", s)
	}
}

// TestMeanText rounds to what the interval supports.
func TestMeanText(t *testing.T) {
	for _, at := range []struct {
		mean, low, high Number
		method, want    string
	}{
		{12.8123, 12.5423, 13.0823, Student, "12.81 ± 0.27"},
		{300.4, -10, 610.8, Student, "300 ± 310"},
		{12345, 11111, 13579, Student, "12 300 ± 1200"},
		{-.0123, -.5, .4754, Student, "−0.01 ± 0.49"},
		{25.617566331, 25.617566331, 25.617566331, Student, "25.6 ± 0"},
		{25.617566331, 25.617566330999, 25.617566331001, Student, "25.6 ± 0"},
		{.98, .91, 1.06, WilsonMethod, "0.980 [0.910, 1.060]"},
		{0, 0, .48, WilsonMethod, "0.00 [0.00, 0.48]"},
		{0, 0, 0, Student, "0 ± 0"},
		{1234.6, noNumber, noNumber, "", "1235"},
		{noNumber, noNumber, noNumber, "", "–"},
	} {
		s := GridStat{Mean: at.mean, Low: at.low, High: at.high, Method: at.method}
		if got := s.meanText(unit{"", 1}); got != at.want {
			t.Errorf("%v in [%v, %v] is %q, want %q", at.mean, at.low, at.high, got, at.want)
		}
	}
}

// A law holds in all runs of a cell if the columns have no reason against it, and the reasons are TCPTheory's.
func TestLawReasons(t *testing.T) {
	g := testGrid("", 4, "", []GridFlow{testTCP}, GridAxis{"loss", []string{"0%", "0.1%", "3%"}})
	f := g.flows()[0]
	for i, want := range []string{
		"the sender runs CUBIC, and it speaks of Reno; no loss event",
		"the sender runs CUBIC, and it speaks of Reno; fewer than 30 loss events",
		"the sender runs CUBIC, and it speaks of Reno; timeouts, of which it knows none; more than 2 % of the segments begin a loss event",
	} {
		if got := strings.Join(g.reasons(&g.Cells[i], &f, gridLaws[0]), "; "); got != want {
			t.Errorf("at loss %s: %q", g.Cells[i].Values[0], got)
		}
	}
	f.CC = "reno"
	if got := g.reasons(&g.Cells[2], &f, gridLaws[1]); len(got) > 0 {
		t.Errorf("PFTK at 3 %% should hold: %q", got)
	}
	f.App, f.Clients = "stream", 3
	if got := strings.Join(g.reasons(&g.Cells[2], &f, gridLaws[1]), "; "); got != "the program sets the pace; several clients share the link" {
		t.Errorf("PFTK of three streams: %q", got)
	}
}
