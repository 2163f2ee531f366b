// Package pcapng writes what one end of a link saw into a capture file that Wireshark, tcpdump and gopacket read: pcapng
// with a comment on any packet, or the classic format without.
//
//	┌ Section Header ┬ Interface ┬ Names ┬ Enhanced Packet ┬ Enhanced Packet ┬ … ┬ Interface Statistics ┐
//	│ Options        │ Local     │ Hosts │ frame, comment, direction                 │ by Close           │
//	└────────────────┴───────────┴───────┴───────────────────────────────────────────┴────────────────────┘
//
// One file holds one end's view. With both ends in one file, Wireshark takes each packet's second sighting for a
// retransmission. Frames are Ethernet: libpcap's tools refuse several kinds of raw IP files, and IPv4 and IPv6 mix.
// Nothing in a file depends on the machine that writes it.
package pcapng

import (
	"fmt"
	"net/netip"
	"time"
	"unicode/utf8"
)

// Writer writes one capture file. The first error sticks: after it nothing more is written, and each call returns it.
type Writer interface {
	// WritePacket appends a packet. Packets come in order of time; none of p's memory is kept.
	WritePacket(p Packet) error

	// Close completes the file. It does not close what the file is written to.
	Close() error
}

// Packet is one IP packet as it passed the local end of a link.
type Packet struct {
	At      time.Time // from 1970 up to 2106, which is where classic captures end
	Inbound bool      // it arrived from the remote end; otherwise it was sent there
	Version int       // 4 or 6, as it was sent: corruption can turn over the bits in which IP says so itself
	IP      []byte    // from the first byte of the IP header
	Comment []byte    // UTF-8, or empty. Left out of classic captures
}

// Host is one end of the link.
type Host struct {
	Name  string
	MAC   [6]byte
	Addrs []netip.Addr // the addresses that readers may show as Name
}

// Options is what a capture file says about itself. Empty strings are left out.
type Options struct {
	Local, Remote Host   // the end whose view this is, and the other
	Snaplen       int    // bytes kept of each frame, Ethernet header included; 0 means DefaultSnaplen
	Hardware      string // what the packets were captured on
	OS            string // the system, or the stack, that sent them
	Application   string // what wrote the file
	Comment       string // of the file as a whole: scenario, seed, version
}

// DefaultSnaplen is the longest frame of libpcap's tools, so nothing is cut.
const DefaultSnaplen = 262144

// bufferSize is what is gathered before the file is written to: with pcapgo's own 4 KiB, the system calls cost more than
// all the rest.
const bufferSize = 256 << 10

// maxText is the longest text of an option, whose length is a 16-bit number.
const maxText = 1<<16 - 1

// cut returns the longest start of s that fits an option and does not end within a rune.
func cut[T string | []byte](s T) T {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// checkTime refuses an instant that a file has no room for: classic captures count seconds from 1970 in 32 bits.
func checkTime(t time.Time) error {
	if s := t.Unix(); s < 0 || s > 1<<32-1 {
		return fmt.Errorf("pcapng: the time %s is outside 1970 to 2106", t.UTC().Format(time.RFC3339))
	}
	return nil
}
