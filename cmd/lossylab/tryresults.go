package main

import (
	"math"
	"slices"

	"lossylab/netem"
	"lossylab/report/metric"
)

// tryResults are the numbers of a trial.
type tryResults struct {
	*trial
	*record
	lost       metric.Runs
	arrivals   []int64 // delays, ns, of first copies in order of sending
	delays     *metric.Delays
	quantities []quantity
}

// quantity is something that was measured, with what theory expects of it and an interval. Numbers without a meaning are NaN.
type quantity struct {
	name     string // in JSON
	label    string
	unit     string  // "" for plain numbers
	scale    float64 // of a unit in the units that numbers are kept in
	expected float64
	measured float64
	interval metric.Interval
	shown    bool    // also when it is nothing
	remark   string  // for a person
	most     float64 // of what is expected, where only that is known; else 0
}

func newTryResults(t *trial, rec *record) *tryResults {
	r := &tryResults{trial: t, record: rec}
	for _, d := range rec.delay {
		r.lost.Add(d < 0)
		if d >= 0 {
			r.arrivals = append(r.arrivals, d)
		}
	}
	r.delays = metric.NewDelays(r.arrivals)
	e := t.expectation()
	r.quantities = slices.Concat(r.shares(e), r.ofDelay(e))
	return r
}

// duplicates returns how many copies arrived beside the first ones.
func (r *tryResults) duplicates() int { return r.arrived - len(r.order) }

// share returns a quantity that is a share of n cases, whose neighbours may correlate.
func (r *tryResults) share(name, label string, expected float64, hits, n int, acf1 float64, shown bool) quantity {
	measured := float64(hits) / float64(n)
	return quantity{name: name, label: label, unit: "%", scale: 0.01, expected: expected, measured: measured,
		interval: metric.WilsonAt(measured, metric.Independent(n, acf1), r.confidence()), shown: shown,
		remark: grouped(hits) + " of " + grouped(n)}
}

// plainNumber returns a quantity without a unit.
func plainNumber(name, label string, expected, measured float64, interval metric.Interval, shown bool) quantity {
	return quantity{name: name, label: label, scale: 1, expected: expected, measured: measured, interval: interval, shown: shown}
}

// shares returns what can be counted, and the lengths of what comes in runs.
func (r *tryResults) shares(e netem.Expectation) []quantity {
	var twice, ahead, reordered metric.Runs
	for i, n := range r.copies {
		twice.Add(n > 1)
		if n > 0 {
			ahead.Add(r.ahead[i])
		}
	}
	for _, extent := range r.extents {
		reordered.Add(extent > 0)
	}
	var far metric.Batches
	k, n := 0, r.reordering.Reordered()
	for _, extent := range r.extents {
		if extent > 0 {
			far.Add(k, n, float64(extent), 1)
			k++
		}
	}
	burst, acf := r.lossIntervals()
	return []quantity{
		r.share("loss_ratio", "lost", e.Loss, r.lost.Hits(), r.packets, r.lost.ACF1(), true),
		plainNumber("mean_burst", "losses in a row", e.MeanBurst, r.lost.MeanRun(), burst, r.lost.Hits() > 0),
		plainNumber("loss_acf1", "correlation of losses", e.LossACF1, r.lost.ACF1(), acf, r.lost.Hits() > 0),
		r.share("duplicates_ratio", "arrived twice", e.Duplicates, r.duplicates(), r.packets, twice.ACF1(), false),
		r.share("corrupted_ratio", "corrupted, of those arrived", e.Corrupted, r.damaged.Hits(), r.arrived, r.damaged.ACF1(), false),
		r.share("sent_at_once_ratio", "sent at once, of those arrived", e.AtOnce, r.atOnce, r.arrived, ahead.ACF1(), false),
		r.share("reordered_ratio", "reordered, of those arrived", e.Reordered, n, r.reordering.Arrived(), reordered.ACF1(), true),
		plainNumber("extent_mean", "overtaken by (packets)", math.NaN(), r.reordering.MeanExtent(), far.IntervalAt(n, r.confidence()), n > 0),
	}
}

