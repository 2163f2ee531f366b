package netem

import (
	"math"
	"slices"
)

// points returns as many delays as a table has entries, in ns, in order and each as likely as the others; some may be
// below zero. The numbers that they are made of have the correlation rho.
func (d *dispersion) points(rho share) []float64 {
	all := make([]float64, tableSize)
	switch width := 2 * uint64(d.jitter); {
	case width == 0:
		for i := range all {
			all[i] = float64(d.mean)
		}
	case d.table != nil:
		for i := range all {
			all[i] = float64(d.mean) + float64(float64(d.jitter)*float64(d.table[i])/tableUnit)
		}
		slices.Sort(all)
	case rho == 0 || rho == certain || width < numbers/256: // what is kept of a correlated number is then uniform
		remainders(all, width)
		moved(all, float64(d.mean-d.jitter))
	default:
		folded(all, width, rho.float())
		moved(all, float64(d.mean-d.jitter))
	}
	return all
}

const numbers = 1 << 32 // that a generator has

// remainders fills all with remainders modulo width of uniform numbers. They favour the smaller ones: width goes into 2^32 a
// whole number of times and a bit, so that the first ones are met once more than the others. At a jitter of 100ms that takes
// 1.2 ms off the mean.
func remainders(all []float64, width uint64) {
	often, rest := float64(numbers/width), float64(numbers%width)
	for i := range all {
		place := (float64(i) + 0.5) * numbers / float64(len(all)) // among the numbers sorted by their remainder
		if place < float64(rest*(often+1)) {
			all[i] = place / (often + 1)
		} else {
			all[i] = rest + (place-float64(rest*(often+1)))/often
		}
	}
}

// folded fills all with remainders modulo width, some percent of 2^32 at least, of numbers with a correlation: averages, which
// crowd round the middle. Below a remainder are the averages that lie so far above any multiple of width.
func folded(all []float64, width uint64, rho float64) {
	below := func(x float64) float64 { return narrowed(min(1, x), rho) } // the normal distribution, from asNormal on
	if rho <= asNormal {
		f := averagesCDF(rho)
		below = func(x float64) float64 { return f.averaged(min(1, x), rho) }
	}
	share := func(remainder float64) (sum float64) {
		for from := 0.0; from < numbers; from += float64(width) {
			sum += below((from+remainder)/numbers) - below(from/numbers)
		}
		return sum
	}
	const steps = 1024
	i, low := 0, 0.0
	for step := 1.0; step <= steps; step++ {
		high := share(step / steps * float64(width))
		for ; i < len(all) && ((float64(i)+0.5)/float64(len(all)) <= high || step == steps); i++ {
			into := 1.0
			if high > low {
				into = min(1, ((float64(i)+0.5)/float64(len(all))-low)/(high-low))
			}
			all[i] = (step - 1 + into) / steps * float64(width)
		}
		low = high
	}
}

func moved(all []float64, by float64) {
	for i := range all {
		all[i] += by
	}
}

// forgets says whether delays with that correlation are as good as independent: what a number has of the last one is
// forgotten where the fresh part of it goes round many times.
func (d *dispersion) forgets(rho share) bool {
	width := 2 * uint64(d.jitter)
	if d.table != nil {
		width = tableSize
	}
	return rho == 0 || d.jitter == 0 || 20*float64(width) < (1-rho.float())*numbers
}

// clip returns the delays with none below zero: what the kernel would send before now, it sends now.
func clip(all []float64) []float64 {
	clipped := slices.Clone(all)
	for i, x := range clipped {
		clipped[i] = max(0, x)
	}
	return clipped
}

// moments are the first two of something random, about a value near it: so small differences of large values survive.
type moments struct{ about, mean, square float64 }

// momentsOf returns those of values each as likely as the others.
func momentsOf(all []float64) moments {
	m := moments{about: all[0]}
	for _, x := range all {
		m.add(x, 1/float64(len(all)))
	}
	return m
}

// momentsOfFirst returns those of the lesser of two independent values; all are in order.
func momentsOfFirst(all []float64) moments {
	m, n := moments{about: all[0]}, float64(len(all))
	for i, x := range all {
		m.add(x, (float64(2*(n-float64(i)))-1)/(n*n))
	}
	return m
}

// add puts a value of that probability to those that there are.
func (m *moments) add(x, probability float64) {
	x -= m.about
	m.mean += float64(probability * x)
	m.square += float64(probability * float64(x*x))
}

// scale makes room for others: what there is has that probability from now on.
func (m *moments) scale(probability float64) {
	m.mean *= probability
	m.square *= probability
}

// plus puts what has other moments, about the same value, to what there is.
func (m *moments) plus(other moments) {
	m.mean += other.mean
	m.square += other.square
}

// at returns the mean.
func (m *moments) at() float64 { return m.about + m.mean }

// deviation returns the standard deviation.
func (m *moments) deviation() float64 { return math.Sqrt(max(0, m.square-float64(m.mean*m.mean))) }
