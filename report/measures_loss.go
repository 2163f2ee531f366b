package report

import (
	"lossylab/netem"
	"lossylab/report/metric"
)

// lossMeasures look at what was lost, in the order of sending. Counters are remembered.
type lossMeasures struct {
	lost      metric.Runs
	distance  metric.LossDistance
	distances int64 // their sum
	apart     int64 // how many there are
	bursts    metric.BurstGap
}

// add takes the next packet and when it was sent.
func (l *lossMeasures) add(sent netem.Time, lost bool) {
	l.lost.Add(lost)
	if distance, _ := l.distance.Add(lost); distance > 0 {
		l.distances += distance
		l.apart++
	}
	l.bursts.Add(sent, lost)
}

func (l *lossMeasures) result(level float64) LossMetrics {
	periods, bursts := l.distance.Result(), l.bursts.Result()
	some := l.lost.N() > 0
	r := LossMetrics{
		Packets:      int64(l.lost.Hits()),
		Ratio:        ratioOf(l.lost.Hits(), l.lost.N()),
		Interval:     intervalOf(&l.lost, level),
		Independent:  numberIf(some, Number(metric.Independent(l.lost.N(), l.lost.ACF1()))),
		DistanceMean: ratioOf(l.distances, l.apart),
		Periods:      periods.Periods,
		PeriodMean:   numberIf(periods.Periods > 0, Number(periods.MeanPeriod())),
		PeriodMax:    periods.Longest,
	}
	r.Burst = StretchMetrics{N: bursts.Bursts, Density: noNumber, Length: noNumber, Duration: noNumber}
	if bursts.Bursts > 0 {
		r.Burst = StretchMetrics{bursts.Bursts, Number(bursts.BurstDensity()), Number(bursts.BurstLength()), Number(seconds(bursts.BurstDuration()))}
	}
	r.Gap = StretchMetrics{N: bursts.Gaps, Density: noNumber, Length: noNumber, Duration: noNumber}
	if bursts.Gaps > 0 {
		r.Gap = StretchMetrics{bursts.Gaps, Number(bursts.GapDensity()), Number(bursts.GapLength()), Number(seconds(bursts.GapDuration()))}
	}
	return r
}
