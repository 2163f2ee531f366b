package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/calls"
)

// callOf translates a call for report. Its times count from start.
func callOf(c *calls.Call, start time.Time) report.Call {
	r := report.Call{Host: c.Host, Program: c.Program, Name: c.Name, FD: c.FD, Args: callArgs(c), Begin: netem.Time(c.Begin.Sub(start)), End: -1, Result: "?"}
	if c.Data != nil {
		r.Data = report.Quote(c.Data)
	}
	if c.Peer != nil {
		r.Peer, _ = netip.ParseAddrPort(c.Peer.String())
	}
	if c.End.IsZero() {
		return r
	}
	r.End, r.Result = netem.Time(c.End.Sub(start)), strconv.Itoa(c.Value)
	switch {
	case c.Err != nil:
		r.Data, r.Result = sentData(c), "-1 "+errno(c)
	case c.Name == "accept":
		r.NewFD, r.Result = c.Value, r.Result+" ["+c.Peer.String()+"]"
	case c.Name == "recvfrom":
		r.Result += " [" + c.Peer.String() + "]"
	}
	return r
}

// sentData is the data of a call that failed: a receiving one has none.
func sentData(c *calls.Call) string {
	if c.Name == "send" || c.Name == "sendto" {
		return report.Quote(c.Data)
	}
	return ""
}

// callArgs returns the arguments behind the descriptor and the data.
func callArgs(c *calls.Call) string {
	switch c.Name {
	case "socket":
		family, kind := "AF_INET", "SOCK_STREAM"
		if c.IPv6 {
			family = "AF_INET6"
		}
		if c.Network == "udp" {
			kind = "SOCK_DGRAM"
		}
		return family + ", " + kind
	case "bind", "connect":
		return c.Peer.String()
	case "listen":
		return "SOMAXCONN"
	case "send", "recv", "recvfrom":
		return strconv.Itoa(c.Size)
	case "sendto":
		return strconv.Itoa(c.Size) + ", " + c.Peer.String()
	case "shutdown":
		return "SHUT_WR"
	}
	return ""
}

// errnos are the errors that sockets meet, by the names of POSIX.
var errnos = []struct {
	error
	name string
}{
	{syscall.ECONNREFUSED, "ECONNREFUSED"}, {syscall.ECONNRESET, "ECONNRESET"}, {syscall.ECONNABORTED, "ECONNABORTED"},
	{syscall.EPIPE, "EPIPE"}, {syscall.ETIMEDOUT, "ETIMEDOUT"}, {syscall.EADDRINUSE, "EADDRINUSE"},
	{syscall.EADDRNOTAVAIL, "EADDRNOTAVAIL"}, {syscall.EACCES, "EACCES"}, {syscall.EMSGSIZE, "EMSGSIZE"},
	{syscall.EHOSTUNREACH, "EHOSTUNREACH"}, {syscall.ENETUNREACH, "ENETUNREACH"}, {syscall.ENOTCONN, "ENOTCONN"},
	{syscall.EMFILE, "EMFILE"}, {syscall.EAFNOSUPPORT, "EAFNOSUPPORT"}, {net.ErrClosed, "EBADF"},
}

// errno names the error of a call. A deadline is the option SO_RCVTIMEO of other sockets.
func errno(c *calls.Call) string {
	for _, e := range errnos {
		if errors.Is(c.Err, e.error) {
			return e.name
		}
	}
	var timeout net.Error
	switch {
	case c.Name == "connect" && errors.As(c.Err, &timeout) && timeout.Timeout():
		return "ETIMEDOUT"
	case errors.Is(c.Err, os.ErrDeadlineExceeded):
		return "EAGAIN"
	}
	return fmt.Sprintf("(%v)", c.Err)
}

// callKeeper gives the collector of a run the first calls of its programs, in their turn among all else that is told.
type callKeeper struct {
	collector *report.Collector
	world     world
	keep      int
	begun     int
	numbers   map[*calls.Call]int // of those that have not returned
	ipv6      bool
	over      atomic.Bool // programs that still wait when the run is over close their sockets then
}

func newCallKeeper(c *report.Collector, w world, keep int, ipv6 bool) *callKeeper {
	return &callKeeper{collector: c, world: w, keep: keep, ipv6: ipv6, numbers: map[*calls.Call]int{}}
}

// trace returns h, whose calls are told if calls are kept.
func (k *callKeeper) trace(h sim.Host, name string, program int) sim.Host {
	if k == nil {
		return h
	}
	traced := calls.Trace(h, name, program, k)
	traced.IPv6 = k.ipv6
	return traced
}

// Begin implements calls.Observer.
func (k *callKeeper) Begin(c *calls.Call) {
	if k.over.Load() {
		return
	}
	r := callOf(c, sim.Epoch)
	k.world.Tell(r.Begin, func(netem.Time) {
		if k.begun++; k.begun > k.keep {
			k.collector.CallBegan(report.Call{}, k.keep) // is counted
			return
		}
		if n, kept := k.collector.CallBegan(r, k.keep); kept {
			k.numbers[c] = n
		}
	})
}

// End implements calls.Observer.
func (k *callKeeper) End(c *calls.Call) {
	if k.over.Load() {
		return
	}
	r := callOf(c, sim.Epoch)
	k.world.Tell(r.End, func(netem.Time) {
		if n, kept := k.numbers[c]; kept {
			delete(k.numbers, c)
			k.collector.CallEnded(n, r)
		}
	})
}

// callsKept checks --trace-calls of a run.
func callsKept(f *runFlags, set *pflag.FlagSet) (int, error) {
	const most = 100_000
	switch {
	case set.Changed("trace-calls") && (f.traceCalls < 0 || f.traceCalls > most):
		return 0, usagef("--trace-calls %d: want a number from 0 (none) to %d", f.traceCalls, most)
	case !set.Changed("trace-calls") && f.app == "echo":
		return 2000, nil
	}
	return f.traceCalls, nil
}
