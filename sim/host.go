package sim

import (
	"context"
	"net"
	"time"
)

// Host is one end of a network, with the sockets that a program on it would use. The connections block as those of
// package net do, deadlines included, and their errors satisfy the same tests: io.EOF, os.ErrDeadlineExceeded,
// net.ErrClosed, syscall.ECONNREFUSED.
type Host interface {
	// Listen announces on a TCP address such as ":7" ("tcp", "tcp4" or "tcp6").
	Listen(network, address string) (net.Listener, error)

	// ListenPacket announces on a UDP address such as ":7" ("udp", "udp4" or "udp6").
	ListenPacket(network, address string) (net.PacketConn, error)

	// Dial connects to "host:port", where the host is an IP address. A context that has a deadline bounds the attempt,
	// in the host's own time.
	Dial(ctx context.Context, network, address string) (net.Conn, error)

	Clock
}

// Clock is the time that a host's programs live in. In a virtual world it moves only while they all wait.
type Clock interface {
	// Now returns the time of day, for deadlines.
	Now() time.Time

	// Sleep pauses the calling program for d.
	Sleep(d time.Duration)

	// Go runs f as a program of its own beside the calling one.
	Go(f func())
}

// Epoch is the time of day at which every virtual world begins. It is no date of today, so that nobody takes it for one,
// and always the same, so that captures are.
var Epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
