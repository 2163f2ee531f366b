package match

import "lossylab/netem"

// Result is what became of the packets that one point sent, as the other point saw it.
type Result struct {
	Sent       int
	Lost       netem.PacketSet // packets are numbered from 1 as they were sent
	LostCount  int
	Duplicates int // arrivals beyond a packet's first
	Reordered  int // that arrived behind one sent later: RFC 4737 section 3.3; ambiguous matches apart
	Corrupted  int // that arrived with a wrong checksum. They are not lost
	Ambiguous  int // that could have been another packet of the same content
	Unknown    int // arrivals that match no packet sent

	// MinDelay is the least difference of the two clocks between sending and arrival, nanoseconds: a delay only where both
	// clocks agree. It is valid if anything arrived.
	MinDelay int64
}

// lose notes that the packet with this number never arrived. Numbers come in order.
func (r *Result) lose(number int) {
	r.LostCount++
	r.Lost.Add(uint64(number))
}

// Edges returns how many of the first packets were lost in a row, and of the last.
func (r *Result) Edges() (first, last int) {
	if n := len(r.Lost); n > 0 {
		if a := r.Lost[0]; a.First == 1 {
			first = int(a.Last)
		}
		if z := r.Lost[n-1]; int(z.Last) == r.Sent {
			last = int(z.Last-z.First) + 1
		}
	}
	return first, last
}

// Fate is what became of one packet.
type Fate struct {
	Number    int // from 1, as it was sent
	Sent      Point
	Arrival   Point // the first one; the zero value if there was none
	Copies    int   // further arrivals
	Lost      bool
	Corrupted bool
	Ambiguous bool
}
