package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"lossylab/report/metric"
)

// TestPoolSharesOneRun: a run by itself is worth what it says.
func TestPoolSharesOneRun(t *testing.T) {
	share, worth := poolShares([]shareOfRun{{0.02, 500, 120}})
	if share != 0.02 || math.Abs(worth-120) > 1e-9 {
		t.Errorf("got a share of %v worth %v, want 0.02 worth 120", share, worth)
	}
	if share, worth = poolShares([]shareOfRun{{0, 500, 500}, {0, 300, 300}}); share != 0 || worth != 800 {
		t.Errorf("without a loss: got a share of %v worth %v, want 0 worth 800", share, worth)
	}
	if _, worth = poolShares(nil); worth != 0 {
		t.Errorf("no runs are worth %v, want 0", worth)
	}
}

// TestPoolSharesApart: runs of which each loses nothing or all are worth about as many as there are, whatever their messages
// seem to be worth by themselves.
func TestPoolSharesApart(t *testing.T) {
	var runs []shareOfRun
	for k := range 10 {
		runs = append(runs, shareOfRun{float64(k % 2), 1000, 1000})
	}
	if _, worth := poolShares(runs); worth < 1 || worth > 10 {
		t.Errorf("10 runs, each all or nothing, are worth %v, want 1 to 10", worth)
	}
}

// TestPoolSharesCover: intervals of a cell hold the true share about as often as they say, though most runs of bursty links
// have no burst. Each case is 2000 cells of 20 seeds with 200 messages, so a coverage of 95 % is measured with a standard
// deviation of 0.5 %. The bounds are 89 % and 98 %: short runs with few bursts (of Gilbert's chain at 0.1 % and 10 %, 4 in 20
// runs have one) cost some percent, where the sum of what the runs are worth by themselves covers 38 % and 81 %.
// Seed: that of the generator.
func TestPoolSharesCover(t *testing.T) {
	for _, link := range []struct{ bad, good float64 }{{0.001, 0.1}, {0.01, 0.3}, {0.02, 0.98}} {
		rng := rand.New(rand.NewPCG(1, 2))
		truth, held := link.bad/(link.bad+link.good), 0
		const cells, seeds, messages = 2000, 20, 200
		for range cells {
			var runs []shareOfRun
			for range seeds {
				runs = append(runs, gilbertRun(rng, link.bad, link.good, messages))
			}
			share, worth := poolShares(runs)
			if i := metric.WilsonAt(share, worth, 0.95); i.Low <= truth && truth <= i.High {
				held++
			}
		}
		covered := float64(held) / cells
		t.Logf("gemodel %v %v: %.3f of intervals hold %.4f", link.bad, link.good, covered, truth)
		if covered < 0.89 || covered > 0.98 {
			t.Errorf("gemodel %v %v: %.3f of intervals hold the true share, want 0.89 to 0.98", link.bad, link.good, covered)
		}
	}
}

// gilbertRun is a run over a link that turns bad and good with these probabilities and loses all while it is bad.
func gilbertRun(rng *rand.Rand, bad, good float64, messages int) shareOfRun {
	var lost metric.Runs
	state := rng.Float64() < bad/(bad+good)
	for range messages {
		lost.Add(state)
		if state {
			state = rng.Float64() >= good
		} else {
			state = rng.Float64() < bad
		}
	}
	n := float64(lost.N())
	return shareOfRun{float64(lost.Hits()) / n, n, metric.Independent(lost.N(), lost.ACF1())}
}
