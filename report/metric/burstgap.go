package metric

import (
	"time"

	"lossylab/netem"
)

// DefaultGmin is the least number of packets received between two bursts, as RFC 3611 section 4.7.2 recommends.
const DefaultGmin = 16

// BurstGap tells bursts from gaps as RFC 3611 section 4.7.2 does: a burst is a longest stretch of packets that begins and
// ends with a lost one and has no Gmin or more received in a row in it; everything else is gap, also a lost packet with Gmin
// received before and behind it. Before the first packet and behind the last one, Gmin received are assumed.
//
// The RFC's terminals estimate density and length from counts of transitions, and send densities in 256ths and durations in
// milliseconds. Here they are exact: a packet lasts from its own sending to that of the next one, and the last one no time.
// It is told of every packet in the order of sending. Counters are remembered. The zero value is ready to use.
type BurstGap struct {
	Gmin int64 // packets; 0: DefaultGmin

	first   netem.Time // when the first packet was sent
	at      netem.Time // the latest one
	cluster cluster    // lost packets that lie close together, the latest ones
	result  BurstGapResult
}

// cluster is a burst, or a single lost packet.
type cluster struct {
	lost        int64
	first, last int64      // ordinals of the first and last packet lost
	start, end  netem.Time // when the first was sent, and the one behind the last
}

// BurstGapResult sums up bursts and gaps. All packets are in one or the other.
type BurstGapResult struct {
	Packets, Lost           int64
	Bursts, Gaps            int64 // how many there are; a gap has at least one packet
	BurstPackets, BurstLost int64
	BurstTime, GapTime      time.Duration // of all together
	ended                   int64         // ordinal of the packet behind the last burst
}

// Add takes the next packet and when it was sent.
func (b *BurstGap) Add(at netem.Time, lost bool) {
	r, c := &b.result, &b.cluster
	i := r.Packets
	if i == 0 {
		b.first = at
	}
	b.at = at
	if c.lost > 0 && i == c.last+1 {
		c.end = at
	}
	r.Packets++
	if !lost {
		return
	}
	r.Lost++
	if c.lost > 0 && i-c.last > b.gmin() {
		r.close(c)
		c.lost = 0
	}
	if c.lost == 0 {
		c.first, c.start = i, at
	}
	c.lost++
	c.last, c.end = i, at
}

func (b *BurstGap) gmin() int64 {
	if b.Gmin <= 0 {
		return DefaultGmin
	}
	return b.Gmin
}

// Result returns what there has been until now.
func (b *BurstGap) Result() BurstGapResult {
	r := b.result
	r.close(&b.cluster)
	if r.ended < r.Packets {
		r.Gaps++
	}
	r.GapTime = b.at.Sub(b.first) - r.BurstTime
	return r
}

// close adds a burst, and the gap before it.
func (r *BurstGapResult) close(c *cluster) {
	if c.lost < 2 {
		return
	}
	if c.first > r.ended {
		r.Gaps++
	}
	r.Bursts++
	r.BurstLost += c.lost
	r.BurstPackets += c.last + 1 - c.first
	r.BurstTime += c.end.Sub(c.start)
	r.ended = c.last + 1
}

// BurstDensity returns the share of the packets in bursts that were lost.
func (r BurstGapResult) BurstDensity() float64 { return ratio(r.BurstLost, r.BurstPackets) }

// GapDensity returns the share of the packets in gaps that were lost.
func (r BurstGapResult) GapDensity() float64 {
	return ratio(r.Lost-r.BurstLost, r.Packets-r.BurstPackets)
}

// BurstLength returns the mean length of a burst in packets.
func (r BurstGapResult) BurstLength() float64 { return ratio(r.BurstPackets, r.Bursts) }

// GapLength returns the mean length of a gap in packets.
func (r BurstGapResult) GapLength() float64 { return ratio(r.Packets-r.BurstPackets, r.Gaps) }

// BurstDuration returns the mean duration of a burst, cut to whole nanoseconds.
func (r BurstGapResult) BurstDuration() time.Duration {
	return r.BurstTime / time.Duration(max(1, r.Bursts))
}

// GapDuration returns the mean duration of a gap, cut to whole nanoseconds.
func (r BurstGapResult) GapDuration() time.Duration {
	return r.GapTime / time.Duration(max(1, r.Gaps))
}
