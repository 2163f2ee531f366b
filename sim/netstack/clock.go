package netstack

import (
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

	// The last monotonic reading, and the same as the stack wants it: it asks several times for every packet. The stack's
	// goroutine and the loop never run at the same time.
	at      netem.Time
	reading tcpip.MonotonicTime
	asIs    bool // sending takes no time: tests show by it what the stack does then
}

// Now implements tcpip.Clock.
func (c *clock) Now() time.Time { return sim.Epoch.Add(time.Duration(c.loop.Now())) }

// NowMonotonic implements tcpip.Clock.
func (c *clock) NowMonotonic() tcpip.MonotonicTime {
	if now := c.loop.Now(); now > c.at {
		c.set(now)
	}
	return c.reading
}

// sent moves the clock on after the host has sent a packet.
func (c *clock) sent() {
	if !c.asIs {
		c.set(max(c.at, c.loop.Now()) + 1)
	}
}

func (c *clock) set(at netem.Time) {
	c.at, c.reading = at, tcpip.MonotonicTime{}.Add(time.Duration(at))
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
