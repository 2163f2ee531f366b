package netem_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// found is what a file of the oracle says about what Expect computes.
type found struct {
	Name, Config string
	Send         struct {
		Packets, Burst int
		Spacing        int64 `json:"spacing_ns"`
		Length         int   `json:"qdisc_pkt_len"`
	}
	Loss struct {
		Ratio float64
		Mean  float64 `json:"mean_burst"`
		ACF   []float64
	}
	Delay   struct{ Mean, SD float64 } `json:"delay_ns"`
	Reorder struct {
		Ratio  float64
		AtOnce float64 `json:"sent_immediately_ratio"`
	}
	Duplicate struct {
		Copies int `json:"extra_copies"`
	}
	Corrupt struct {
		Ratio float64 `json:"ratio_of_received"`
	}
	Rate struct {
		Received float64 `json:"received_bps_l2"`
	}
}

// onGrid are the files in which what is sent at once and what has waited arrive within one tick of the clock, so that either
// may be first, and those that are full of packets at the very instants at which others come.
func onGrid(name string) bool {
	return strings.HasPrefix(name, "delay_10_reorder") || name == "delay_100_limit50"
}

// TestExpectOracle wants what was measured on a kernel to be what is expected, where something is: within five standard
// errors, those of losses widened by their correlation; and as many packets again as fill a queue.
func TestExpectOracle(t *testing.T) {
	var files []string
	for _, dir := range oracles {
		found, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		if len(found) == 0 {
			t.Logf("no measurements in %s, which is no part of the repository: only the copies in testdata are compared", dir)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f found
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Config, "netem") && f.Send.Burst == 1 {
			t.Run(f.Name, func(t *testing.T) { f.compare(t) })
		}
	}
}

func (f *found) compare(t *testing.T) {
	line, err := netem.ParseTC(f.Config)
	if err != nil {
		t.Fatal(err)
	}
	e := line.Expect(netem.Traffic{Spacing: time.Duration(f.Send.Spacing), Size: f.Send.Length})
	n := float64(f.Send.Packets)
	filling := 0.0
	if e.Loss > 0 && f.Rate.Received > 0.95*e.Rate { // what is let in at first, until the queue is full
		filling = (1000 + e.DelayMean/float64(f.Send.Spacing)) / n
		if math.IsNaN(filling) {
			filling = 2500 / n
		}
	}
	near := func(what string, expected, measured, bound float64) {
		if known := !math.IsNaN(expected); known && math.Abs(expected-measured) > bound {
			t.Errorf("%s: %s is expected to be %v and was %v: more than %v apart", f.Config, what, expected, measured, bound)
		}
	}
	share := func(p, acf float64) float64 {
		wide := 1.0
		if acf > 0 {
			wide = (1 + acf) / (1 - acf)
		}
		return 5*math.Sqrt(p*(1-p)*wide/n) + 1/n
	}
	grid := 0.0
	if onGrid(f.Name) {
		grid = 0.015
	}
	near("loss", e.Loss, f.Loss.Ratio, share(e.Loss, e.LossACF1)+filling+grid)
	if f.Loss.Ratio*n > 100 && !onGrid(f.Name) {
		near("mean burst", e.MeanBurst, f.Loss.Mean, 5*e.MeanBurst/math.Sqrt(n*e.Loss/e.MeanBurst))
		near("correlation of losses", e.LossACF1, f.Loss.ACF[0], 0.05+filling)
	}
	near("copies", e.Duplicates, float64(f.Duplicate.Copies)/n, share(e.Duplicates, 0))
	near("corrupted", e.Corrupted, f.Corrupt.Ratio, share(e.Corrupted, 0))
	if f.Reorder.AtOnce > 0 {
		near("sent at once", e.AtOnce, f.Reorder.AtOnce, share(e.AtOnce, 0.5))
	}
	if filling == 0 && f.Loss.Ratio < 1 { // the clock reads up to a microsecond too much
		near("mean delay", e.DelayMean, f.Delay.Mean, 5*e.DelaySD/math.Sqrt(n)+1000)
		near("standard deviation of delay", e.DelaySD, f.Delay.SD, 0.02*e.DelaySD+300)
	}
	near("reordered", e.Reordered, f.Reorder.Ratio, share(e.Reordered, 0)+grid)
	if f.Rate.Received > e.Rate*1.01+float64(f.Send.Length*8*1000)/n {
		t.Errorf("%s: %.0f bit/s got through, and no more than %.0f should", f.Config, f.Rate.Received, e.Rate)
	}
}

