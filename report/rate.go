package report

import (
	"time"

	"lossylab/netem"
)

// rateMeter adds up bytes in bins of equal width. The bins grow tenfold whenever there are too many.
type rateMeter struct {
	width time.Duration
	bins  []int64
}

const (
	firstBin = 10 * time.Millisecond
	maxBins  = 10_000
	shownBin = 100 // at most so many bins in the figure
)

func (r *rateMeter) add(at netem.Time, bytes int) {
	if r.width == 0 {
		r.width = firstBin
	}
	for int(at)/int(r.width) >= maxBins {
		r.bins, r.width = merge(r.bins, 10), 10*r.width
	}
	i := int(at) / int(r.width)
	for len(r.bins) <= i {
		r.bins = append(r.bins, 0)
	}
	r.bins[i] += int64(bytes)
}

// merge adds up n neighbours each.
func merge(bins []int64, n int) []int64 {
	merged := make([]int64, 0, len(bins)/n+1)
	for i, b := range bins {
		if i%n == 0 {
			merged = append(merged, 0)
		}
		merged[i/n] += b
	}
	return merged
}

// series returns at most 100 bins up to end, whose width is 1, 2 or 5 times a power of ten. The last one ends at end.
func (r *rateMeter) series(end netem.Time) []Bin {
	if r.width == 0 || end <= 0 {
		return nil
	}
	bins, width := r.bins, r.width
	for n, step := 1, 0; ; step++ {
		if netem.Time(width)*netem.Time(n)*shownBin >= end {
			bins, width = merge(bins, n), width*time.Duration(n)
			break
		}
		n = [...]int{2, 5, 10}[step%3] * pow10(step/3)
	}
	var series []Bin
	for start := netem.Time(0); start < end; start = start.Add(width) {
		series = append(series, Bin{Start: start, End: min(start.Add(width), end)})
	}
	for i, n := range bins {
		series[min(i, len(series)-1)].Bytes += n // what comes at the end belongs to what led up to it
	}
	return series
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
