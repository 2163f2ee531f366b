package netem_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// A table is what tc makes of it: mean + jitter t/8192, each entry as often as the others.
func TestTableIsTC(t *testing.T) {
	s, err := netem.ParseTable([]byte("# eighths\n-8192 4096 # more\n\n8192 16384\n"))
	if err != nil {
		t.Fatal(err)
	}
	const n = 50_000
	hits := map[time.Duration]int{}
	for _, v := range judged(&netem.Delay{Mean: 20e6, Jitter: 4e6, Samples: s}, n, 0) {
		hits[v.Delay]++
	}
	for _, want := range []time.Duration{16e6, 22e6, 24e6, 28e6} {
		share(t, want.String(), hits[want], n, .25, 1)
	}
	if len(hits) != 4 {
		t.Errorf("%d different delays", len(hits))
	}
}

// Samples keep their shape and get the mean and standard deviation that are asked for, to the nanosecond: here of all of
// them, each of which comes once in n draws that are evenly spread.
func TestSamplesHaveTheJitterAskedFor(t *testing.T) {
	s, err := netem.ParseSamples([]byte("20.5\n21 19.75 40 # slow\n1e1\n"))
	if err != nil {
		t.Fatal(err)
	}
	e := (&netem.Delay{Mean: 100e6, Jitter: 4e6, Samples: s}).Expect(netem.Traffic{})
	if math.Abs(e.DelayMean-100e6) > 1 || math.Abs(e.DelaySD-4e6) > 1 {
		t.Errorf("mean %v, standard deviation %v", e.DelayMean, e.DelaySD)
	}
	var seen []time.Duration
	for _, v := range judged(&netem.Delay{Mean: 100e6, Jitter: 4e6, Samples: s}, 1000, 0) {
		if !slices.Contains(seen, v.Delay) {
			seen = append(seen, v.Delay)
		}
	}
	slices.Sort(seen)
	if len(seen) != 5 || math.Abs(float64(seen[4]-seen[2])/float64(seen[3]-seen[2])-19.5/.5) > 1e-4 {
		t.Errorf("delays %v have not the shape of 10 19.75 20.5 21 40", seen)
	}
}

func TestSamplesRefuse(t *testing.T) {
	for _, c := range []struct {
		parse func([]byte) (*netem.Samples, error)
		text  string
		want  string
	}{
		{netem.ParseTable, "", "no numbers in it"},
		{netem.ParseTable, "1\n2 32768", `line 2: "32768": a table has integers from -32768 to 32767`},
		{netem.ParseTable, "0x10", `line 1: "0x10": a table has integers`},
		{netem.ParseTable, strings.Repeat("1 ", 16385), "line 1: more than 16384 values: leave some out"},
		{netem.ParseSamples, "# 3\n", "no numbers in it"},
		{netem.ParseSamples, "3", "all values are the same, or there is only one"},
		{netem.ParseSamples, "3\nNaN", `line 2: "NaN": not a delay in ms`},
		{netem.ParseSamples, "3 1e13", `line 1: "1e13": not a delay in ms`},
		{netem.ParseSamples, "1e11 100000000000.1", "all values are the same"},
	} {
		if _, err := c.parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: %v, want %s", c.text, err, c.want)
		}
	}
}

// FuzzSamples: whatever the text, there are samples that a link can use, or an error of one line.
func FuzzSamples(f *testing.F) {
	for _, text := range files {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Add([]byte("1e-300 -1e-300 5e5"), false)
	f.Fuzz(func(t *testing.T, text []byte, table bool) {
		parse := netem.ParseSamples
		if table {
			parse = netem.ParseTable
		}
		s, err := parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 300 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		d := &netem.Delay{Mean: time.Hour, Jitter: time.Hour, Rho: .5, Samples: s}
		for _, v := range judged(d, 10, 0) {
			if v.Delay < 0 {
				t.Fatalf("%q: delay %v", text, v.Delay)
			}
		}
		if e := d.Expect(netem.Traffic{}); !(e.DelayMean >= 0 && e.DelaySD >= 0) {
			t.Fatalf("%q: %+v", text, e)
		}
	})
}
