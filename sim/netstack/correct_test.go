package netstack

import (
	"io"
	"math"
	"net"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// Each correction is shown to be needed: without it the stack is wrong in the way that the correction's comment says, and
// with it right. A test here that fails because all is well without the correction is good news: take the correction out.

// dropper loses chosen data segments, counted from 1 in the order in which they are sent, on the way to a stage.
type dropper struct {
	netem.Stage
	sent  int
	drops []int
}

func (d *dropper) Send(now netem.Time, p *netem.Packet) {
	if h, ok := netem.ParseHeader(p.Data); ok && len(h.Payload) > 0 {
		if d.sent++; len(d.drops) > 0 && d.sent == d.drops[0] {
			d.drops = d.drops[1:]
			return
		}
	}
	d.Stage.Send(now, p)
}

// windows runs one connection over a path of nothing but delay each way, which loses only the chosen segments. It
// returns the sender's state from its last recovery on.
func windows(t *testing.T, cc, delay string, lasts time.Duration, without asIs, drops ...int) (after []sim.TCPInfo) {
	t.Helper()
	recoveries := 0
	config := WorldConfig{CC: cc, Observe: func(i sim.TCPInfo) {
		if i.Recovery && i.Cwnd != 0 && (len(after) == 0 || !after[len(after)-1].Recovery) {
			recoveries++
			after = nil
		}
		after = append(after, i)
	}}
	w, err := NewWorld(config, &dropper{Stage: newLink(t, "up", delay, 1, nil), drops: drops}, newLink(t, "down", delay, 1, nil))
	if err != nil {
		t.Fatal(err)
	}
	w.Client.senders.asIs = without
	bulk{lasts: lasts}.play(t, w)
	if recoveries != len(drops) {
		t.Fatalf("%d recoveries of %d losses", recoveries, len(drops))
	}
	return after
}

// cwnd returns the window at t after the end of the recovery with which all begins, and that end.
func cwnd(all []sim.TCPInfo, t time.Duration) (segments int, end netem.Time) {
	for _, i := range all {
		if !i.Recovery && end == 0 {
			end = i.At
		}
		if end != 0 && i.At > end.Add(t) {
			break
		}
		segments = i.Cwnd
	}
	return segments, end
}

// Four seeds of 100 s.
func TestEachPacketNeedsItsInstant(t *testing.T) {
	slow(t)
	lost, again := 0, 0
	for seed := range uint64(4) {
		b := lossy("cubic", "1%", seed+1)
		if f := b.run(t); f.perDrop() > 1.05 {
			t.Errorf("seed %d: %.2f retransmissions per loss", seed+1, f.perDrop())
		}
		b.change = func(client *Host) { client.clock.asIs, client.senders.asIs.spurious = true, true } // else they are taken back
		f := b.run(t)
		lost, again = lost+f.data, again+int(f.stats.Retransmits)
	}
	if n := float64(again) / float64(lost); n < 1.3 {
		t.Errorf("%.2f retransmissions per loss where bursts leave at one instant: no longer needed?", n)
	}
}

// By itself the stack leaves slow start early, as the first late packets look like lost ones.
func TestOutstandingNeedsMending(t *testing.T) {
	slow(t)
	m := measured{cc: "cubic", loss: "5"}
	if f := m.run(t, 10*time.Second, nil); f.mbps < 18 {
		t.Errorf("%.2f Mbit/s, %d lost", f.mbps, f.data)
	}
	if f := m.run(t, 10*time.Second, func(client *Host) { client.senders.asIs.outstanding = true }); f.mbps > 10 || f.data > 0 {
		t.Errorf("%.2f Mbit/s, %d lost, with the stack's own count: no longer needed?", f.mbps, f.data)
	}
}

// The first 5 s of the same path: one late packet ends slow start for good where a recovery is not taken back.
func TestSpuriousRecoveryNeedsMending(t *testing.T) {
	slow(t)
	for _, cc := range []string{"cubic", "reno"} {
		m := measured{cc: cc, loss: "5"}
		if f := m.run(t, 5*time.Second, nil); f.mbps < 15 {
			t.Errorf("%s: %.2f Mbit/s", cc, f.mbps)
		}
		if f := m.run(t, 5*time.Second, func(client *Host) { client.senders.asIs.spurious = true }); f.mbps > 13 {
			t.Errorf("%s: %.2f Mbit/s by itself: no longer needed?", cc, f.mbps)
		}
	}
}

// RFC 5681 section 3.1: a segment per round trip of 40 ms, so 25 of them in 1 s; one more or less is the first and the
// last acknowledgment's.
func TestRenoNeedsMending(t *testing.T) {
	slow(t)
	grown := func(without asIs) int {
		all := windows(t, "reno", "delay 20ms", 2*time.Second, without, 200)
		first, _ := cwnd(all, 0)
		last, _ := cwnd(all, time.Second)
		return last - first
	}
	if n := grown(asIs{}); n < 24 || n > 26 {
		t.Errorf("the window grew by %d segments in 25 round trips", n)
	}
	if n := grown(asIs{reno: true}); n < 250 {
		t.Errorf("the window grew by %d segments in 25 round trips by itself: no longer needed?", n)
	}
}

// RFC 6675 section 5 step 4.2: cwnd is ssthresh. At 10 % loss, 100 s, 3 seeds: that makes all the difference
// between Linux's Reno and one with half as much goodput again.
func TestEnteringRecoveryNeedsMending(t *testing.T) {
	slow(t)
	for _, cc := range []string{"cubic", "reno"} {
		for _, c := range []struct {
			without asIs
			more    int
		}{{asIs{}, 0}, {asIs{recovery: true}, 3}} {
			i := windows(t, cc, "delay 20ms", time.Second, c.without, 100)[0]
			if i.Cwnd != i.Ssthresh+c.more {
				t.Errorf("%s enters recovery with %d segments and a threshold of %d, want %d more (%+v)", cc, i.Cwnd,
					i.Ssthresh, c.more, c.without)
			}
		}
	}
	mean := func(change func(*Host)) (mbps float64) {
		for seed := range uint64(3) {
			b := lossy("reno", "10%", seed+1)
			b.change = change
			mbps += b.run(t).mbps / 3
		}
		return mbps
	}
	const linux = .826
	if with := mean(nil); with > 1.2*linux {
		t.Errorf("%.3f Mbit/s, Linux has %.3f", with, linux)
	}
	if by := mean(func(client *Host) { client.senders.asIs.recovery = true }); by < 1.35*linux {
		t.Errorf("%.3f Mbit/s by itself, Linux has %.3f: no longer needed?", by, linux)
	}
}

// Reno over 10 Mbit/s with a queue that slow start overflows, 100 s. Linux: shared/tcp-oracle, x_reno_pfifo*; its rate
// counts the Ethernet header too, so that it has 1 % less. The bursts that the stack sends by itself in recovery are lost
// in their turn.
func TestRecoveryInAQueueNeedsMending(t *testing.T) {
	slow(t)
	for _, linux := range []struct {
		limit string
		mbps  float64
		lost  int
	}{{"10", 8.584, 140}, {"50", 9.552, 133}} {
		b := bulk{world: WorldConfig{CC: "reno", Seed: 1}, up: "rate 10mbit limit " + linux.limit + " delay 20ms",
			down: "delay 20ms", lasts: 100 * time.Second}
		f := b.run(t)
		if math.Abs(f.mbps/linux.mbps-1) > .02 || f.stats.Timeouts > 0 || f.perDrop() > 1.05 {
			t.Errorf("queue %s: %.3f Mbit/s, Linux has %.3f; %+v", linux.limit, f.mbps, linux.mbps, f.stats)
		}
		if r := float64(f.data) / float64(linux.lost); math.Abs(r-1) > .15 {
			t.Errorf("queue %s: %d lost, Linux loses %d", linux.limit, f.data, linux.lost)
		}
		b.change = func(client *Host) { client.senders.asIs.recovery = true }
		if f := b.run(t); f.data < 14*linux.lost/10 {
			t.Errorf("queue %s: %d lost by itself, Linux loses %d: no longer needed?", linux.limit, f.data, linux.lost)
		}
	}
}

// Slow start can make more holes than the stack's record of SACKed data has room for, 100. What lies behind them is sent
// again, needlessly, and there may be a timeout. Nothing here mends that, so no other path should be overflowed so.
func TestAHundredHolesAreTooMany(t *testing.T) {
	slow(t)
	b := bulk{world: WorldConfig{CC: "reno", Seed: 1}, up: "rate 10mbit limit 400 delay 20ms", down: "delay 20ms",
		lasts: 100 * time.Second}
	f := b.run(t)
	if f.mbps < .98*9.552 || f.stats.Timeouts > 3 {
		t.Errorf("%.3f Mbit/s, Linux has 9.552; %+v", f.mbps, f.stats)
	}
	if f.perDrop() < 1.1 {
		t.Errorf("%.2f retransmissions per loss: the stack keeps more than a hundred holes, which docs/fidelity.md should say",
			f.perDrop())
	}
}

// Ten connections at once, 100,000 bytes each way, 10 % loss. Of the first 300 seeds, 4 have a FIN and its probe lost at the
// end of a recovery, and 11 a FIN that is sent again in a recovery and lost once more: by itself the stack closes none of
// these connections. Mended, it closes those of all 300 (of which 100 are run here).
func TestTheLastFINNeedsMending(t *testing.T) {
	slow(t)
	ends := func(seed uint64, without asIs) netem.Time {
		w := newWorld(t, WorldConfig{Seed: seed}, "delay 10ms loss 10%", "delay 10ms loss 10%", nil)
		defer w.Close()
		w.Client.senders.asIs, w.Server.senders.asIs = without, without
		exchange(t, w, 10, 100_000)
		if err := w.Run(t.Context(), netem.Time(time.Hour)); err != nil {
			t.Fatal(err)
		}
		return w.Loop.Now()
	}
	for seed := range uint64(100) {
		if at := ends(seed, asIs{}); at > netem.Time(5*time.Minute) {
			t.Errorf("seed %d: ended at %v", seed, at)
		}
	}
	if at := ends(20, asIs{outstanding: true}); at < netem.Time(5*time.Minute) {
		t.Errorf("ended at %v without counting the FIN: no longer needed?", at)
	}
	if at := ends(22, asIs{timers: true}); at < netem.Time(time.Hour) {
		t.Errorf("ended at %v without a timer for the FIN: no longer needed?", at)
	}
}

// Where the acknowledgment of a FIN overtakes the other's FIN, the stack stays in CLOSING for ever: a world does not wait
// for that. It happens in 4 of these 150.
func TestEveryWorldEnds(t *testing.T) {
	slow(t)
	for seed := range uint64(150) {
		w := newWorld(t, WorldConfig{Seed: seed}, bad, bad, nil)
		exchange(t, w, 10, 20_000)
		play(t, w)
		if w.Loop.Now() > netem.Time(5*time.Minute) {
			t.Errorf("seed %d: ended at %v", seed, w.Loop.Now())
		}
		w.Close()
	}
}

// exchange has clients connect at once; each end sends size bytes, closes its direction and reads the other's to the end.
func exchange(t *testing.T, w *World, clients, size int) {
	t.Helper()
	end := func(c net.Conn) {
		defer c.Close()
		w.Start(func() {
			c.Write(make([]byte, size))
			c.(*conn).CloseWrite()
		})
		io.Copy(io.Discard, c)
	}
	w.Start(func() {
		ln, err := w.Server.Listen("tcp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		for range clients {
			c, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			w.Start(func() { end(c) })
		}
	})
	for range clients {
		w.Start(func() { end(dial(t, w, "tcp")) })
	}
}

// RFC 9438 section 4.2: from 0.7 of W_max the window is back at W_max after K = cbrt(0.3 W_max / 0.4) seconds, and on the
// way there follows W_cubic. A round trip of 200 ms and one loss at some 400 segments are far from where Reno would be.
func TestCubicsGrowthNeedsMending(t *testing.T) {
	slow(t)
	const rtt = .2
	follow := func(without asIs) (wmax, k, atK, off float64) {
		all := windows(t, "cubic", "delay 100ms", 14*time.Second, without, 400)
		first, _ := cwnd(all, 0)
		wmax = float64(first) / .7
		k = math.Cbrt(.3 * wmax / .4)
		for s := 1.; s < 10; s += .25 {
			got, _ := cwnd(all, time.Duration(s*1e9))
			x := s + rtt - k // the target is where W_cubic will be in a round trip
			off = max(off, math.Abs(float64(got)-(.4*x*x*x+wmax)))
		}
		n, _ := cwnd(all, time.Duration(k*1e9))
		return wmax, k, float64(n), off
	}
	wmax, k, atK, off := follow(asIs{})
	if math.Abs(atK/wmax-1) > .02 || off > .03*wmax {
		t.Errorf("%.0f segments after K = %.2f s, W_max is %.0f; up to %.0f segments beside W_cubic", atK, k, wmax, off)
	}
	if wmax, _, atK, _ = follow(asIs{cubic: true}); atK > .75*wmax {
		t.Errorf("%.0f segments after K by itself, W_max is %.0f: no longer needed?", atK, wmax)
	}
}

// RFC 9438 section 4.10: slow start ends by HyStart, without a loss. As in Linux, the window grows by a twentieth in each of
// the ten round trips or so (40 ms, and what waits in the queue) of the next half second.
func TestTheEndOfSlowStartNeedsMending(t *testing.T) {
	grown := func(without asIs) float64 {
		var first, last sim.TCPInfo
		b := bulk{world: WorldConfig{CC: "cubic", Observe: func(i sim.TCPInfo) {
			switch {
			case i.Port == 7, i.Ssthresh < 0:
			case first.At == 0:
				first = i
			case i.At < first.At.Add(500*time.Millisecond):
				last = i
			}
		}}, up: "rate 100mbit delay 20ms", down: "delay 20ms", lasts: time.Second}
		b.change = func(client *Host) { client.senders.asIs = without }
		if f := b.run(t); f.data > 0 || first.Cwnd < 300 {
			t.Errorf("%d lost; slow start ended at %d segments", f.data, first.Cwnd)
		}
		return float64(last.Cwnd) / float64(first.Cwnd)
	}
	if r := grown(asIs{}); r < 1.4 || r > 1.63 { // 1.05^7, 1.05^10
		t.Errorf("the window grew to %.2f times what it was", r)
	}
	if r := grown(asIs{cubic: true}); r > 1.05 {
		t.Errorf("the window grew to %.2f times what it was by itself: no longer needed?", r)
	}
}

// RFC 9438 section 4.3: in the Reno-friendly region the window grows by 3 (1 - 0.7) / (1 + 0.7) = 0.53 segments per round
// trip from the first on. Here there are two losses, the second at a smaller window, so that W_max has been reduced by
// fast convergence: by itself the stack's window then stands still for eight of them.
func TestCubicsFriendlinessNeedsMending(t *testing.T) {
	slow(t)
	grown := func(without asIs) int {
		all := windows(t, "cubic", "delay 20ms", 2*time.Second, without, 60, 400)
		first, _ := cwnd(all, 0)
		last, _ := cwnd(all, 8*40*time.Millisecond)
		return last - first
	}
	if n := grown(asIs{}); n < 3 || n > 5 {
		t.Errorf("the window grew by %d segments in 8 round trips, want 4", n)
	}
	if n := grown(asIs{cubic: true}); n != 0 {
		t.Errorf("the window grew by %d segments in 8 round trips by itself: no longer needed?", n)
	}
}
