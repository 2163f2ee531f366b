//go:build linux

package kernel

import (
	"time"

	"golang.org/x/sys/unix"

	"lossylab/netem"
	"lossylab/sim"
)

// clock is the time of a world: the kernel's monotonic clock, which all processes share, counted from the world's start.
type clock struct {
	start time.Time // by this process's own reading of the same clock
	zero  int64     // CLOCK_MONOTONIC at the world's start, ns
}

// startClock begins a world's time now.
func startClock() clock {
	start, zero := readClocks()
	return clock{start, zero}
}

// joinClock returns the clock of a world that another process began at zero.
func joinClock(zero int64) clock {
	now, mono := readClocks()
	return clock{now.Add(-time.Duration(mono - zero)), zero}
}

// readClocks reads the clock both ways at one instant: the closest of several readings, since this process may be held up
// between any two.
func readClocks() (now time.Time, mono int64) {
	best := int64(1 << 62)
	for range 10 {
		before := monotonic()
		at := time.Now()
		if gap := monotonic() - before; gap < best {
			best, now, mono = gap, at, before+gap/2
		}
	}
	return now, mono
}

func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("kernel: no monotonic clock: " + err.Error())
	}
	return ts.Nano()
}

// now returns the present instant of the world.
func (c clock) now() netem.Time { return netem.Time(time.Since(c.start)) }

// date returns the time of day that programs see: that of other worlds, which begin at sim.Epoch.
func (c clock) date() time.Time { return sim.Epoch.Add(time.Duration(c.now())) }

// deadline translates a time of day that a program has from date to what the sockets understand.
func (c clock) deadline(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return c.start.Add(t.Sub(sim.Epoch))
}
