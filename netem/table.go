package netem

import "math"

// table is a distribution of jitter as tc gives it to the kernel: the inverse of a distribution function at 4096 places,
// in units of 1/8192 jitter. tc reads its tables from files; these are computed from what the tables are, and are equal to
// tc's in every entry. Its fourth, experimental, was measured by somebody and follows no formula: it is refused.
type table []int16

const (
	tableSize = 4096
	tableUnit = 8192
)

// tables are the distributions that come with tc.
var tables = [...]struct {
	name string
	make func() table
}{{"normal", normalTable}, {"pareto", paretoTable}, {"paretonormal", paretoNormalTable}}

// newTable returns the table of a distribution, nil for the name "".
func newTable(name string) table {
	for _, t := range tables {
		if t.name == name {
			return t.make()
		}
	}
	return nil
}

// entry clips v to the range of a table, which is 4 jitters either way.
func entry(v int) int16 { return int16(max(math.MinInt16, min(math.MaxInt16, v))) }

// normalEntry is the bell curve's inverse at every fourth of 16384 places, cut down to a multiple of 1/20000: the step in
// which the table was searched for. No entry is so near a border that an inexact last bit could move it.
func normalEntry(i int) int {
	x := math.Floor(float64(probit((4*float64(i)+0.5)/16384)*20000)) / 20000
	return int(math.RoundToEven(x * tableUnit))
}

func normalTable() table {
	t := make(table, tableSize)
	for i := range t {
		t[i] = entry(normalEntry(i))
	}
	return t
}

// paretoTable is the Pareto distribution with exponent 3, of mean 1.5 and standard deviation 0.87, shifted by its mean
// and stretched by 4/3. The tail beyond 4 is cut off, which leaves a standard deviation of 0.82.
func paretoTable() table {
	t := make(table, tableSize)
	for i := range t {
		above := float64(tableSize-i) / tableSize // the share of results above this one
		t[i] = entry(int(math.RoundToEven((1/math.Cbrt(above) - 1.5) * 4 / 3 * tableUnit)))
	}
	return t
}

// paretoNormalTable is a quarter of the bell curve and three quarters of Pareto, entry by entry.
func paretoNormalTable() table {
	t := paretoTable()
	for i := range t {
		t[i] = int16((normalEntry(i) + 3*int(t[i])) / 4)
	}
	return t
}

// dispersion is a time with jitter as netem draws it.
type dispersion struct {
	mean   int64 // ns
	jitter int64 // ns, from 0 to math.MaxInt32
	table  table // nil is uniform
}

// next returns the time that a random number gives, which may be negative. It draws from a only if there is jitter.
//
// The remainders below take the lower bits of the number, and those of a correlated one do not correlate: so the
// correlation of a delay has no effect until the jitter nears its upper bound.
func (d *dispersion) next(a *averaged, t *taus) int64 {
	if d.jitter == 0 {
		return d.mean
	}
	u := a.next(t)
	if d.table == nil {
		return d.mean - d.jitter + int64(u%(2*uint32(d.jitter)))
	}
	v := int64(d.table[u%uint32(len(d.table))])
	x := d.jitter % tableUnit * v
	if x >= 0 {
		x += tableUnit / 2
	} else {
		x -= tableUnit / 2
	}
	return d.mean + d.jitter/tableUnit*v + x/tableUnit
}
