package netstack

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"lossylab/sim"
)

// outage sends messages of 1000 bytes, one every 20 ms from the handshake's end on, over a path of 40 ms that is down from
// 2 s for a while. It returns when segments were sent again, up to the first acknowledgment after the outage, ms.
func outage(t *testing.T, messages int, lasts string, without asIs) (again []float64, timeouts uint64) {
	t.Helper()
	r := &recovery{}
	words := "delay 20ms; at 2s for " + lasts + " down"
	w := newWorld(t, WorldConfig{Seed: 1}, words, words, r)
	w.Client.senders.asIs = without
	connected(t, w, "tcp", func(k net.Conn) {
		for range messages {
			k.Write(make([]byte, 1000))
			w.Client.Sleep(20 * time.Millisecond)
		}
		w.Client.Sleep(10 * time.Second) // no FIN comes between
	}, func(k net.Conn) { io.Copy(io.Discard, k) })
	for _, at := range r.again {
		again = append(again, milliseconds(at))
	}
	return again, uint64(w.Client.Stats().Timeouts)
}

// A probe and then timeouts where Linux 6.18 has them (HZ=250, two network namespaces; the machine was busy, so that its
// times are up to 40 ms late): with messages that go on coming it has timeouts at 2.48 and 3.00 s. By itself the stack has
// none before the outage and the window end the messages, since each message, though nothing can be sent, puts it off.
func TestTheProbesTimerNeedsMending(t *testing.T) {
	for _, c := range []struct {
		name     string
		messages int
		lasts    string
		without  asIs
		want     []float64 // the first of them
		n        int
		timeouts uint64
	}{
		{"goes on", 250, "500ms", asIs{}, []float64{2220, 2460, 2940, 2980}, 13, 2},
		{"goes on, by itself", 250, "500ms", asIs{timers: true}, []float64{3800, 3880}, 9, 0},
		{"ends", 120, "1500ms", asIs{}, []float64{2220, 2460, 2940, 3900, 3940}, 14, 3},
		{"ends, by itself", 120, "1500ms", asIs{timers: true}, []float64{2500, 2700, 3100, 3900}, 14, 3},
	} {
		again, timeouts := outage(t, c.messages, c.lasts, c.without)
		if len(again) != c.n || !slices.Equal(again[:len(c.want)], c.want) || timeouts != c.timeouts {
			t.Errorf("%s: %d sent again, at %v; %d timeouts; want %d, from %v on, and %d", c.name, len(again), again, timeouts,
				c.n, c.want, c.timeouts)
		}
	}
}

// A reader that pauses for 5 s closes its window, which is probed four times. That is no timeout, and the 12 MB, at 100 Mbit/s,
// are read within the second after it.
func TestZeroWindowNeedsMending(t *testing.T) {
	read := func(without asIs) (end time.Duration, timeouts uint64) {
		w := newWorld(t, WorldConfig{Seed: 1}, "rate 100mbit delay 20ms", "delay 20ms", nil)
		w.Client.senders.asIs = without
		connected(t, w, "tcp", func(k net.Conn) { k.Write(make([]byte, 12_000_000)) }, func(k net.Conn) {
			w.Server.Sleep(5 * time.Second)
			io.Copy(io.Discard, k)
			end = w.Server.Now().Sub(since(0))
		})
		return end, w.Client.Stats().Timeouts
	}
	if end, timeouts := read(asIs{}); end > 6*time.Second || timeouts > 0 {
		t.Errorf("all read at %v; %d timeouts", end, timeouts)
	}
	if end, timeouts := read(asIs{zeroWindow: true}); end < 8*time.Second || timeouts != 4 {
		t.Errorf("all read at %v by itself; %d timeouts: no longer needed?", end, timeouts)
	}
}

// RFC 6298 section 2.3, with 200 ms for G: nothing varies here, so that the timeout is the round trip and 200 ms.
func TestTheTimeoutNeedsMending(t *testing.T) {
	last := func(without asIs) (last time.Duration) {
		var rto time.Duration
		w := newWorld(t, WorldConfig{Seed: 1, Observe: func(i sim.TCPInfo) {
			if i.Port != 7 { // the client's
				rto = i.RTO
			}
		}}, "delay 150ms", "delay 150ms", nil)
		w.Client.senders.asIs = without
		connected(t, w, "tcp", func(k net.Conn) {
			for range 60 {
				k.Write(make([]byte, 1000))
				w.Client.Sleep(400 * time.Millisecond)
			}
			last = rto // before its FIN
			if n := w.Client.Stats().Retransmits; n > 0 {
				t.Errorf("%d segments sent again", n)
			}
		}, func(k net.Conn) { io.Copy(io.Discard, k) })
		return last
	}
	if rto := last(asIs{}); rto < 500*time.Millisecond || rto > 501*time.Millisecond {
		t.Errorf("the timeout is %v", rto)
	}
	if rto := last(asIs{timers: true}); rto > 310*time.Millisecond {
		t.Errorf("the timeout is %v by itself: no longer needed?", rto)
	}
}
