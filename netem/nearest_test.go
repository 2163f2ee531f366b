package netem_test

import (
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

func TestNearestGolden(t *testing.T) {
	const file = "testdata/nearest.golden"
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var now strings.Builder
	for text := range strings.Lines(string(old)) {
		switch {
		case strings.HasPrefix(text, "\t"): // an answer of before
			continue
		case text == "\n" || text[0] == '#':
			now.WriteString(text)
		default:
			now.WriteString(text + counterpart(t, strings.TrimSuffix(text, "\n")))
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now.String() != string(old) {
		t.Errorf("%s is not what is nearest now: run with -update and read the difference\n%s", file, difference(string(old), now.String()))
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
