package main

import (
	"slices"

	"lossylab/netem"
	"lossylab/report/metric"
)

// record is what became of a trial's packets. It is an Observer of the link.
type record struct {
	delay   []int64  // ns, of the first copy to arrive, by number; -1 if none did
	order   []int32  // the numbers in order of arrival, of first copies
	copies  []uint16 // how many arrived, by number
	touched []uint8  // which copies, by number, have bits turned over: bit k is copy k, the last one those from 7 on
	ahead   []bool   // sent at once, by number
	times   []netem.Time

	reordering    metric.Reordering
	extents       []int32     // of order
	damaged       metric.Runs // of all that arrived, in order of arrival
	corrupt       []int       // numbers
	atOnce        int
	marked        int
	droppedBy     map[string]int
	arrived, late int // copies that arrived, and those that had not when the trial ended
}

func newRecord(packets int) *record {
	r := &record{
		delay: make([]int64, packets), copies: make([]uint16, packets), touched: make([]uint8, packets), ahead: make([]bool, packets),
		order: make([]int32, 0, packets), extents: make([]int32, 0, packets), times: make([]netem.Time, 0, packets),
		droppedBy: map[string]int{},
	}
	for i := range r.delay {
		r.delay[i] = -1
	}
	return r
}

// Observe implements netem.Observer.
func (r *record) Observe(e netem.Event) {
	p := e.Packet
	switch e.Kind {
	case netem.Sent, netem.Duplicated:
		r.late++
	case netem.Dropped:
		r.late--
		r.droppedBy[e.By]++
	case netem.Corrupted:
		r.touched[p.ID] |= 1 << min(p.Copy, 7)
	case netem.Marked:
		r.marked++
	case netem.Expedited:
		r.atOnce++
		r.ahead[p.ID] = true
	case netem.Delivered:
		r.late--
		r.deliver(e.At, p)
	}
}

func (r *record) deliver(at netem.Time, p *netem.Packet) {
	r.arrived++
	r.times = append(r.times, at)
	damaged := r.touched[p.ID]>>min(p.Copy, 7)&1 == 1
	r.damaged.Add(damaged)
	if damaged {
		r.corrupt = append(r.corrupt, int(p.ID))
	}
	if r.copies[p.ID]++; r.copies[p.ID] > 1 {
		return
	}
	r.delay[p.ID] = int64(at - p.Sent)
	r.order = append(r.order, int32(p.ID))
	r.extents = append(r.extents, int32(r.reordering.Add(p.ID)))
}

// neverArrived is the cause of losses that nobody decided about.
const neverArrived = "still under way after 100 days"

func (r *record) finish() {
	if r.late > 0 {
		r.droppedBy[neverArrived] = r.late
	}
	slices.Sort(r.corrupt)
}
