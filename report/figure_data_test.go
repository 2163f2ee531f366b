package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// messagesOf returns a flow of messages sent every 10 ms with the given delays in ms; a negative one is lost.
func messagesOf(proto string, delays ...float64) *Flow {
	f := &Flow{Proto: proto}
	for i, d := range delays {
		m := Message{Seq: i, Sent: netem.Time(i) * ms(10), Arrived: -1, Delivered: -1}
		if d >= 0 {
			m.Arrived, m.Delivered = m.Sent+ms(d), m.Sent+ms(d)
			f.Receptions = append(f.Receptions, Reception{i, m.Delivered})
		}
		f.Messages, f.End = append(f.Messages, m), max(f.End, m.Delivered)
	}
	slices.SortStableFunc(f.Receptions, func(a, b Reception) int { return int(a.At - b.At) })
	return f
}

// The example of RFC 3357: losses at 2, 5, 7, 9 and 10.
func TestLossRuns(t *testing.T) {
	delays := make([]float64, 12)
	for _, i := range []int{2, 5, 7, 9, 10} {
		delays[i] = -1
	}
	r := lossRunsOf(messagesOf("udp", delays...))
	if fmt.Sprint(r.runs, r.gaps, r.lost, r.n) != "[1 1 1 2] [2 1 1] 5 12" || !math.IsNaN(r.mean) {
		t.Errorf("%+v", r)
	}
	segments := lossRunsOf(&Flow{Proto: "tcp", Segments: []Segment{{Lost: true}, {Lost: true}, {}, {}, {Lost: true}}})
	if fmt.Sprint(segments.runs, segments.gaps) != "[2 1] [2]" {
		t.Errorf("%+v", segments)
	}
}

// What is expected is known for a stream, and of the models alone: corruption is loss to a program, but not to a link.
func TestExpectedLossRuns(t *testing.T) {
	for _, c := range []struct {
		spec      string
		dropped   int64
		corrupted int64
		answers   bool
		want      string // share, mean run and mean gap
	}{
		{"loss 2% burst 5", 10, 0, false, "0.0200 5.00 245"},
		{"loss 50%", 10, 0, false, "0.500 2.00 2.00"},
		{"loss 50%", 0, 0, false, "NaN NaN NaN"},
		{"loss 50%", 10, 1, false, "NaN NaN NaN"},
		{"loss 50%", 10, 0, true, "NaN NaN NaN"},
		{"loss mask here.txt", 10, 0, false, "NaN NaN NaN"},
	} {
		f := messagesOf("udp", 1, -1, 1)
		f.Samples.Up = new(queueSampler).finish(&LinkResult{Spec: c.spec, Offered: 100, Bytes: 100_000, Dropped: c.dropped, Corrupted: c.corrupted})
		f.Samples.Answers = c.answers
		r := lossRunsOf(f)
		got := "NaN NaN NaN"
		if !math.IsNaN(r.mean) {
			got = fmt.Sprint(significant(r.loss), " ", significant(r.mean), " ", significant(r.gap()))
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.spec, got, c.want)
		}
	}
}

func TestGeometric(t *testing.T) {
	sum, mean := 0.0, 0.0
	for n := 1; n < 500; n++ {
		p := geometric(4, n) - geometric(4, n+1)
		sum, mean = sum+p, mean+float64(n)*p
	}
	if math.Abs(sum-1) > 1e-9 || math.Abs(mean-4) > 1e-9 {
		t.Errorf("sum %v, mean %v", sum, mean)
	}
}

// The first example of RFC 4737 section 7: 1 2 3 5 6 7 8 4 9 10, here from 0, and with a copy that does not count.
func TestDisorder(t *testing.T) {
	f := messagesOf("udp", 1, 1, 1, 46, 1, 1, 1, 1, 1, 1)
	f.Receptions = slices.Insert(f.Receptions, 5, f.Receptions[4])
	d := disorderOf(f)
	if d.Reordered() != 1 || d.Furthest() != 4 || d.Arrived() != 10 || d.runs.Packets[4] != 1 || d.runs.Packets[5] != 0 {
		t.Errorf("%+v", d)
	}
	extents, _ := d.extentBars()
	if len(extents) != 4 || extents[3].Y != 1 || extents[0].Y != 0 {
		t.Errorf("%v", extents)
	}
	if rd := []float64{d.density.RD(-1), d.density.RD(0), d.density.RD(4)}; !slices.Equal(rd, []float64{.4, .5, .1}) {
		t.Errorf("reorder density %v", rd) // RFC 5236's own example
	}
	for _, v := range d.densityBars() {
		if v.X == 0 {
			t.Error("displacement 0 is drawn")
		}
	}
}

// Extents beyond the histogram are counted together in its last bar.
func TestFarExtents(t *testing.T) {
	d := &disorder{extents: make([]int, 100)}
	d.extents[1], d.extents[40], d.extents[99] = 5, 2, 1
	at, note := d.extentBars()
	if len(at) != mostBars || at[0].Y != 5 || at[mostBars-1].Y != 3 || note == "" {
		t.Errorf("%v, %q", at, note)
	}
}

