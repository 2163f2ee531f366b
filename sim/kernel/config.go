//go:build linux

package kernel

import (
	"io"
	"net/netip"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// Config says what a world is like. The links are in words, since another process makes them.
type Config struct {
	Up, Down string // SPECs, as netem.Spec.String returns them
	Seed     uint64
	IPv6     bool
	MTU      int    // bytes; 0 means 1500
	CC       string // congestion control of all TCP connections; empty means cubic
	NoSACK   bool
	Offload  bool      // survivors of what a host sent as one are given to the other as one
	Packets  bool      // use veth pairs and packet sockets even where TUN devices can be had
	Names    bool      // programs find the hosts by the names "client" and "server"
	Record   io.Writer `json:"-"` // gets all that is told of the links, for Replay; or nil
	Instead  string    // what to do where there can be no world, for the errors that say so: "use --engine netstack"
	Silent   bool      // nothing is told of the links: for measurements of speed
}

// Addresses returns the client's and the server's.
func Addresses(ipv6 bool) (client, server netip.Addr) {
	if ipv6 {
		return netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
	}
	return netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
}

// Version returns what the hosts run on, such as "Linux 6.1.0": part of every result, since another kernel may send other
// packets.
func Version() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "Linux"
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}

// ready is what the helper tells when the world stands.
type ready struct {
	Zero     int64    // of the world's time, on the monotonic clock
	Device   string   // "TUN" or "veth"
	Settings []string // that could not be made
	Rootless bool
}

// counters are what the hosts have counted, by host: what TCP did, and what was lost outside the link.
type counters struct {
	TCP    [2]tcpCounters
	Hidden []Hidden
	Timing Timing
	Unmet  [2][]netem.Unmet
}

// Hidden counts packets that were lost, and not by the link.
type Hidden struct {
	Where string // "server: UDP receive buffers"
	Count uint64
}
