package metric

import (
	"math"
	"time"

	"lossylab/netem"
)

// DefaultBin is the width of the bins of Bins when none is set.
const DefaultBin = 10 * time.Millisecond

const (
	maxBins   = 10_000
	shownBins = 100 // at most so many bins in a series
)

// Bins adds up bytes over time, from 0, in bins of equal width. Goodput is what a receiving program got for the first time;
// throughput is all that a link carried, headers and retransmissions too: which of them it is, is the caller's to give.
//
// The bins grow tenfold whenever there are more than 10,000, which take 80 KiB. The zero value is ready to use, with
// DefaultBin.
type Bins struct {
	Width time.Duration // of the first bins

	wide time.Duration // by now
	bins []int64
}

// Bin is a stretch of time. All of a series are equally wide, but for the last, which may be shorter.
type Bin struct {
	Start, End netem.Time
	Bytes      int64
}

// Rate returns the mean rate in the bin in bit/s, 0 if it takes no time.
func (b Bin) Rate() float64 {
	if b.End <= b.Start {
		return 0
	}
	return float64(b.Bytes) * 8e9 / float64(b.End-b.Start)
}

// Add adds bytes at an instant from 0 on; earlier ones count as at 0.
func (b *Bins) Add(at netem.Time, bytes int) {
	at = max(0, at)
	if b.wide == 0 {
		if b.wide = b.Width; b.wide <= 0 {
			b.wide = DefaultBin
		}
	}
	for int64(at)/int64(b.wide) >= maxBins {
		b.bins, b.wide = merge(b.bins, 10), 10*b.wide
	}
	i := int(int64(at) / int64(b.wide))
	for len(b.bins) <= i {
		b.bins = append(b.bins, 0)
	}
	b.bins[i] += int64(bytes)
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

// Series returns the bins up to end, merged so that there are at most 100, by 1, 2 or 5 times a power of ten: between 40 and
// 100 unless end is less than a hundred of the first bins away. The last one ends at end; what comes then belongs to what led
// up to it.
func (b *Bins) Series(end netem.Time) []Bin {
	for n, step := int64(1), 0; b.wide > 0; step++ {
		if n > int64(end)/int64(b.wide) || netem.Time(b.wide)*netem.Time(n)*shownBins >= end {
			return b.series(end, n)
		}
		n = [...]int64{2, 5, 10}[step%3] * int64(math.Pow10(step/3))
	}
	return nil
}

// Every returns the bins up to end in bins that are width wide; ok is false if the bins that are kept do not fit into them.
func (b *Bins) Every(width time.Duration, end netem.Time) (series []Bin, ok bool) {
	if b.wide == 0 {
		return nil, true
	}
	if width < b.wide || width%b.wide != 0 {
		return nil, false
	}
	return b.series(end, int64(width/b.wide)), true
}

// series merges n neighbours each.
func (b *Bins) series(end netem.Time, n int64) []Bin {
	if end <= 0 {
		return nil
	}
	width := b.wide * time.Duration(n)
	var series []Bin
	for start := netem.Time(0); start < end; start = start.Add(width) {
		series = append(series, Bin{Start: start, End: min(start.Add(width), end)})
	}
	for i, sum := range merge(b.bins, int(n)) {
		series[min(i, len(series)-1)].Bytes += sum
	}
	return series
}
