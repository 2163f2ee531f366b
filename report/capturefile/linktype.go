package capturefile

import (
	"encoding/binary"
	"fmt"
)

// LinkType is what stands before the IP packet, by the numbers of the tcpdump group's registry.
type LinkType uint16

// The link types that are read.
const (
	Null      LinkType = 0   // BSD loopback: an address family in the byte order of the machine that captured
	Ethernet  LinkType = 1   // with VLAN tags or without
	rawOther  LinkType = 12  // raw IP as some systems number it
	Raw       LinkType = 101 // IPv4 or IPv6, as the packet's first four bits say
	Loop      LinkType = 108 // OpenBSD loopback: the address family in network order
	LinuxSLL  LinkType = 113 // Linux cooked capture, of tcpdump -i any
	RawIPv4   LinkType = 228
	RawIPv6   LinkType = 229
	LinuxSLL2 LinkType = 276
)

func (t LinkType) String() string {
	switch t {
	case Null, Loop:
		return "BSD loopback"
	case Ethernet:
		return "Ethernet"
	case Raw, rawOther, RawIPv4, RawIPv6:
		return "raw IP"
	case LinuxSLL, LinuxSLL2:
		return "Linux cooked"
	}
	return fmt.Sprintf("link type %d", uint16(t))
}

// Known reports whether IP packets are found in frames of this type.
func (t LinkType) Known() bool {
	switch t {
	case Null, Ethernet, rawOther, Raw, Loop, LinuxSLL, RawIPv4, RawIPv6, LinuxSLL2:
		return true
	}
	return false
}

// open returns what a frame carries, and the IP version if it is an IP packet, otherwise 0.
func (t LinkType) open(b []byte) (payload []byte, version int, d Direction) {
	switch t {
	case Ethernet:
		if len(b) >= 14 {
			payload, version = openEther(binary.BigEndian.Uint16(b[12:]), b[14:])
		}
	case LinuxSLL:
		if len(b) >= 16 {
			payload, version = openEther(binary.BigEndian.Uint16(b[14:]), b[16:])
			d = cookedDirection(binary.BigEndian.Uint16(b))
		}
	case LinuxSLL2:
		if len(b) >= 20 {
			payload, version = openEther(binary.BigEndian.Uint16(b), b[20:])
			d = cookedDirection(uint16(b[10]))
		}
	case Null, Loop:
		payload, version = openFamily(b)
	case Raw, rawOther:
		payload, version = openRaw(b)
	case RawIPv4:
		payload, version = b, 4
	case RawIPv6:
		payload, version = b, 6
	}
	return payload, version, d
}

// The EtherTypes that matter here.
const (
	typeIPv4   = 0x0800
	typeIPv6   = 0x86dd
	typeVLAN   = 0x8100 // IEEE 802.1Q
	typeQinQ   = 0x88a8 // IEEE 802.1ad
	typeOldQ   = 0x9100 // of switches older than that
	vlanTagLen = 4
)

// openEther goes past VLAN tags, however many.
func openEther(kind uint16, b []byte) ([]byte, int) {
	for kind == typeVLAN || kind == typeQinQ || kind == typeOldQ {
		if len(b) < vlanTagLen {
			return nil, 0
		}
		kind, b = binary.BigEndian.Uint16(b[2:]), b[vlanTagLen:]
	}
	switch kind {
	case typeIPv4:
		return b, 4
	case typeIPv6:
		return b, 6
	}
	return nil, 0
}

// openFamily reads an address family of which nobody knows the byte order: the numbers in use are small. IPv6 is 24 in
// NetBSD and OpenBSD, 28 in FreeBSD, 30 in macOS, 10 in Linux and 23 in Windows.
func openFamily(b []byte) ([]byte, int) {
	if len(b) < 4 {
		return nil, 0
	}
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	switch family {
	case 2:
		return b[4:], 4
	case 10, 23, 24, 28, 30:
		return b[4:], 6
	}
	return nil, 0
}

func openRaw(b []byte) ([]byte, int) {
	if len(b) == 0 {
		return nil, 0
	}
	switch b[0] >> 4 {
	case 4:
		return b, 4
	case 6:
		return b, 6
	}
	return nil, 0
}

// cookedDirection reads the packet type of Linux cooked captures: 0 "sent to us", 4 "sent by us".
func cookedDirection(kind uint16) Direction {
	switch kind {
	case 0:
		return Inbound
	case 4:
		return Outbound
	}
	return Unknown
}
