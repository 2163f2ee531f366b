package netstack

import (
	"io"
	"net"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// A message of 1000 bytes every 20 ms for 5 s, RTT 40 ms: three are in flight at the most, so nothing is learnt of a window
// of more than the ten segments with which it begins.
func TestGrowthNeedsMending(t *testing.T) {
	grown := func(cc string, without asIs) (most int) {
		w := newWorld(t, WorldConfig{CC: cc, Observe: func(i sim.TCPInfo) {
			if i.Port != 7 { // the client's
				most = max(most, i.Cwnd)
			}
		}}, "delay 20ms", "delay 20ms", nil)
		w.Client.senders.asIs = without
		connected(t, w, "tcp", func(k net.Conn) {
			for range 250 {
				k.Write(make([]byte, 1000))
				w.Client.Sleep(20 * time.Millisecond)
			}
		}, func(k net.Conn) { io.Copy(io.Discard, k) })
		return most
	}
	for _, cc := range []string{"cubic", "reno"} {
		if n := grown(cc, asIs{}); n != 10 {
			t.Errorf("%s: the window grew to %d segments", cc, n)
		}
		if n := grown(cc, asIs{growth: true}); n < 100 {
			t.Errorf("%s: the window grew to %d segments by itself: no longer needed?", cc, n)
		}
	}
}

// A program that fills its window has it grow as before: bulk data after a pause within which little was sent.
func TestAFullWindowGrows(t *testing.T) {
	const pause = 2 * time.Second
	var before, after int
	w := newWorld(t, WorldConfig{CC: "reno", Observe: func(i sim.TCPInfo) {
		if i.Port == 7 {
			return
		}
		if i.At < netem.Time(pause) {
			before = i.Cwnd
		}
		after = max(after, i.Cwnd)
	}}, "delay 20ms", "delay 20ms", nil)
	connected(t, w, "tcp", func(k net.Conn) {
		for w.Client.Now().Before(since(pause)) {
			k.Write(make([]byte, 1000))
			w.Client.Sleep(20 * time.Millisecond)
		}
		k.Write(make([]byte, 1_000_000))
	}, func(k net.Conn) { io.Copy(io.Discard, k) })
	if before != 10 || after < 160 {
		t.Errorf("the window was %d segments, and at most %d later", before, after)
	}
}
