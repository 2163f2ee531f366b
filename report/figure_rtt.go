package report

import (
	"fmt"
	"strconv"
	"time"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	rttMark  = mark{dot, blue, .9, 0}
	srttLine = draw.LineStyle{Color: ink, Width: .9}
	rtoLine  = draw.LineStyle{Color: red, Width: 1, Dashes: []vg.Length{4, 1.6}}
)

// rttFigure shows the round-trip times of TCP's segments, and what its sender made of them.
func rttFigure(f *Flow, r *roundTrips) Figure {
	top := r.Samples.Spread().Max
	for _, s := range f.States {
		top = max(top, fromSeconds(s.SRTT), fromSeconds(s.RTO))
	}
	m := timeUnit(axisLength(netem.Time(top)))
	p, u := timePlot(axisLength(r.end), fmt.Sprintf("round-trip time (%s)", m.name), 10)
	p.Y.Min, p.Y.Max = 0, 1.06*m.time(axisLength(netem.Time(top)))
	var samples, srtt, rto plotter.XYs
	for _, s := range r.samples {
		samples = append(samples, plotter.XY{X: u.time(s.at), Y: m.of(float64(s.rtt))})
	}
	for _, s := range f.States {
		if s.At > r.end || s.SRTT <= 0 {
			continue
		}
		srtt = append(srtt, plotter.XY{X: u.time(s.At), Y: m.of(1e9 * s.SRTT)})
		rto = append(rto, plotter.XY{X: u.time(s.At), Y: m.of(1e9 * s.RTO)})
	}
	if len(samples) == 0 {
		p.Add(noData("no samples of the round-trip time"))
	}
	p.Add(sparse{points{rttMark, samples}}, steps{srttLine, srtt}, steps{rtoLine, rto})
	s := sheet{rows: [][]panel{{{Plot: p, name: f.Heading(), note: rttNote(r)}}}, keys: legend{markKey("sample", rttMark)}.
		add(len(srtt) > 0, lineKey("smoothed (SRTT)", srttLine)).
		add(len(rto) > 0, lineKey("retransmission timeout (RTO)", rtoLine))}
	return Figure{
		Name: "rtt", Title: "TCP round-trip times", Caption: rttCaption(f, r),
		height: 7.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { rttSamples(f, r, row) },
	}
}

func rttNote(r *roundTrips) string {
	return fmt.Sprintf("%s, none from %s by Karn's algorithm", count(len(r.samples), "sample"), count(r.Karn, "acknowledgment"))
}

func rttCaption(f *Flow, r *roundTrips) string {
	s := "Round-trip times over time, from a segment that was sent once to the acknowledgment of its last byte: " + rttNote(r)
	if len(r.samples) > 0 {
		d := r.Samples.Spread()
		s += fmt.Sprintf("; between %s and %s, with a median of %s", durationText(d.Min), durationText(d.Max), durationText(d.P50))
	}
	if n := len(f.States); n > 0 && f.States[n-1].SRTT > 0 {
		least, most := f.States[n-1].RTO, f.States[n-1].RTO
		for _, v := range f.States {
			if v.SRTT > 0 {
				least, most = min(least, v.RTO), max(most, v.RTO)
			}
		}
		if s += "; the sender's timeout (RFC 6298) was " + formatSeconds(least); most > least {
			s += " to " + formatSeconds(most)
		}
	}
	return s + "."
}

// durationText is formatTime of a duration, also of a negative one.
func durationText(d time.Duration) string {
	if d < 0 {
		return "−" + formatTime(netem.Time(-d))
	}
	return formatTime(netem.Time(d))
}

func rttSamples(f *Flow, r *roundTrips, row func(...string)) {
	row("what", "at_s", "rtt_s", "srtt_s", "rto_s")
	for _, s := range r.samples {
		row("sample", stamp(s.at), stamp(netem.Time(s.rtt)), "", "")
	}
	for _, s := range f.States {
		if s.SRTT > 0 {
			row("sender", stamp(s.At), "", strconv.FormatFloat(s.SRTT, 'f', 6, 64), strconv.FormatFloat(s.RTO, 'f', 6, 64))
		}
	}
}
