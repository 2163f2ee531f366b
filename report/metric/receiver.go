package metric

// Receiver computes what can be said of a stream of packets by looking at them as they arrive, each once: whoever feeds it
// takes out copies, which only Jitter may see. Each member says what it remembers: together less than 600 KiB, and four
// Distributions. The zero value is ready to use.
type Receiver struct {
	Discontinuities Discontinuities
	FreeRuns        FreeRuns
	LateTime        LateTime
	ByteOffset      ByteOffset
	NReordering     NReordering
	Gaps            ReorderingGaps
	Density         Density
	Jitter          Jitter
	IPDV            IPDV
	PDV             PDV
}

// Add takes the next arrival, which is the first of its packet.
func (r *Receiver) Add(p Received) {
	r.Jitter.Add(p.Sent, p.At)
	r.Discontinuities.Add(p.Seq)
	r.FreeRuns.Add(p.Seq)
	r.LateTime.Add(p.Seq, p.At)
	r.ByteOffset.Add(p.Seq, p.Bytes)
	r.NReordering.Add(p.Seq)
	r.Gaps.Add(p.Seq, p.At)
	r.Density.Add(p.Seq)
	r.IPDV.Add(p.Seq, p.Delay())
	r.PDV.Add(p.Delay())
}
