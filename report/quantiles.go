package report

import (
	"math"
	"time"

	"lossylab/report/metric"
)

// Quantiles is a metric.Distribution of durations that are not negative, summed up in seconds. The zero value is ready to
// use.
type Quantiles struct{ metric.Distribution }

// Summary is a distribution in seconds. Quantiles are of the nearest rank: the smallest sample that at least that share
// of the samples does not exceed.
type Summary struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// Add takes a sample. Negative ones count as 0.
func (q *Quantiles) Add(d time.Duration) { q.Distribution.Add(max(d, 0)) }

// Summary returns the distribution, nil without samples.
func (q *Quantiles) Summary() *Summary {
	if q.N() == 0 {
		return nil
	}
	return &Summary{
		Min:  seconds(q.Min()),
		Mean: seconds(q.Mean()),
		P50:  seconds(q.At(.5)),
		P95:  seconds(q.At(.95)),
		P99:  seconds(q.At(.99)),
		Max:  seconds(q.Max()),
	}
}

// round9 cuts x to whole billionths, so that the last digits of a float, which depend on the machine, are never printed.
func round9(x float64) float64 { return math.Round(x*1e9) / 1e9 }

func seconds(d time.Duration) float64 { return float64(d) / 1e9 }

// fromSeconds turns seconds into a duration, to the nearest nanosecond.
func fromSeconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
