//go:build linux

package kernel

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Where TUN devices cannot be had, each host has one end of a veth pair, and the relay a packet socket on the other, in the
// helper's own namespace:
//
//	client: lossy0 ═══ relay0 ─ socket ─ relay ─ socket ─ relay1 ═══ lossy0 :server
//
// Such a pair reorders packets by itself unless it has one queue and hands packets on in NAPI's order, which it does with
// receive offload on; and drops them unless its queues are disciplined.

// vethDevices are the hosts' pairs.
type vethDevices struct{ before [4]uint64 } // what its queues had lost before the world began

// relayName is the name of the relay's end of host i's pair.
func relayName(i int) string { return fmt.Sprintf("relay%d", i) }

// connectVeth makes a pair for each host.
func (h *helper) connectVeth() (ports [2]*port, err error) {
	err = onThread(func() error { // in the helper's own namespace
		set([]sysctl{{"net/ipv6/conf/default/disable_ipv6", "1"}})
		for i := range h.hosts {
			if err := h.pair(i); err != nil {
				return err
			}
			if ports[i], err = openPackets(relayName(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return ports, err
	}
	d := &vethDevices{}
	h.ready.Device, h.device = "veth", d
	for i := range h.hosts {
		if err := h.probe(i, ports[i]); err != nil {
			return ports, err
		}
	}
	for i, n := range d.queues(h) {
		d.before[i] = n
	}
	return ports, nil
}

// queues returns what the queues of both hosts' pairs have lost: at the host's end, and at the relay's.
func (d *vethDevices) queues(h *helper) (lost [4]uint64) {
	for i, ns := range h.hosts {
		ns.do(func() (err error) {
			lost[2*i], _, err = deviceDrops(ifaceName)
			return err
		})
		onThread(func() (err error) {
			lost[2*i+1], _, err = deviceDrops(relayName(i))
			return err
		})
	}
	return lost
}

// pair makes host i's pair and sets up both ends.
func (h *helper) pair(i int) error {
	if err := addVeth(relayName(i), ifaceName, int(h.hosts[i].file.Fd())); err != nil {
		if errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("a veth pair: %w: sudo modprobe veth", err)
		}
		return fmt.Errorf("a veth pair: %w", err)
	}
	if _, err := ioctl(relayName(i), unix.SIOCSIFMTU, func(r *unix.Ifreq) { r.SetUint32(uint32(h.config.MTU)) }); err != nil {
		return fmt.Errorf("an MTU of %d bytes: %w", h.config.MTU, err)
	}
	if err := h.settle(relayName(i)); err != nil {
		return err
	}
	if err := linkUp(relayName(i)); err != nil {
		return err
	}
	return h.hosts[i].do(func() error {
		if err := h.settle(ifaceName); err != nil {
			return err
		}
		if _, err := ioctl(ifaceName, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) { r.SetUint16(unix.IFF_NOARP) }); err != nil {
			return err
		}
		return configure(&h.config, h.addr(i))
	})
}

// settle sets one end of a pair up so that it neither cuts, joins, reorders nor drops packets.
func (h *helper) settle(name string) error {
	for _, s := range []struct {
		command, value uint32
		what           string
	}{
		{ethtoolTxChecksum, 0, "checksums"}, {ethtoolScatter, 0, "scatter and gather"}, {ethtoolTSO, 0, "TCP segmentation"},
		{ethtoolGSO, 0, "segmentation"}, {ethtoolGRO, 1, "receive"},
	} {
		if err := ethtool(name, s.command, s.value); err != nil && !errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("%s offload of %s: %w", s.what, name, err)
		}
	}
	index, err := ifaceIndex(name)
	if err != nil {
		return err
	}
	if err := setMergeMost(index, h.config.MTU); err != nil { // before Linux 6.3 there is no such limit, and so no offload here
		if err := ethtool(name, ethtoolGRO, 0); err != nil {
			return fmt.Errorf("receive offload of %s: %w", name, err)
		}
	}
	if err := setQueue(index, queueLen); err != nil {
		return fmt.Errorf("a queue of %d packets: %w", queueLen, err)
	}
	return nil
}

// packetBuffer is how much may wait for the relay, bytes, where that is allowed.
const packetBuffer = 64 << 20

// openPackets opens a packet socket on an interface in the calling thread's namespace.
func openPackets(name string) (*port, error) {
	iface, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, packetBuffer) != nil {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, packetBuffer) // up to net.core.rmem_max
	}
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, packetBuffer)
	unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: iface.Index}); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	p := newPort(fd, false)
	p.to = &unix.RawSockaddrLinklayer{Family: unix.AF_PACKET, Ifindex: int32(iface.Index), Halen: 6}
	return p, nil
}

// probeType is the EtherType of probes: IEEE 802's for local experiments.
const probeType = 0x88b5

// probe sends frames both ways until they arrive: a new pair loses what comes before its queues are at work. It learns the
// address of the host's interface.
func (h *helper) probe(i int, p *port) error {
	var host *port
	err := h.hosts[i].do(func() (err error) {
		iface, err := net.InterfaceByName(ifaceName)
		if err != nil {
			return err
		}
		copy(p.to.Addr[:], iface.HardwareAddr)
		host, err = openPackets(ifaceName)
		return err
	})
	if err != nil {
		return err
	}
	defer unix.Close(host.fd)
	host.to.Addr = p.to.Addr // whom it is for matters to nobody
	for range 1000 {
		if crosses(host, p) && crosses(p, host) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("the veth pair of the %s carries nothing", hostNames[i])
}

// crosses reports whether a probe gets from one port to the other at once, or has got there before.
func crosses(from, to *port) bool {
	to2 := &unix.SockaddrLinklayer{Protocol: htons(probeType), Ifindex: int(from.to.Ifindex), Halen: 6, Addr: from.to.Addr}
	unix.Sendto(from.fd, []byte("lossylab"), 0, to2)
	b, got := make([]byte, 64), false
	for {
		n, _, err := unix.Recvfrom(to.fd, b, 0)
		if err != nil {
			return got
		}
		got = got || string(b[:n]) == "lossylab"
	}
}

// drops implements device.
func (d *vethDevices) drops(h *helper) (all []Hidden) {
	add := func(where string, n uint64) {
		if n > 0 {
			all = append(all, Hidden{where, n})
		}
	}
	lost := d.queues(h)
	for i := range h.hosts {
		add(hostNames[i]+": veth queue", lost[2*i]-d.before[2*i])
		add(hostNames[i]+": veth queue of the relay", lost[2*i+1]-d.before[2*i+1])
		if s, err := unix.GetsockoptTpacketStats(h.relay.ports[i].fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			add(hostNames[i]+": packet socket (raise it with sudo sysctl -w net.core.rmem_max=67108864)", uint64(s.Drops))
		}
	}
	return all
}
