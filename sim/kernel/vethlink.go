//go:build linux

package kernel

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Constants of linux/veth.h, linux/rtnetlink.h, linux/pkt_sched.h and linux/ethtool.h that x/sys has not.
const (
	vethInfoPeer      = 1
	queueRoot         = 0xffffffff // TC_H_ROOT
	queueOptions      = 2          // TCA_OPTIONS
	ethtoolTxChecksum = 0x17
	ethtoolScatter    = 0x19
	ethtoolTSO        = 0x1f
	ethtoolGSO        = 0x24
	ethtoolGRO        = 0x2c
)

// ethtool sets one of an interface's settings, in the calling thread's namespace.
func ethtool(name string, command, value uint32) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	setting := &[2]uint32{command, value}
	req := &struct { // struct ifreq with its ifr_data
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		rest [24 - unsafe.Sizeof(uintptr(0))]byte
	}{data: unsafe.Pointer(setting)}
	copy(req.name[:unix.IFNAMSIZ-1], name)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(req)))
	if errno != 0 {
		return errno
	}
	return nil
}

// addVeth makes a pair with one queue each, of which one end stands in the calling thread's namespace and the other in that
// of a file.
func addVeth(name, peer string, ns int) error {
	m := newNetlink(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, make([]byte, unix.SizeofIfInfomsg))
	one := func() { m.number(unix.IFLA_NUM_TX_QUEUES, 1).number(unix.IFLA_NUM_RX_QUEUES, 1) }
	m.text(unix.IFLA_IFNAME, name)
	one()
	endInfo := m.open(unix.IFLA_LINKINFO)
	m.text(unix.IFLA_INFO_KIND, "veth")
	endData := m.open(unix.IFLA_INFO_DATA)
	endPeer := m.open(vethInfoPeer)
	m.b = append(m.b, make([]byte, unix.SizeofIfInfomsg)...)
	m.text(unix.IFLA_IFNAME, peer).number(unix.IFLA_NET_NS_FD, uint32(ns))
	one()
	endPeer()
	endData()
	endInfo()
	return m.do()
}

// setMergeMost lets receive offload make no packets larger than size.
func setMergeMost(index, size int) error {
	return changeLink(index).number(unix.IFLA_GRO_MAX_SIZE, uint32(size)).
		number(unix.IFLA_GRO_IPV4_MAX_SIZE, uint32(size)).do()
}

// setQueue gives an interface one first-in-first-out queue.
func setQueue(index, limit int) error {
	fixed := make([]byte, 20) // struct tcmsg: family, index, handle, parent, info
	binary.NativeEndian.PutUint32(fixed[4:], uint32(index))
	binary.NativeEndian.PutUint32(fixed[8:], 1<<16)
	binary.NativeEndian.PutUint32(fixed[12:], queueRoot)
	return newNetlink(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, fixed).text(unix.TCA_KIND, "pfifo").
		number(queueOptions, uint32(limit)).do()
}