// lossIntervals are those of the mean run of losses and of their correlation.
func (r *tryResults) lossIntervals() (burst, acf metric.Interval) {
	var bursts, products metric.Batches
	n, mean, last := len(r.delay), r.lost.Ratio(), 0.0
	for i, d := range r.delay {
		lost, begins := 0.0, 0.0
		if d < 0 {
			lost, begins = 1, 1-last
		}
		bursts.Add(i, n, lost, begins)
		neighbours := 0.0
		if i > 0 {
			neighbours = float64((lost - mean) * (last - mean))
		}
		products.Add(i, n, neighbours, float64((lost-mean)*(lost-mean)))
		last = lost
	}
	unknown := metric.Interval{Low: math.NaN(), High: math.NaN()}
	if r.lost.Runs() < fewest {
		return unknown, unknown
	}
	return bursts.IntervalAt(n, r.confidence()), products.IntervalAt(n, r.confidence())
}

// fewest is how many runs of losses there must be before anything is said of how sure their length is.
const fewest = 40

// ofDelay returns what is measured of time.
func (r *tryResults) ofDelay(e netem.Expectation) []quantity {
	var mean, squares, products, bits metric.Batches
	n, m := len(r.arrivals), r.delays.Mean()
	for i, d := range r.arrivals {
		x := float64(d) - m
		mean.Add(i, n, float64(d), 1)
		squares.Add(i, n, float64(x*x), 1)
		neighbours := 0.0
		if i > 0 {
			neighbours = float64(x * (float64(r.arrivals[i-1]) - m))
		}
		products.Add(i, n, neighbours, float64(x*x))
	}
	for i := range len(r.times) - 1 {
		bits.Add(i, len(r.times)-1, float64(r.traffic.Size*8), float64(r.times[i+1]-r.times[i])/1e9)
	}
	sd := squares.IntervalAt(n, r.confidence())
	sd.Low, sd.High = math.Sqrt(max(0, sd.Low)), math.Sqrt(sd.High)
	all := []quantity{
		plainNumber("delay_mean_ns", "delay, mean", e.DelayMean, m, mean.IntervalAt(n, r.confidence()), true),
		plainNumber("delay_sd_ns", "delay, standard deviation", e.DelaySD, r.delays.SD(), sd, true),
		plainNumber("delay_acf1", "correlation of delays", e.DelayACF1, metric.ACF1(r.arrivals), products.IntervalAt(n, r.confidence()), r.delays.SD() > 0),
		plainNumber("rate_bps", "rate", r.expectedRate(e), r.rate(), bits.IntervalAt(len(r.times)-1, r.confidence()), true),
	}
	all[0].unit, all[0].scale = "ms", 1e6
	all[1].unit, all[1].scale = "ms", 1e6
	all[3].unit, all[3].scale, all[3].most = "Mbit/s", 1e6, e.Rate
	return all
}

// rate returns the bits a second that arrived, copies included, from the first arrival to the last: the first packet's bits
// came before.
func (r *tryResults) rate() float64 {
	n := len(r.times)
	if n < 2 || r.times[n-1] == r.times[0] {
		return math.NaN()
	}
	return float64(n-1) * float64(r.traffic.Size*8) / (float64(r.times[n-1]-r.times[0]) / 1e9)
}

// expectedRate is that of what is offered and not lost, or what gets through at most.
func (r *tryResults) expectedRate(e netem.Expectation) float64 {
	offered := float64(r.traffic.Size*8) / r.traffic.Spacing.Seconds()
	if arrives := offered * (1 - e.Loss + e.Duplicates); !math.IsInf(arrives, 0) {
		return min(arrives, e.Rate)
	}
	return math.NaN()
}
