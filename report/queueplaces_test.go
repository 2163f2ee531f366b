package report

import (
	"testing"
	"time"

	"lossylab/netem"
)

// Of a link's parts, that is shown in whose queue packets waited longest, with its limit.
func TestQueueOfPlaces(t *testing.T) {
	const spec = "( rate 10mbit ) then ( rate 1mbit limit 20 )"
	for _, c := range []struct {
		waits [2]time.Duration
		drop  string
		place string
		limit int
	}{
		{[2]time.Duration{5, 9}, "", "hop 2", 20},
		{[2]time.Duration{9, 5}, "", "hop 1", netem.DefaultLimit},
		{[2]time.Duration{5, 5}, "limit 20 on hop 2", "hop 2", 20},
		{[2]time.Duration{5, 5}, "loss 1% on hop 2", "hop 1", netem.DefaultLimit},
	} {
		var q queuePlaces
		for i, place := range []string{"hop 1", "hop 2"} {
			q.observe(netem.Event{At: 100, Kind: netem.Dequeued, By: place, Packet: &netem.Packet{Sent: 100 - netem.Time(c.waits[i])}})
		}
		q.observe(netem.Event{At: 100, Kind: netem.Dropped, By: c.drop, Packet: &netem.Packet{}})
		if s := q.finish(&LinkResult{Spec: spec, Offered: 2}); s.Place != c.place || s.Limit.Packets != c.limit {
			t.Errorf("%v: %s %v, want %s %d", c, s.Place, s.Limit, c.place, c.limit)
		}
	}
}

// Flows that were cut short have all the figures of a mix, under their names.
func TestMixFiguresOfCutFlows(t *testing.T) {
	var flows []*Flow
	for i, name := range []string{"a", "b"} {
		f := &Flow{Name: name, Number: i, Proto: "udp", Clients: 1, Unfinished: 3, End: 1e9, Start: netem.Time(i) * 1e8}
		for seq := range 5 {
			m := Message{Seq: seq, Sent: netem.Time(seq) * 1e8, Arrived: -1, Delivered: -1}
			if seq < 2 {
				m.Delivered = m.Sent + 2e7
			}
			f.Messages = append(f.Messages, m)
		}
		flows = append(flows, f)
	}
	var names []string
	for _, f := range Figures(flows) {
		names = append(names, f.Name)
	}
	if len(names) < 5 || names[0] != "goodput" || names[1] != "delay" || names[2] != "a-order" {
		t.Errorf("%q", names)
	}
}
