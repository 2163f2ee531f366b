package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// gridScale lays the values of an axis out along a figure.
type gridScale struct {
	label  string
	at     []float64 // by value: where it is
	names  []string  // by value: what the axis says there
	order  []int     // the values from left to right
	joined bool      // neighbours may be joined by a line: they are numbers
	even   bool      // they stand one beside the other, whatever they are
	log    bool
	low    float64
	high   float64
}

// logSpan is how many times the least value the greatest is where an axis becomes logarithmic.
const logSpan = 20

// newGridScale makes the scale of an axis: logarithmic where numbers above 0 span a factor of more than logSpan, linear for
// other numbers, and one beside the other for words, and for numbers of which 0 is one and the others span as much.
func newGridScale(a GridAxis) gridScale {
	xs, kind := gridNumbers(a.Values)
	s := gridScale{label: a.Key, joined: xs != nil}
	for i := range a.Values {
		s.order = append(s.order, i)
	}
	if xs == nil {
		s.names, s.even = a.Values, true
		return s.laid()
	}
	slices.SortStableFunc(s.order, func(i, j int) int { return cmp.Compare(xs[i], xs[j]) })
	u := gridUnit(kind, max(xs[s.order[0]], xs[s.order[len(xs)-1]]))
	s.label = u.after(a.Key)
	least, most := math.Inf(1), 0. // of those that are not 0
	for i, x := range xs {
		s.names = append(s.names, gridTick(u.of(x)))
		if s.at = append(s.at, u.of(x)); x != 0 {
			least, most = min(least, math.Abs(xs[i])), max(most, math.Abs(x))
		}
	}
	if most > logSpan*least {
		s.log = slices.Min(xs) > 0
		s.even = !s.log
	}
	return s.laid()
}

// laid sets where the values are, and the ends of the scale.
func (s gridScale) laid() gridScale {
	if s.even {
		s.at = make([]float64, len(s.order))
		for rank, i := range s.order {
			s.at[i] = float64(rank)
		}
	}
	if s.log {
		for i, x := range s.at {
			s.at[i] = math.Log10(x)
		}
	}
	s.low, s.high = slices.Min(s.at), slices.Max(s.at)
	margin := float64(.06 * (s.high - s.low))
	if s.even || margin == 0 {
		margin = .5
	}
	s.low, s.high = s.low-margin, s.high+margin
	return s
}

// gridTick writes a number on an axis in the fewest digits.
func gridTick(x float64) string {
	text := plainNumber(Number(x))
	if strings.Contains(text, "e") {
		return strings.Replace(text, "-", "−", 2)
	}
	_, fraction, _ := strings.Cut(text, ".")
	return number(x, len(fraction))
}

// ticker puts the values themselves on the axis, as many as have room on a width.
func (s gridScale) ticker(width vg.Length) plot.Ticker {
	var marks fixedTicks
	scale := float64(width) / (s.high - s.low)
	end := math.Inf(-1)
	text := style{size: sizeTick}
	for _, i := range s.order {
		name := s.names[i]
		if !s.joined {
			name = folded(name, text, vg.Length(scale)-6)
		}
		at := (s.at[i] - s.low) * scale
		half := float64(text.width(s.names[i])) / 2
		if name != s.names[i] {
			half = scale/2 - 3
		}
		if at-half < end+5 {
			continue
		}
		end = at + half
		marks = append(marks, plot.Tick{Value: s.at[i], Label: name})
	}
	return marks
}

// folded breaks a name into lines of a width, three at most, if its words allow.
func folded(name string, text style, width vg.Length) string {
	lines := broken(name, text, 0, width)
	for _, l := range lines {
		if len(lines) > 3 || text.width(l) > width {
			return name
		}
	}
	return strings.Join(lines, "\n")
}

// fixedTicks are ticks that stand where they stand.
type fixedTicks []plot.Tick

// Ticks implements plot.Ticker.
func (t fixedTicks) Ticks(lo, hi float64) []plot.Tick {
	return slices.DeleteFunc(slices.Clone(t), func(k plot.Tick) bool { return k.Value < lo-1e-9 || k.Value > hi+1e-9 })
}

// gridRange is the scale of a measure.
type gridRange struct {
	unit      unit
	label     string
	log       bool
	low, high float64 // of the axis, in its coordinates
}

// on returns where a number is on the axis.
func (r gridRange) on(x float64) float64 {
	x = r.unit.of(x)
	if !r.log {
		return x
	}
	if x <= 0 {
		return r.low - 1
	}
	return math.Log10(x)
}

// newGridRange makes the scale for the means of a measure and what else is to be seen: the ends of intervals, NaN
// where there is none, as far as they do not dwarf the means.
func newGridRange(m gridMetric, means, ends []float64) gridRange {
	low, high := slices.Min(means), slices.Max(means)
	r := gridRange{unit: gridUnit(m.kind, high), log: low > 0 && high > logSpan*low}
	r.label = r.unit.after(m.name)
	bottom, top := low, high
	for _, e := range ends {
		if !math.IsNaN(e) {
			top, bottom = max(top, min(e, 2.5*high)), min(bottom, max(e, low/2.5))
		}
	}
	if r.log {
		r.low, r.high = math.Log10(r.unit.of(bottom)), math.Log10(r.unit.of(top))
		margin := .06 * (r.high - r.low)
		r.low, r.high = r.low-margin, r.high+margin
		return r
	}
	if top == 0 {
		top = r.unit.size
	}
	r.high = 1.07 * r.unit.of(top)
	if low < 0 {
		r.low = 1.07 * r.unit.of(min(bottom, low))
	}
	return r
}

// ticker puts numbers on the axis.
func (r gridRange) ticker() plot.Ticker {
	if r.log {
		return logTicks{}
	}
	return ticks{most: 6}
}

// logTicks puts numbers on an axis of decimal logarithms: 1, 2 and 5 times powers of ten, or fewer where there is no room.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(lo, hi float64) (out []plot.Tick) {
	mantissas := []float64{1, 2, 5}
	every := 1
	switch decades := hi - lo; {
	case decades > 6:
		every, mantissas = int(math.Ceil(decades/6)), mantissas[:1]
	case decades > 2.2:
		mantissas = mantissas[:1]
	}
	for k := int(math.Floor(lo)); float64(k) <= hi; k++ {
		if k%every != 0 {
			continue
		}
		for _, m := range mantissas {
			if at := float64(k) + math.Log10(m); at >= lo-1e-9 && at <= hi+1e-9 {
				value := m * math.Pow10(k)
				out = append(out, plot.Tick{Value: at, Label: number(value, min(9, max(0, -k)))})
			}
		}
	}
	return out
}
