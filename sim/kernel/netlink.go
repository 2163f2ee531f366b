//go:build linux

package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// netlinkMessage is a request to the kernel, rtnetlink(7), as it is written.
type netlinkMessage struct{ b []byte }

// newNetlink begins a request of a type, with its fixed part.
func newNetlink(kind, flags uint16, fixed []byte) *netlinkMessage {
	b := make([]byte, unix.NLMSG_HDRLEN, 256)
	binary.NativeEndian.PutUint16(b[4:], kind)
	binary.NativeEndian.PutUint16(b[6:], flags|unix.NLM_F_REQUEST)
	return &netlinkMessage{append(b, fixed...)}
}

// attr adds an attribute.
func (m *netlinkMessage) attr(kind uint16, data []byte) *netlinkMessage {
	end := m.open(kind)
	m.b = append(m.b, data...)
	end()
	return m
}

func (m *netlinkMessage) number(kind uint16, n uint32) *netlinkMessage {
	return m.attr(kind, binary.NativeEndian.AppendUint32(nil, n))
}

func (m *netlinkMessage) text(kind uint16, s string) *netlinkMessage {
	return m.attr(kind, append([]byte(s), 0))
}

// open begins an attribute that holds what is added until end is called.
func (m *netlinkMessage) open(kind uint16) (end func()) {
	at := len(m.b)
	m.b = binary.NativeEndian.AppendUint16(m.b, 0)
	m.b = binary.NativeEndian.AppendUint16(m.b, kind)
	return func() {
		binary.NativeEndian.PutUint16(m.b[at:], uint16(len(m.b)-at))
		for len(m.b)%4 != 0 {
			m.b = append(m.b, 0)
		}
	}
}

// do sends the request in the calling thread's namespace and waits for the kernel's answer.
func (m *netlinkMessage) do() error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	binary.NativeEndian.PutUint32(m.b, uint32(len(m.b)))
	m.b[6] |= unix.NLM_F_ACK
	if err := unix.Sendto(fd, m.b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	b := make([]byte, 16<<10)
	n, _, err := unix.Recvfrom(fd, b, 0)
	if err != nil {
		return err
	}
	if n < unix.NLMSG_HDRLEN+4 || binary.NativeEndian.Uint16(b[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("netlink: an answer of %d bytes is none", n)
	}
	if errno := int32(binary.NativeEndian.Uint32(b[unix.NLMSG_HDRLEN:])); errno != 0 {
		return unix.Errno(-errno)
	}
	return nil
}

// family returns an address's, and its bytes.
func family(a netip.Addr) (uint8, []byte) {
	if a.Is4() {
		return unix.AF_INET, a.AsSlice()
	}
	return unix.AF_INET6, a.AsSlice()
}

// addAddress gives an interface an address, at once and without asking others for theirs.
func addAddress(index int, p netip.Prefix) error {
	f, addr := family(p.Addr())
	fixed := []byte{f, uint8(p.Bits()), 0, unix.RT_SCOPE_UNIVERSE, 0, 0, 0, 0}
	binary.NativeEndian.PutUint32(fixed[4:], uint32(index))
	m := newNetlink(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, fixed)
	m.attr(unix.IFA_LOCAL, addr).attr(unix.IFA_ADDRESS, addr)
	return m.number(unix.IFA_FLAGS, unix.IFA_F_NODAD|unix.IFA_F_NOPREFIXROUTE|unix.IFA_F_PERMANENT).do()
}

// addRoute makes a network reachable through an interface. Connections over the route use the congestion control cc, unless
// it is empty.
func addRoute(index int, p netip.Prefix, cc string) error {
	f, dst := family(p.Masked().Addr())
	scope := uint8(unix.RT_SCOPE_LINK)
	if f == unix.AF_INET6 {
		scope = unix.RT_SCOPE_UNIVERSE
	}
	fixed := []byte{f, uint8(p.Bits()), 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, scope, unix.RTN_UNICAST, 0, 0, 0, 0}
	m := newNetlink(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL, fixed)
	m.attr(unix.RTA_DST, dst).number(unix.RTA_OIF, uint32(index))
	if cc != "" {
		end := m.open(unix.RTA_METRICS)
		m.text(unix.RTAX_CC_ALGO, cc)
		end()
	}
	return m.do()
}

// changeLink begins a request to change an interface.
func changeLink(index int) *netlinkMessage {
	fixed := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(fixed[4:], uint32(index))
	return newNetlink(unix.RTM_SETLINK, 0, fixed)
}
