package metric

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The example of RFC 3357: packets 2, 5, 7, 9 and 10 of 10 are lost.
func TestLossDistanceExample(t *testing.T) {
	lost := map[int]bool{2: true, 5: true, 7: true, 9: true, 10: true}
	for delta, noticeable := range []int64{0, 1, 3, 4, 4} {
		l := LossDistance{Delta: int64(delta)}
		var distances, periods []int64
		for i := 1; i <= 10; i++ {
			distance, period := l.Add(lost[i])
			if lost[i] {
				distances, periods = append(distances, distance), append(periods, period)
			} else if distance != 0 || period != 0 {
				t.Errorf("packet %d was received, at distance %d in period %d", i, distance, period)
			}
		}
		compare(t, "distances", distances, []int64{0, 3, 2, 2, 1})
		compare(t, "periods", periods, []int64{1, 2, 3, 4, 4})
		want := LossDistanceResult{Packets: 10, Lost: 5, Noticeable: noticeable, Periods: 4, Longest: 2}
		want.Lengths[1], want.Lengths[2] = 3, 1
		compare(t, "result", l.Result(), want)
		compare(t, "rate", l.Result().NoticeableRate(), float64(noticeable)/5)
		compare(t, "mean period", l.Result().MeanPeriod(), 1.25)
	}
}

func TestLongLossPeriod(t *testing.T) {
	var l LossDistance
	for i := range 300 {
		l.Add(i%100 != 99)
	}
	r := l.Result()
	if r.Periods != 3 || r.Longest != 99 || r.Lengths[MaxPeriod] != 3 {
		t.Errorf("%+v", r)
	}
}

// Packets every 10 ms. Losses at 20, 22 and 38 are a burst (15 received between 22 and 38); 55 is alone, since 16 are
// received before it; 80 and 81 are a burst up to the end.
func TestBurstGap(t *testing.T) {
	var b BurstGap
	compare(t, "of nothing", b.Result(), BurstGapResult{})
	lost := map[int]bool{20: true, 22: true, 38: true, 55: true, 80: true, 81: true}
	for i := range 82 {
		b.Add(ms(10*i), lost[i])
	}
	r := b.Result()
	compare(t, "result", r, BurstGapResult{Packets: 82, Lost: 6, Bursts: 2, Gaps: 2, BurstPackets: 21, BurstLost: 5,
		BurstTime: 200 * time.Millisecond, GapTime: 610 * time.Millisecond, ended: 82})
	compare(t, "burst density", r.BurstDensity(), 5./21)
	compare(t, "gap density", r.GapDensity(), 1./61)
	compare(t, "burst length", r.BurstLength(), 10.5)
	compare(t, "gap length", r.GapLength(), 30.5)
	compare(t, "burst duration", r.BurstDuration(), 100*time.Millisecond)
	compare(t, "gap duration", r.GapDuration(), 305*time.Millisecond)

	b.Add(ms(820), false) // and now the last burst lasts as long as its packets
	compare(t, "gaps", b.Result().Gaps, int64(3))
	compare(t, "burst time", b.Result().BurstTime, 210*time.Millisecond)
}

// bursts finds bursts by their definition: a longest stretch from a lost packet to another without Gmin received in a row.
func bursts(lost []bool, gmin int) (r BurstGapResult) {
	r.Packets = int64(len(lost))
	gap := 0
	for i := 0; i < len(lost); i++ {
		r.Lost += int64(one(lost[i]))
		end, received := i, 0
		for j := i; lost[i] && j < len(lost) && received < gmin; j++ {
			received++
			if lost[j] {
				end, received = j, 0
			}
		}
		if end == i {
			gap++
			continue
		}
		if gap > 0 {
			r.Gaps++
			gap = 0
		}
		r.Bursts++
		for ; i <= end; i++ {
			r.BurstPackets++
			r.BurstLost += int64(one(lost[i]))
		}
		r.Lost += r.BurstLost
		i--
	}
	r.Gaps += int64(one(gap > 0))
	return r
}

// 500 streams of up to 400 packets, with the loss of a Gilbert channel, against the definition.
func TestBurstGapAgainstDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		b := BurstGap{Gmin: int64(rng.IntN(20))}
		var lost []bool
		bad, p, r := false, rng.Float64()/5, rng.Float64()
		all := int64(0)
		for i := range rng.IntN(400) {
			change := p
			if bad {
				change = r
			}
			bad = bad != (rng.Float64() < change)
			lost = append(lost, bad)
			all += int64(one(bad))
			b.Add(ms(i), bad)
		}
		got, want := b.Result(), bursts(lost, int(b.gmin()))
		want.Lost = all
		got.BurstTime, got.GapTime, got.ended = 0, 0, 0
		compare(t, "bursts", got, want)
		if got.GapDensity() > 1/float64(1+b.gmin())+1/float64(max(1, len(lost))) {
			t.Fatalf("Gmin %d: gaps of density %g", b.gmin(), got.GapDensity())
		}
	}
}
