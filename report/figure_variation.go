package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"lossylab/netem"
)

// variation is how much the delays of a flow's messages vary, RFC 5481, both in rising order.
type variation struct {
	flow *Flow
	ipdv []time.Duration // section 4.1: of the pairs of messages sent one after the other and both delivered
	pdv  []time.Duration // section 4.2: over the least delay
	seqs []int           // of ipdv before it was put in order: the second of each pair
	raw  []time.Duration
}

func variationOf(f *Flow) variation {
	v := variation{flow: f}
	_, sorted := delaysOf(f)
	for _, d := range sorted {
		v.pdv = append(v.pdv, d-sorted[0])
	}
	for i := 1; i < len(f.Messages); i++ {
		a, b := f.Messages[i-1], f.Messages[i]
		if a.Delivered >= 0 && b.Delivered >= 0 && b.Seq == a.Seq+1 {
			v.raw = append(v.raw, (b.Delivered - b.Sent).Sub(a.Delivered-a.Sent))
			v.seqs = append(v.seqs, b.Seq)
		}
	}
	v.ipdv = slices.Clone(v.raw)
	slices.Sort(v.ipdv)
	return v
}

// reach returns what 99 of 100 pairs do not exceed either way.
func (v variation) reach() time.Duration {
	abs := make([]time.Duration, len(v.ipdv))
	for i, d := range v.ipdv {
		abs[i] = max(d, -d)
	}
	slices.Sort(abs)
	return quantile(abs, .99)
}

// variationBins is into how many bins the histogram of IPDV is divided, an odd number: one is round 0.
const variationBins = 41

// histogram returns the steps of the share, in percent, of the pairs in each of the bins between -reach and reach, and how
// many lie beyond.
func (v variation) histogram(reach time.Duration, u unit) (at plotter.XYs, top float64, beyond int) {
	var counts [variationBins]int
	width := 2 * float64(reach) / variationBins
	for _, d := range v.ipdv {
		i := int(math.Floor((float64(d) + float64(reach)) / width))
		if d > reach || d < -reach {
			beyond++
			continue
		}
		counts[min(i, variationBins-1)]++
	}
	at = append(at, plotter.XY{X: -u.of(float64(reach)), Y: 0})
	for i, n := range counts {
		share := 100 * float64(n) / float64(max(1, len(v.ipdv)))
		at = append(at, plotter.XY{X: u.of(float64(i)*width - float64(reach)), Y: share})
		top = max(top, share)
	}
	return append(at, plotter.XY{X: u.of(float64(reach)), Y: 0}), top, beyond
}

// variationFigures shows how the delays of messages vary. There is none without two messages in a row, or if nothing varies.
func variationFigures(flows []*Flow) []Figure {
	var all []variation
	var reach, longest time.Duration
	for _, f := range flows {
		v := variationOf(f)
		reach = max(reach, v.reach())
		if n := len(v.pdv); n > 0 {
			longest = max(longest, v.pdv[n-1])
		}
		all = append(all, v)
	}
	if reach < time.Microsecond {
		return nil
	}
	u, m := timeUnit(netem.Time(reach)), timeUnit(netem.Time(longest))
	left := newPlot("IPDV ("+u.name+")", "share of the pairs (%)")
	left.X.Min, left.X.Max = -1.02*u.of(float64(reach)), 1.02*u.of(float64(reach))
	right := sharePlot("PDV ("+m.name+")", m.of(float64(longest)))
	w := wordsOf(flows...)
	right.Y.Label.Text = "share of the " + w.many + " (%)"
	top, beyond, pairs := 1.0, 0, 0
	s := sheet{rows: [][]panel{{{Plot: left}, {Plot: right, note: "with at most this over the least delay"}}}}
	var parts []string
	for _, v := range all {
		at, highest, out := v.histogram(reach, u)
		top, beyond, pairs = max(top, highest), beyond+out, pairs+len(v.ipdv)
		left.Add(steps{flowLine(v.flow), at})
		right.Add(steps{flowLine(v.flow), cdfSteps(v.pdv, m, m.of(float64(longest)))})
		s.keys = append(s.keys, lineKey(v.flow.Heading(), flowLine(v.flow)))
		if len(v.ipdv) > 0 {
			parts = append(parts, fmt.Sprintf("%s varies by up to %s for 99 %% of the pairs, and 99.9 %% of its %s come within %s of the fastest",
				v.flow.Heading(), durationText(v.reach()), wordsOf(v.flow).many, durationText(quantile(v.pdv, .999))))
		}
	}
	left.Y.Max = 1.06 * top
	s.rows[0][0].note = fmt.Sprintf("from one %s to the next; %s beyond", w.one, formatShare(int64(beyond), int64(pairs)))
	return []Figure{Figure{
		Name: "ipdv", Title: "Delay variation",
		Caption: fmt.Sprintf("Delay variation (RFC 5481): of a %s against the one sent before it (IPDV), and against the fastest (PDV): %s.",
			w.one, strings.Join(parts, "; ")),
		height: 7 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { variationTable(all, row) },
	}.ofFirst(flows)}
}

func variationTable(all []variation, row func(...string)) {
	row("proto", "message", "ipdv_s")
	for _, v := range all {
		for i, d := range v.raw {
			row(v.flow.Proto, strconv.Itoa(v.seqs[i]), strconv.FormatFloat(d.Seconds(), 'f', 9, 64))
		}
	}
}
