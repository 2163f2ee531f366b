package trace

import "lossylab/report/match"

// crossings are the packets of one direction, by the frames of the two captures. Memory is four bytes for each frame of the
// receiving capture, and a few for each packet that something happened to.
type crossings struct {
	of                    []uint32      // by frame at the receiver: the frame at the sender; 0 for none
	copies                map[int][]int // by frame at the sender, of those of which more than one came: the frames at the receiver
	copy                  map[int]int   // by frame at the receiver of a copy: which one, from 1
	lost                  []uint32      // the frames at the sender that never arrived, in order
	corrupt               map[int]bool  // by frame at the receiver
	hull                  hull
	longest               int64 // the greatest difference of the two clocks
	first                 int64 // when the first was sent
	sentLast, arrivedLast int64 // when the last was sent, and when the last arrived, each by its own clock
}

func newCrossings() crossings {
	return crossings{copies: map[int][]int{}, copy: map[int]int{}, corrupt: map[int]bool{}}
}

// observe takes the fate of the next packet.
func (c *crossings) observe(f match.Fate) {
	if c.first == 0 || f.Sent.Time < c.first {
		c.first = f.Sent.Time
	}
	c.sentLast = max(c.sentLast, f.Sent.Time)
	if f.Lost {
		c.lost = append(c.lost, uint32(f.Sent.Frame))
		return
	}
	c.arrivedLast = max(c.arrivedLast, f.Arrival.Time)
	c.arrive(f.Sent.Frame, f.Arrival.Frame)
	if f.Corrupted {
		c.corrupt[f.Arrival.Frame] = true
	}
	if f.Ambiguous {
		return
	}
	took := f.Arrival.Time - f.Sent.Time
	if c.hull.n == 0 || took > c.longest {
		c.longest = took
	}
	c.hull.add(point{f.Sent.Time, took})
}

// copied takes a further arrival of a packet.
func (c *crossings) copied(_ int, sent, arrival match.Point) {
	c.copies[sent.Frame] = append(c.copies[sent.Frame], arrival.Frame)
	c.copy[arrival.Frame] = len(c.copies[sent.Frame])
	c.arrive(sent.Frame, arrival.Frame)
}

func (c *crossings) arrive(sent, arrival int) {
	for len(c.of) <= arrival {
		c.of = append(c.of, make([]uint32, max(1024, len(c.of)/4, arrival+1-len(c.of)))...)
	}
	c.of[arrival] = uint32(sent)
}

// sent returns the frame at the sender of a frame at the receiver, 0 for none.
func (c *crossings) sent(arrival int) int {
	if arrival >= len(c.of) {
		return 0
	}
	return int(c.of[arrival])
}
