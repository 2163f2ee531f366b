package report

import "testing"

// TestGridStatOfEqualRuns: runs that show the same have no deviation, though the sum of six times 9.98 is not six times as much.
func TestGridStatOfEqualRuns(t *testing.T) {
	for _, method := range []string{Student, BootstrapMethod} {
		g := Grid{Confidence: 0.95, Method: method}
		want := GridStat{N: 6, Mean: 9.98, Median: 9.98, Low: 9.98, High: 9.98, Method: method, Min: 9.98, Max: 9.98}
		if got := g.stat([]float64{9.98, 9.98, 9.98, 9.98, 9.98, 9.98}); got != want {
			t.Errorf("%s: %+v, want %+v", method, got, want)
		}
	}
}
