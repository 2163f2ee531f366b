package netem

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The moments of tc's tables, and their ends, in jitters.
func TestTableMoments(t *testing.T) {
	for _, want := range []struct {
		name                string
		mean, sd, low, high float64
	}{
		{"normal", -0.0008, 1.000, -4.000, 3.523},
		{"pareto", -0.0335, 0.820, -0.667, 4.000},
		{"paretonormal", -0.0253, 0.834, -1.502, 3.880},
	} {
		table := newTable(want.name)
		var mean, squares float64
		for _, v := range table {
			x := float64(v) / tableUnit
			mean, squares = mean+x/tableSize, squares+x*x/tableSize
		}
		got := [...]float64{mean, math.Sqrt(squares - mean*mean), float64(table[0]) / tableUnit, float64(table[tableSize-1]) / tableUnit}
		for i, w := range [...]float64{want.mean, want.sd, want.low, want.high} {
			if math.Abs(got[i]-w) > 0.002 {
				t.Errorf("%s: %v, want %v", want.name, got, want)
				break
			}
		}
	}
}

// The tables that tc has on this machine, where it has any, are the computed ones entry by entry.
func TestTablesAreThoseOfTC(t *testing.T) {
	for _, d := range tables {
		files, _ := filepath.Glob("/usr/lib*/tc/" + d.name + ".dist")
		more, _ := filepath.Glob("/usr/lib*/*/tc/" + d.name + ".dist")
		if files = append(files, more...); len(files) == 0 {
			t.Skip("no tc here")
		}
		theirs := readTable(t, files[0])
		for i, v := range d.make() {
			if int(v) != theirs[i] {
				t.Errorf("%s: entry %d is %d, tc has %d", d.name, i, v, theirs[i])
			}
		}
	}
}

func readTable(t *testing.T, file string) (all []int) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, field := range strings.Fields(line) {
			n, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, n)
		}
	}
	if len(all) != tableSize {
		t.Fatalf("%s: %d entries", file, len(all))
	}
	return all
}

// The remainder throws a correlation away until the jitter nears its upper bound, where it is all there.
func TestDelayCorrelation(t *testing.T) {
	for _, c := range []struct {
		jitter   int64
		table    string
		rho, acf float64
	}{
		{100e6, "", 0.25, 0}, {100e6, "", 0.9, 0.03}, {10e6, "", 0.999, 0.70}, {100e6, "normal", 0.9, 0},
		{2147e6, "", 0.5, 0.5}, {1000e6, "", 0.5, -0.014},
	} {
		d := dispersion{mean: 3e9, jitter: c.jitter, table: newTable(c.table)}
		acf, _ := d.correlated(toShare(c.rho))
		if math.Abs(acf-c.acf) > 0.02 {
			t.Errorf("%+v: %.3f", c, acf)
		}
	}
}
