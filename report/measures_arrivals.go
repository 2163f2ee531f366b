package report

import (
	"strconv"
	"time"

	"lossylab/report/metric"
)

// arrivalMeasures are those that look at packets or messages as they arrive.
type arrivalMeasures struct {
	metric.Receiver
	received int64
	order    metric.Reordering
	behind   metric.Runs // which arrivals were reordered
}

// add takes the next arrival, which is the first of its number.
func (m *arrivalMeasures) add(p metric.Received) {
	m.received++
	m.behind.Add(m.order.Add(uint64(p.Seq)) > 0)
	m.Receiver.Add(p)
}

func (m *arrivalMeasures) result(level float64) *PacketMetrics {
	pdv := m.PDV.Spread()
	r := &PacketMetrics{Received: m.received, Reordering: m.reordering(level), Density: m.densities(), PDV: newSpread(pdv),
		IPDV: newSpread(m.IPDV.Absolute.Spread()), Throughput: noNumber, Size: noNumber, Spacing: noNumber}
	least := m.PDV.MinDelay()
	for _, d := range []*time.Duration{&pdv.Min, &pdv.Mean, &pdv.P50, &pdv.P95, &pdv.P99, &pdv.P999, &pdv.Max} {
		*d += least
	}
	r.Delay = newSpread(pdv)
	r.Jitter = numberIf(m.received > 1, Number(seconds(m.Jitter.Value())))
	return r
}

func (m *arrivalMeasures) reordering(level float64) ReorderingMetrics {
	some := m.order.Reordered() > 0
	gaps := m.Gaps.Result()
	late, free := &m.LateTime.Offsets, m.FreeRuns.Result()
	return ReorderingMetrics{
		Packets:         int64(m.order.Reordered()),
		Ratio:           ratioOf(m.order.Reordered(), m.order.Arrived()),
		Interval:        intervalOf(&m.behind, level),
		ExtentMean:      numberIf(some, Number(m.order.MeanExtent())),
		ExtentMax:       int64(m.order.Furthest()),
		LateMean:        numberIf(some, Number(seconds(late.Mean()))),
		LateMax:         numberIf(some, Number(seconds(late.Max()))),
		OffsetMean:      numberIf(some, Number(m.ByteOffset.Mean())),
		OffsetMax:       m.ByteOffset.Max,
		Degree:          [3]Number{m.degree(1), m.degree(2), m.degree(3)},
		Three:           m.NReordering.Packets[3],
		GapMean:         numberIf(gaps.Discontinuities > 1, Number(gaps.MeanGap)),
		GapTime:         numberIf(gaps.Discontinuities > 1, Number(seconds(gaps.MeanTime))),
		FreeRunMean:     numberIf(free.Runs > 0, Number(free.Mean())),
		FreeRunMax:      free.Max,
		Discontinuities: m.Discontinuities.Count,
	}
}

func (m *arrivalMeasures) degree(n int) Number {
	return numberIf(m.received > 0, Number(m.NReordering.Degree(n)))
}

// densities returns the histograms without their empty places.
func (m *arrivalMeasures) densities() DensityMetrics {
	d := m.Density.Result()
	r := DensityMetrics{Threshold: d.Threshold, Beyond: d.Beyond, RD: map[string]Number{}, RBD: map[string]Number{}}
	held := int64(0)
	for i := -d.Threshold; i <= d.Threshold; i++ {
		if d.Displaced(i) > 0 {
			r.RD[strconv.Itoa(i)] = Number(d.RD(i))
		}
		if n := d.Occupied(i); n > 0 {
			r.RBD[strconv.Itoa(i)] = Number(d.RBD(i))
			held += int64(i) * n
		}
	}
	r.Occupancy = ratioOf(held, d.Packets)
	return r
}

// intervalOf returns Wilson's interval of a share. Hits that follow each other count as fewer: see metric.Independent.
func intervalOf(r *metric.Runs, level float64) [2]Number {
	if r.N() == 0 {
		return [2]Number{noNumber, noNumber}
	}
	i := metric.WilsonAt(r.Ratio(), metric.Independent(r.N(), r.ACF1()), level)
	return [2]Number{Number(i.Low), Number(i.High)}
}

// newSpread returns a distribution in seconds, nil without samples.
func newSpread(s metric.Spread) *SpreadMetrics {
	if s.N == 0 {
		return nil
	}
	return &SpreadMetrics{N: s.N, Min: seconds(s.Min), Mean: seconds(s.Mean), P50: seconds(s.P50), P95: seconds(s.P95),
		P99: seconds(s.P99), P999: seconds(s.P999), Max: seconds(s.Max)}
}
