package netem_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"lossylab/netem"
)

// counterpart returns what stands below a line of nearest.golden: the nearest words in the other dialect and what differs.
func counterpart(t *testing.T, text string) string {
	t.Helper()
	spec, err := netem.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var s strings.Builder
	var notes []string
	if spec.TC != nil {
		var plain netem.Spec
		plain, notes = spec.TC.NearestPlain()
		if _, err := netem.Parse(plain.String()); err != nil || plain.Validate() != nil {
			t.Errorf("%s: %s: %v, %v", text, plain, err, plain.Validate())
		}
		s.WriteString("\t= " + plain.String() + "\n")
	} else {
		line, why, ok := spec.NearestTC()
		notes = why
		if l, err := netem.ParseTC(line); err != nil || l.String() != line {
			t.Errorf("%s: %s: reads as %s (%v)", text, line, l, err)
		}
		if !ok {
			s.WriteString("\t! not all of it\n")
		}
		s.WriteString("\t= tc \"" + line + "\"\n")
	}
	for _, n := range notes {
		if strings.ContainsAny(n, "\n\r") || strings.Contains(n, "NaN") || strings.Contains(n, "%!") {
			t.Errorf("%s: %q", text, n)
		}
		s.WriteString("\t~ " + n + "\n")
	}
	return s.String()
}

func TestNearestGolden(t *testing.T) { golden(t, "testdata/nearest.golden", counterpart) }

// The line that is nearest to a plain loss has the share, the bursts and the correlation that the plain words say.
func TestNearestLoss(t *testing.T) {
	traffic := netem.Traffic{Spacing: ms.Sub(0), Size: 200}
	for _, c := range []struct {
		words                    string
		lost, burst, correlation float64
	}{
		{"loss 5%", .05, 1 / .95, 0},
		{"loss 5% 25%", .05, 1 / (.95 * .75), .25}, // a run ends with a chance of (1-P)(1-rho)
		{"loss 0.3% 25%", .003, 1 / (.997 * .75), .25},
		{"loss 60% 90%", .6, 1 / (.4 * .1), .9},
		{"loss 2% burst 5", .02, 5, 1 - .2 - .02/.98/5},
		{"loss gemodel 1% 10%", 1 / 11.0, 10, .89},
	} {
		spec, err := netem.Parse(c.words)
		if err != nil {
			t.Fatal(err)
		}
		words, _, ok := spec.NearestTC()
		line, err := netem.ParseTC(words)
		if err != nil || !ok {
			t.Fatalf("%s: %s: %v, %v", c.words, words, err, ok)
		}
		e := line.Expect(traffic)
		for _, v := range [][2]float64{{e.Loss, c.lost}, {e.MeanBurst, c.burst}, {e.LossACF1, c.correlation}} {
			if math.Abs(v[0]-v[1]) > 1e-6*(1+v[1]) {
				t.Errorf("%s, and so %s: %v, want %v: %+v", c.words, words, v[0], v[1], e)
			}
		}
	}
}

// What is sent at once by a line is what is not late in its plain words, and the other way round: the same packets are
// overtaken. 30,000 of them, 3 ms apart, of which a share of 0.75 times 1-0.75^3 are: one standard error is 0.003.
func TestNearestReorder(t *testing.T) {
	line, err := netem.ParseTC("delay 10ms reorder 25%")
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := line.NearestPlain()
	back, _, ok := plain.NearestTC()
	if plain.String() != "reorder 75% late 10ms" || back != "limit 100000 delay 10ms reorder 25%" || !ok {
		t.Fatalf("%s, and back: %s", plain, back)
	}
	link, err := netem.NewStage("up", plain, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	const n = 30_000
	overtaken, largest := 0, uint64(0)
	arrive := func(until netem.Time) {
		for at, ok := link.Next(); ok && at <= until; at, ok = link.Next() {
			for p := link.Recv(at); p != nil; p = link.Recv(at) {
				if p.ID < largest {
					overtaken++
				}
				largest = max(largest, p.ID)
			}
		}
	}
	for i := range uint64(n) {
		at := 3 * ms * netem.Time(i)
		arrive(at - 1)
		link.Send(at, &netem.Packet{ID: i, Data: make([]byte, 100)})
	}
	arrive(1 << 60)
	expected := line.Expect(netem.Traffic{Spacing: (3 * ms).Sub(0), Size: 200}).Reordered
	if got := float64(overtaken) / n; math.Abs(got-expected) > 0.012 || math.Abs(expected-.75*(1-.75*.75*.75)) > 1e-6 {
		t.Errorf("%v of the packets overtaken, expected %v", got, expected)
	}
}

// FuzzNearest: whatever the link, its counterpart can be read, and so can the counterpart's; expectations are numbers that
// can be true, and warnings are single lines.
func FuzzNearest(f *testing.F) {
	golden, err := os.ReadFile("testdata/nearest.golden")
	if err != nil {
		f.Fatal(err)
	}
	for text := range strings.Lines(string(golden)) {
		if text[0] != '#' && text[0] != '\t' {
			f.Add(strings.TrimSuffix(text, "\n"), int64(1e6), 200)
		}
	}
	f.Fuzz(func(t *testing.T, text string, spacing int64, size int) {
		traffic := netem.Traffic{Spacing: netem.Time(max(0, spacing) % 1e12).Sub(0), Size: 14 + max(0, size)%65536}
		if spec, err := netem.Parse(text); err == nil && spec.TC == nil {
			line, _, _ := spec.NearestTC()
			text = line
			counterpart(t, spec.String())
		}
		line, err := netem.ParseTC(text)
		if err != nil {
			return
		}
		counterpart(t, netem.Spec{TC: &line}.String())
		checkExpectation(t, text, line.Expect(traffic))
		for _, w := range line.WarningsFor(traffic) {
			if w == "" || strings.ContainsAny(w, "\n\r") || strings.Contains(w, "NaN") || strings.Contains(w, "%!") || strings.Contains(w, "Inf") {
				t.Fatalf("%q, %v: %q", text, traffic, w)
			}
		}
	})
}

// checkExpectation wants shares between 0 and 1 and the rest not negative, where they are known.
func checkExpectation(t *testing.T, text string, e netem.Expectation) {
	t.Helper()
	for _, share := range []float64{e.Loss, e.Duplicates, e.Corrupted, e.AtOnce, e.Reordered} {
		if share < 0 || share > 1 {
			t.Fatalf("%q: a share of %v: %+v", text, share, e)
		}
	}
	if e.MeanBurst < 1-1e-9 || e.DelayMean < 0 || e.DelaySD < 0 || e.Rate < 0 || e.LossACF1 < -1 || e.LossACF1 > 1+1e-9 || e.DelayACF1 < -1 || e.DelayACF1 > 1 {
		t.Fatalf("%q: %+v", text, e)
	}
}
