package netem_test

import (
	"testing"

	"lossylab/netem"
)

// Events say how much waits after them: three packets of 1500 bytes at once, one of which is transmitted.
func TestEventsSayWhatWaits(t *testing.T) {
	var events tape
	l := newLink(t, "rate 12mbit limit 1", 1, &events)
	burst(l, 0, 3, 1500)
	fetch(l, 100*ms)
	want := []struct {
		kind    netem.Kind
		id      uint64
		waiting int
	}{
		{netem.Sent, 0, 0}, {netem.Dequeued, 0, 0}, {netem.Sent, 1, 0}, {netem.Sent, 2, 1}, {netem.Dropped, 2, 1},
		{netem.Dequeued, 1, 0}, {netem.Delivered, 0, 0}, {netem.Delivered, 1, 0},
	}
	for i, e := range events {
		w := want[i]
		if e.Kind != w.kind || e.Packet.ID != w.id || e.Waiting != w.waiting || e.WaitingBytes != 1500*w.waiting {
			t.Errorf("event %d: %v of packet %d, %d waiting with %d bytes; want %+v", i, e.Kind, e.Packet.ID, e.Waiting, e.WaitingBytes, w)
		}
	}
}

// A packet that is marked is not counted: it is on its way out of a CoDel, and into a RED.
func TestMarkedPacketsAreNotCounted(t *testing.T) {
	for _, words := range []string{"queue codel target 1ms interval 1ms ecn", "queue red min 1000B max 3000B burst 1 probability 100% ecn"} {
		var events tape
		l := newLink(t, "rate 12mbit "+words, 1, &events)
		for i := range 20 {
			l.Send(0, &netem.Packet{ID: uint64(i), Data: flowPacket(1500, 1, 2)})
		}
		fetch(l, 100*ms)
		marks := events.of(netem.Marked)
		if len(marks) == 0 {
			t.Errorf("%s: nothing was marked", words)
		}
		for _, m := range marks {
			n := 0 // the packets that have been sent and have not been dequeued, but for this one
			for _, e := range events {
				if e.At > m.At || e == m {
					break
				}
				switch e.Kind {
				case netem.Sent:
					n++
				case netem.Dequeued:
					n--
				}
			}
			if m.Waiting != n-1 || m.WaitingBytes != 1500*(n-1) {
				t.Errorf("%s: %d waiting with %d bytes, want %d", words, m.Waiting, m.WaitingBytes, n-1)
			}
		}
		for _, e := range events.of(netem.Delivered) {
			if e.Packet.Sent != 0 {
				t.Errorf("packet %d sent at %v", e.Packet.ID, e.Packet.Sent)
			}
		}
	}
}

// A qdisc tells too, of the one queue that it has.
func TestQdiscSaysWhatWaits(t *testing.T) {
	events := playTC(t, "delay 10ms limit 2", 3, ms, 100)
	for _, e := range events.of(netem.Dropped) {
		if e.Waiting != 2 || e.WaitingBytes != 200 {
			t.Errorf("%d waiting with %d bytes", e.Waiting, e.WaitingBytes)
		}
	}
	if e := events[len(events)-1]; e.Waiting != 0 || e.WaitingBytes != 0 || len(events.of(netem.Dropped)) != 1 {
		t.Errorf("at last %+v", e)
	}
}