func TestVariation(t *testing.T) {
	v := variationOf(messagesOf("udp", 20, 25, -1, 22, 21))
	msec := time.Millisecond
	if !slices.Equal(v.raw, []time.Duration{5 * msec, -1 * msec}) || !slices.Equal(v.seqs, []int{1, 4}) {
		t.Errorf("IPDV %v of %v", v.raw, v.seqs)
	}
	if !slices.Equal(v.pdv, []time.Duration{0, msec, 2 * msec, 5 * msec}) {
		t.Errorf("PDV %v", v.pdv)
	}
	at, top, beyond := v.histogram(2*msec, unit{"ms", 1e6})
	if beyond != 1 || top != 50 || len(at) != variationBins+2 || at[0].X != -2 || at[len(at)-1].X != 2 {
		t.Errorf("%d beyond, %v %%, %v", beyond, top, at)
	}
}

// Shares rise to 100 % and fall to nothing, with one step for equal values.
func TestShares(t *testing.T) {
	sorted := []time.Duration{1e6, 2e6, 2e6, 4e6}
	u := unit{"ms", 1e6}
	if got := fmt.Sprint(cdfSteps(sorted, u, 5)); got != "[{1 0} {1 25} {2 75} {4 100} {5 100}]" {
		t.Error(got)
	}
	tail := tailSteps(sorted, u, -2)
	if len(tail) != 4 || tail[1].Y != math.Log10(.75) || tail[2].Y != math.Log10(.25) || tail[3].Y != -2 {
		t.Errorf("%v", tail)
	}
	if p := quantile(sorted, .5); p != 2e6 {
		t.Errorf("median %v", p)
	}
	var labels []string
	for _, k := range (decades{}).Ticks(-4, .1) {
		labels = append(labels, k.Label)
	}
	if got := strings.Join(labels, " "); got != "0.01 0.1 1 10 100" {
		t.Error(got)
	}
}

func TestStrokesThatTouchAreOne(t *testing.T) {
	got := united([]stroke{{2, 0, 1}, {1, 5, 6}, {1, 0, 1}, {1, .5, 3}, {1, 3.1, 4}})
	if want := []stroke{{1, 0, 4}, {1, 5, 6}, {2, 0, 1}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPhases(t *testing.T) {
	for _, c := range []struct {
		s                 State
		starts, avoidance bool
	}{
		{State{Cwnd: 10, Ssthresh: -1}, true, false},
		{State{Cwnd: 9, Ssthresh: 10}, true, false},
		{State{Cwnd: 10, Ssthresh: 10}, false, true},
		{State{Cwnd: 5, Ssthresh: 10, Recovery: true}, false, false},
		{State{Cwnd: 1, Ssthresh: 10, Timeout: true}, false, false},
	} {
		if c.s.slowStart() != c.starts || c.s.avoidance() != c.avoidance {
			t.Errorf("%+v: %v, %v", c.s, c.s.slowStart(), c.s.avoidance())
		}
	}
}

// The delay of a tc line is spent in its queue, which the caption says; the limit of a queue is the default unless one is said.
func TestQueueCaption(t *testing.T) {
	for spec, want := range map[string]string{
		"rate 1mbit":         "Packets that wait for the transmitter of the up link and how long they do, over time: UDP at most 3 packets, 9.00 ms (limit 1000).",
		"rate 1mbit limit 5": "Packets that wait for the transmitter of the up link and how long they do, over time: UDP at most 3 packets, 9.00 ms (limit 5).",
		`tc "delay 9ms"`:     "Packets that wait for the transmitter of the up link or wait out their delay, which tc-netem does in its queue, and how long they do, over time: UDP at most 3 packets, 9.00 ms.",
	} {
		var q queueSampler
		leave(&q, ms(20), ms(9), 2)
		f := messagesOf("udp", 20, 20)
		f.Samples.Up = q.finish(&LinkResult{Spec: spec, Offered: 2, Bytes: 2000})
		figures := queueFigures([]*Flow{f})
		if len(figures) != 1 || figures[0].Caption != want {
			t.Errorf("%s: %+v", spec, figures)
		}
	}
}

// Figures of lists that were full say so, since the summary counts more.
func TestFiguresOfTheBeginning(t *testing.T) {
	for _, f := range Figures(largeFlows()) {
		whole := slices.Contains([]string{"goodput", "throughput", "queue", "ladder-udp", "ladder-tcp"}, f.Name)
		if strings.HasSuffix(f.Caption, " It is about the first 20 000 messages and segments of each protocol.") == whole {
			t.Errorf("%s: %s", f.Name, f.Caption)
		}
	}
}

// A figure that would have nothing to show is not there.
func TestFiguresWithNothingToShow(t *testing.T) {
	names := func(flows ...*Flow) (all []string) {
		for _, f := range Figures(flows) {
			all = append(all, f.Name)
		}
		return all
	}
	calm := names(messagesOf("udp", 20, 20, 20))
	for _, name := range []string{"queue", "reordering", "loss-runs", "ipdv", "throughput", "rtt", "in-flight"} {
		if slices.Contains(calm, name) {
			t.Errorf("%s of a run without: %v", name, calm)
		}
	}
	rough := names(udpFlow(1, 200), tcpFlow(1, 200))
	for _, name := range []string{"queue", "reordering", "loss-runs", "ipdv", "throughput", "rtt", "in-flight", "delay"} {
		if !slices.Contains(rough, name) {
			t.Errorf("no %s: %v", name, rough)
		}
	}
}
