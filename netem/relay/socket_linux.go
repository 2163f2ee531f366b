package relay

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"unsafe"
)

// Calls that read and write a datagram never block, and can do without the Go scheduler's care for those that might: then they
// are quick. The care wakes a thread of the scheduler's where all had been asleep, as between two datagrams of which one is under
// way at a time, and costs more than the call. But that thread is also what shares the processors out among goroutines that do
// not rest. So the call is quick where a goroutine reads or writes one datagram, and not where it has several.

// receive reads a datagram, and whose it is unless the socket is connected.
func receive(fd int, b []byte, connected, quick bool) (n int, from netip.AddrPort, err error) {
	var addr syscall.RawSockaddrInet6 // IPv4's is shorter
	size := uint32(unsafe.Sizeof(addr))
	name, length := unsafe.Pointer(&addr), unsafe.Pointer(&size)
	if connected {
		name, length = nil, nil
	}
	var got uintptr
	var errno syscall.Errno
	if quick {
		got, _, errno = syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0,
			uintptr(name), uintptr(length))
	} else {
		got, _, errno = syscall.Syscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0,
			uintptr(name), uintptr(length))
	}
	if errno != 0 {
		return 0, from, errno
	}
	if !connected {
		from = fromRaw(&addr)
	}
	return int(got), from, nil
}

// fromRaw returns what address the system has told.
func fromRaw(a *syscall.RawSockaddrInet6) netip.AddrPort {
	if a.Family == syscall.AF_INET {
		a := (*syscall.RawSockaddrInet4)(unsafe.Pointer(a))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), netOrder(a.Port))
	}
	ip := netip.AddrFrom16(a.Addr)
	if a.Scope_id != 0 {
		ip = ip.WithZone(strconv.FormatUint(uint64(a.Scope_id), 10))
	}
	return netip.AddrPortFrom(ip, netOrder(a.Port))
}

// toRaw tells the system an address that fromRaw has returned, and how long it is.
func toRaw(a *syscall.RawSockaddrInet6, to netip.AddrPort) (size uintptr) {
	if to.Addr().Is4() {
		a := (*syscall.RawSockaddrInet4)(unsafe.Pointer(a))
		*a = syscall.RawSockaddrInet4{Family: syscall.AF_INET, Port: netOrder(to.Port()), Addr: to.Addr().As4()}
		return unsafe.Sizeof(*a)
	}
	*a = syscall.RawSockaddrInet6{Family: syscall.AF_INET6, Port: netOrder(to.Port()), Addr: to.Addr().As16()}
	if zone := to.Addr().Zone(); zone != "" {
		scope, _ := strconv.ParseUint(zone, 10, 32)
		a.Scope_id = uint32(scope)
	}
	return unsafe.Sizeof(*a)
}

// netOrder turns a number into network order, and back.
func netOrder(n uint16) uint16 {
	return binary.NativeEndian.Uint16([]byte{byte(n >> 8), byte(n)})
}

// socket is a UDP socket, to which one goroutine at a time sends.
type socket struct {
	*net.UDPConn
	raw syscall.RawConn
	try func(fd uintptr) bool // write, as a value

	// What is being sent, and what came of it.
	data  []byte
	to    netip.AddrPort
	quick bool
	errno syscall.Errno
}

func newSocket(c *net.UDPConn) *socket {
	raw, _ := c.SyscallConn() // which fails only where there is no socket
	s := &socket{UDPConn: c, raw: raw}
	s.try = s.write
	return s
}

// send writes a datagram to where one has been received from, or to nowhere in particular if the socket is connected.
func (s *socket) send(data []byte, to netip.AddrPort, quick bool) error {
	s.data, s.to, s.quick = data, to, quick
	err := s.raw.Write(s.try)
	s.data = nil
	if err == nil && s.errno != 0 {
		err = s.errno
	}
	return err
}

// write is false if the socket has no room.
func (s *socket) write(fd uintptr) bool {
	var addr syscall.RawSockaddrInet6
	var name unsafe.Pointer
	var size uintptr
	if s.to.IsValid() {
		name, size = unsafe.Pointer(&addr), toRaw(&addr, s.to)
	}
	for {
		p := unsafe.Pointer(unsafe.SliceData(s.data))
		if s.quick {
			_, _, s.errno = syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(p), uintptr(len(s.data)), 0, uintptr(name), size)
		} else {
			_, _, s.errno = syscall.Syscall6(syscall.SYS_SENDTO, fd, uintptr(p), uintptr(len(s.data)), 0, uintptr(name), size)
		}
		if s.errno != syscall.EINTR {
			return s.errno != syscall.EAGAIN
		}
	}
}
