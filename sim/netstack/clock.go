package netstack

import (
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"lossylab/netem"
	"lossylab/sim"
)

// clock is a host's time: the loop's, but that its monotonic reading gains a nanosecond with each packet that the host
// sends, and never runs back. In virtual time a burst would otherwise leave at one instant, and the stack's RACK takes
// the later of two segments with equal transmit times for the one sent first (RFC 8985 section 6.2, RACK_sent_after, says
// the opposite): it then retransmits segments that nothing has happened to. Sending takes time on real hosts too.
type clock struct {
	loop *sim.Loop
	host *Host
	read atomic.Int64 // the last monotonic reading, ns
}

// Now implements tcpip.Clock.
func (c *clock) Now() time.Time { return sim.Epoch.Add(time.Duration(c.loop.Now())) }

// NowMonotonic implements tcpip.Clock.
func (c *clock) NowMonotonic() tcpip.MonotonicTime {
	if now := int64(c.loop.Now()); now > c.read.Load() {
		c.read.Store(now)
	}
	return tcpip.MonotonicTime{}.Add(time.Duration(c.read.Load()))
}

// sent moves the clock on after the host has sent a packet.
func (c *clock) sent() {
	c.NowMonotonic()
	c.read.Add(1)
}

// AfterFunc implements tcpip.Clock.
func (c *clock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	t := &timer{loop: c.loop}
	t.F = func() {
		f()
		c.host.settle()
		c.host.senders.all()
	}
	t.Reset(d)
	return t
}

// timer is a tcpip.Timer of the loop.
type timer struct {
	sim.Timer
	loop *sim.Loop
}

// Stop implements tcpip.Timer.
func (t *timer) Stop() bool { return t.loop.Stop(&t.Timer) }

// Reset implements tcpip.Timer.
func (t *timer) Reset(d time.Duration) {
	at := t.loop.Now().Add(max(d, 0))
	if at < t.loop.Now() { // the stack's "never" is the longest duration there is
		at = sim.Forever
	}
	t.loop.Reset(&t.Timer, netem.Time(at))
}
