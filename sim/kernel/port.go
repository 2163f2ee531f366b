//go:build linux

package kernel

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// port is one host's end of the relay: a TUN device, or a packet socket at the far end of a veth pair. Its calls never
// block, and do without the Go scheduler's care for those that might: each costs less than that.
type port struct {
	fd      int
	vnet    bool                       // a TUN device, with a vnetHeader before each packet
	merges  bool                       // what leaves together is written together
	to      *unix.RawSockaddrLinklayer // of a packet socket
	buf     []byte
	parcels *parcels // where packets come from, and go back to
	parcel  *parcel  // of the packet that was read last
	blank   [vnetLen]byte
	iov     [mergeMost + 2]unix.Iovec
	merger  merger
	refused uint64 // packets that the kernel did not take, and
	damaged uint64 // those among them that the link has damaged
	unsplit uint64 // packets that could not be cut into segments
}

func newPort(fd int, vnet bool) *port {
	return &port{fd: fd, vnet: vnet, buf: make([]byte, vnetLen+(1<<16)+1024)}
}

// alloc returns memory for a packet of n bytes, that of a parcel.
func (p *port) alloc(n int) []byte {
	p.parcel = p.parcels.room(n)
	return p.parcel.room[:n:n]
}

// read takes what the host has sent next, one packet or the segments of one, and reports whether there was anything.
func (p *port) read(emit func([]byte, netem.Partial)) bool {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(p.fd), uintptr(unsafe.Pointer(&p.buf[0])), uintptr(len(p.buf)))
	if errno != 0 {
		return errno == unix.EINTR
	}
	b, h := p.buf[:n], vnetHeader{}
	if p.vnet {
		if len(b) < vnetLen {
			return true
		}
		h, b = parseVnet(b), b[vnetLen:]
	}
	if len(b) < 20 || b[0]>>4 != 4 && b[0]>>4 != 6 {
		return true // nothing of IP
	}
	if segments(h, b, p.alloc, emit) != nil {
		p.unsplit++
	}
	return true
}

// give hands a packet to the host, or keeps it to go with the next ones until flush. It reports whether it has written
// anything.
func (p *port) give(pkt *netem.Packet) bool {
	if !p.merges {
		p.write(pkt)
		p.parcels.done(pkt)
		return true
	}
	if p.merger.take(pkt) {
		return false
	}
	p.flush()
	p.merger.take(pkt)
	return true
}

// flush hands over what give has kept.
func (p *port) flush() {
	m := &p.merger
	switch len(m.packets) {
	case 0:
		return
	case 1:
		p.write(m.packets[0])
	default:
		p.iov[0] = vector(m.head())
		for i, pkt := range m.packets {
			p.iov[i+1] = vector(pkt.Data[m.at:])
		}
		if p.writev(len(m.packets)+1) != 0 {
			p.refused += uint64(len(m.packets))
		}
	}
	for _, pkt := range m.packets {
		p.parcels.done(pkt)
	}
	m.clear()
}

func vector(b []byte) (v unix.Iovec) {
	v.Base = &b[0]
	v.SetLen(len(b))
	return v
}

// write hands one packet to the host. One that the link has damaged may be none that a host takes.
func (p *port) write(pkt *netem.Packet) {
	pkt.Complete()
	var errno unix.Errno
	if p.to != nil {
		errno = p.send(pkt.Data)
	} else {
		p.blank[0] = unix.VIRTIO_NET_HDR_F_DATA_VALID
		if pkt.Corrupt { // the host is to find out by itself
			p.blank[0] = 0
		}
		p.iov[0], p.iov[1] = vector(p.blank[:]), vector(pkt.Data)
		errno = p.writev(2)
	}
	switch {
	case errno == 0:
	case pkt.Corrupt:
		p.damaged++
	default:
		p.refused++
	}
}

func (p *port) writev(n int) unix.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_WRITEV, uintptr(p.fd), uintptr(unsafe.Pointer(&p.iov[0])), uintptr(n))
	clear(p.iov[:n])
	return errno
}

// send gives a packet to a packet socket.
func (p *port) send(b []byte) unix.Errno {
	p.to.Protocol = htons(unix.ETH_P_IP)
	if b[0]>>4 == 6 {
		p.to.Protocol = htons(unix.ETH_P_IPV6)
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(p.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0,
		uintptr(unsafe.Pointer(p.to)), unix.SizeofSockaddrLinklayer)
	return errno
}

// htons puts a number into network order.
func htons(n uint16) uint16 {
	return binary.NativeEndian.Uint16([]byte{byte(n >> 8), byte(n)})
}