// What is known by heart: the numbers of tables, of closed formulas and of sums done by hand.
func TestExpectTC(t *testing.T) {
	no := math.NaN()
	every := func(d time.Duration, size int) netem.Traffic { return netem.Traffic{Spacing: d, Size: size} }
	type e = netem.Expectation
	for _, c := range []struct {
		line    string
		traffic netem.Traffic
		want    e
	}{
		{"", every(time.Millisecond, 200), e{Rate: math.Inf(1), MeanBurst: no, LossACF1: no, DelayACF1: no}},
		{"limit 0", every(time.Millisecond, 200), e{Loss: 1, MeanBurst: no, LossACF1: no, Corrupted: no, AtOnce: no, DelayMean: no, DelaySD: no,
			DelayACF1: no, Reordered: no}},
		// 80 of 1000 lost where 100 would be and 200 have copies: 0.1 (1-0.2); copies 0.2 times 0.9 times 0.9.
		{"loss 10% duplicate 20%", every(time.Millisecond, 200), e{Loss: .08, MeanBurst: 1 / .92, Duplicates: .162, Rate: math.Inf(1),
			DelayACF1: no}},
		{"loss gemodel 1% 10%", every(time.Millisecond, 200), e{Loss: 1 / 11.0, MeanBurst: 10, LossACF1: .89, Rate: math.Inf(1), DelayACF1: no}},
		// Nothing is left to chance, and the chain goes round for ever.
		{"loss gemodel 100% 100%", every(time.Millisecond, 200), e{Loss: .5, MeanBurst: 1, LossACF1: -1, Rate: math.Inf(1), DelayACF1: no}},
		{"loss state 0% 100% 0% 0% 50%", every(time.Millisecond, 200), e{Loss: 1 / 3.0, MeanBurst: 1, LossACF1: -.5, Rate: math.Inf(1),
			DelayACF1: no}},
		// Ten packets are under way, and each fifth one overtakes them all.
		{"delay 10ms reorder 100% gap 5", every(time.Millisecond, 200), e{MeanBurst: no, LossACF1: no, AtOnce: .2, DelayMean: 8e6, DelaySD: 4e6,
			DelayACF1: -.25, Reordered: .8, Rate: 1000 / .01 * 1600 / .8}},
		{"delay 10ms reorder 25%", every(20*time.Millisecond, 200), e{MeanBurst: no, LossACF1: no, AtOnce: .25, DelayMean: 7.5e6,
			DelaySD: 1e7 * math.Sqrt(.1875), Rate: 1000 / .01 * 1600 / .75}},
		// 1600 bits at a megabit a second, of which 1.6 are offered: 3 of 8 are lost, none behind another.
		{"rate 1mbit", every(time.Millisecond, 200), e{Loss: .375, MeanBurst: 1, LossACF1: -.6, DelayMean: 1.6e9 - 6e5, DelaySD: 282842.712,
			DelayACF1: no, Rate: 1e6}},
		{"rate 1mbit", every(2*time.Millisecond, 200), e{MeanBurst: no, LossACF1: no, DelayMean: 1.6e6, DelayACF1: no, Rate: 1e6}},
		{"delay 100ms limit 50", every(1013747, 200), e{Loss: 49 / 99.0, MeanBurst: 49, LossACF1: .9595918, DelayMean: 1e8, DelayACF1: no, Rate: 8e5}},
		{"slot 10ms 20ms", every(50*time.Millisecond, 200), e{MeanBurst: no, LossACF1: no, DelayMean: 15e6, DelaySD: 1e7 / math.Sqrt(12),
			Rate: math.Inf(1)}},
	} {
		line, err := netem.ParseTC(c.line)
		if err != nil {
			t.Fatal(err)
		}
		got, want := values(line.Expect(c.traffic)), values(c.want)
		for i, w := range want {
			if g := got[i]; math.Abs(g-w) > 1e-5*math.Abs(w)+1e-6 && !(math.IsNaN(g) && math.IsNaN(w)) && g != w || math.IsNaN(g) != math.IsNaN(w) {
				t.Errorf("%s, one each %v: number %d is %v, want %v\n%+v", c.line, c.traffic.Spacing, i, g, w, line.Expect(c.traffic))
			}
		}
	}
}

func values(e netem.Expectation) []float64 {
	return []float64{e.Loss, e.MeanBurst, e.LossACF1, e.Duplicates, e.Corrupted, e.AtOnce, e.DelayMean, e.DelaySD, e.DelayACF1, e.Reordered,
		e.Rate}
}

// A spec that is a line is expected to do what the line does.
func TestExpectSpec(t *testing.T) {
	spec, err := netem.Parse(`tc "loss 5%"`)
	if err != nil {
		t.Fatal(err)
	}
	if e := spec.Expect(netem.Traffic{Spacing: time.Millisecond, Size: 200}); math.Abs(e.Loss-.05) > 1e-6 {
		t.Errorf("loss %v", e.Loss)
	}
}

// TestTrafficGolden shows what is expected of lines and packets, and what is said of them: "SPACING SIZE LINE".
func TestTrafficGolden(t *testing.T) { golden(t, "testdata/traffic.golden", forecast) }

// forecast returns what stands below a line of traffic.golden.
func forecast(t *testing.T, text string) string {
	t.Helper()
	var size int
	spacing, rest, _ := strings.Cut(text, " ")
	number, words, _ := strings.Cut(rest, " ")
	d, err := time.ParseDuration(spacing)
	if err == nil {
		size, err = strconv.Atoi(number)
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := netem.ParseTC(words)
	if err != nil {
		t.Fatal(err)
	}
	traffic := netem.Traffic{Spacing: d, Size: size}
	e := line.Expect(traffic)
	s := "\t="
	for i, name := range []string{"loss", "burst", "acf", "copies", "corrupt", "at once", "delay", "sd", "acf", "reordered", "rate"} {
		v := values(e)[i]
		if v != 0 {
			s += fmt.Sprintf(" %s %.4g,", name, v)
		}
	}
	s = strings.TrimSuffix(s, ",") + "\n"
	for _, w := range line.WarningsFor(traffic) {
		s += "\t~ " + w + "\n"
	}
	return s
}
