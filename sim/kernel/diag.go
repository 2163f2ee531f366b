//go:build linux

package kernel

import (
	"encoding/binary"
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lossylab/netem"
	"lossylab/sim"
)

// The constants of sock_diag(7) and linux/inet_diag.h that x/sys has not.
const (
	inetDiagInfo   = 2 // the attribute and, less one, its bit in a request
	inetDiagReqLen = 56
	inetDiagMsgLen = 72
)

// diagStates are the states of connections that may send: established, close-wait, FIN-wait, last-ack, closing.
const diagStates = 1<<1 | 1<<4 | 1<<5 | 1<<8 | 1<<9 | 1<<11

// diagnose lists the senders among a host's TCP sockets through a socket of diagnosis.
func diagnose(fd int, family uint8, b []byte, each func(sim.TCPInfo)) error {
	m := make([]byte, unix.NLMSG_HDRLEN+inetDiagReqLen)
	order := binary.NativeEndian
	order.PutUint32(m, uint32(len(m)))
	order.PutUint16(m[4:], unix.SOCK_DIAG_BY_FAMILY)
	order.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	q := m[unix.NLMSG_HDRLEN:]
	q[0], q[1], q[2] = family, unix.IPPROTO_TCP, 1<<(inetDiagInfo-1)
	order.PutUint32(q[4:], diagStates)
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	for {
		n, _, err := unix.Recvfrom(fd, b, 0)
		if err != nil {
			return err
		}
		if done, err := diagMessages(b[:n], each); done || err != nil {
			return err
		}
	}
}

// diagMessages reads the messages of an answer, and reports whether it ends with them.
func diagMessages(b []byte, each func(sim.TCPInfo)) (done bool, err error) {
	order := binary.NativeEndian
	for len(b) >= unix.NLMSG_HDRLEN {
		n, kind := int(order.Uint32(b)), order.Uint16(b[4:])
		if n < unix.NLMSG_HDRLEN || n > len(b) {
			return true, errors.New("kernel: an answer of sock_diag is cut short")
		}
		switch kind {
		case unix.NLMSG_DONE:
			return true, nil
		case unix.NLMSG_ERROR:
			return true, errors.New("kernel: sock_diag refused a request")
		}
		if body := b[unix.NLMSG_HDRLEN:n]; len(body) >= inetDiagMsgLen {
			diagSocket(body, each)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return false, nil
}

// diagSocket reads one socket: its ports, and its state among the attributes.
func diagSocket(b []byte, each func(sim.TCPInfo)) {
	port, peer := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	for b = b[inetDiagMsgLen:]; len(b) >= 4; {
		n, kind := int(binary.NativeEndian.Uint16(b)), binary.NativeEndian.Uint16(b[2:])
		if n < 4 || n > len(b) {
			return
		}
		if kind == inetDiagInfo {
			var info unix.TCPInfo // an older kernel's is shorter
			copy((*[unsafe.Sizeof(info)]byte)(unsafe.Pointer(&info))[:], b[4:n])
			i := tcpInfo(&info, port)
			i.Peer = peer
			each(i)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
}

// sampleEvery is how often the state of TCP's senders is looked at.
const sampleEvery = 5 * time.Millisecond

// ObserveAll has f told of all TCP senders of both hosts, in its turn among all else that is told, until the world ends:
// also of those of programs that know nothing of it, and of those that have closed their sockets and have still to send. Host
// is 0 for the client and 1 for the server.
func (w *World) ObserveAll(f func(host int, i sim.TCPInfo)) error {
	for host := range hostNames {
		if err := w.observe(host, func(i sim.TCPInfo) { f(host, i) }); err != nil {
			return err
		}
	}
	return nil
}

// Observe has f told of the client's TCP senders, as ObserveAll has.
func (w *World) Observe(f func(sim.TCPInfo)) error { return w.observe(0, f) }

func (w *World) observe(host int, f func(sim.TCPInfo)) error {
	a, err := w.ask(request{Op: "diag", Host: host})
	if err != nil || len(a.files) != 1 {
		return errors.Join(err, errors.New("kernel: no sock_diag"))
	}
	file := a.files[0]
	go func() {
		defer file.Close()
		w.watch(int(file.Fd()), f)
	}()
	return nil
}

// watch tells of one host's senders whenever anything of one has changed.
func (w *World) watch(fd int, f func(sim.TCPInfo)) {
	told, b := map[[2]uint16]sim.TCPInfo{}, make([]byte, 64<<10)
	var before, now netem.Time // when they were looked at last, and this time
	look := func(i sim.TCPInfo) {
		ports := [2]uint16{i.Port, i.Peer}
		last := told[ports]
		if i.At = last.At; i == last {
			return
		}
		i.At = now
		if i.Recovery && !last.Recovery || i.Timeout && !last.Timeout {
			i.At = before // since when it may be so: what was sent in between was sent because of it
		}
		told[ports] = i
		w.Tell(i.At, func(at netem.Time) { i.At = at; f(i) })
	}
	for {
		before, now = now, w.clock.Load().now()
		err := diagnose(fd, unix.AF_INET, b, look)
		if err == nil { // a socket of IPv6 may speak IPv4
			err = diagnose(fd, unix.AF_INET6, b, look)
		}
		select {
		case <-w.helper.ended:
			return
		case <-time.After(sampleEvery):
		}
		if err != nil {
			return
		}
	}
}
