package report

import (
	"math"

	"lossylab/report/metric"
)

// wilson gives a share of messages the interval of Wilson's score, of all seeds' messages together: the mean of few seeds,
// most of them without a loss, is no more normal than a coin.
func (g *Grid) wilson(c *GridCell, ratio, sent, independent int) {
	if sent < 0 || independent < 0 {
		return
	}
	var runs []shareOfRun
	for k, share := range c.Samples[ratio] {
		n, worth := c.Samples[sent][k], c.Samples[independent][k]
		if math.IsNaN(share) || math.IsNaN(n) || n == 0 {
			continue
		}
		if math.IsNaN(worth) || worth <= 0 || worth > n {
			worth = n
		}
		runs = append(runs, shareOfRun{share, n, worth})
	}
	share, worth := poolShares(runs)
	if worth == 0 {
		return
	}
	i := metric.WilsonAt(share, worth, g.Confidence)
	s := &c.Stats[ratio]
	s.Low, s.High, s.Method = Number(i.Low), Number(i.High), WilsonMethod
}

// shareOfRun is the share of a run's n messages that were lost, and how many independent ones they are worth by themselves.
type shareOfRun struct{ share, n, worth float64 }

// poolShares returns the share of all runs' messages, and how many independent ones they are worth together.
//
// That is not the sum of what each run's are worth: a run that a burst has missed looks as if its messages were independent,
// and a short one underrates how long bursts are, since it measures them against its own mean. So the correlation of neighbours,
// which each run's worth gives back (metric.Independent), is put together about the mean of all; and what that does not
// see, such as losses that come and go more slowly than messages, shows in how far the runs' shares lie apart: the lesser
// of both counts. If nothing at all was lost, nothing tells of bursts, and messages count in full.
func poolShares(runs []shareOfRun) (share, worth float64) {
	var lost, all float64
	for _, r := range runs {
		lost, all = lost+float64(r.share*r.n), all+r.n
	}
	if all == 0 {
		return 0, 0
	}
	share = lost / all
	variance := share * (1 - share) // of one message
	if !(variance > 0) {
		return share, all
	}
	var near, apart float64
	for _, r := range runs {
		acf1 := (r.n - r.worth) / (r.n + r.worth)
		off := r.share - share
		near += float64(r.n*r.share*(1-r.share)*acf1) + float64(r.n*off*off)
		apart += float64(r.n * r.n * off * off)
	}
	worth = metric.Independent(1, near/(all*variance)) * all
	if k := float64(len(runs)); k > 1 && apart > 0 {
		worth = min(worth, variance*all*all*(k-1)/(apart*k))
	}
	return share, max(worth, 1)
}
