package pcapng

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var (
	client = Host{"client", [6]byte{2, 0, 0, 0, 0, 1}, []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")}}
	server = Host{"server", [6]byte{2, 0, 0, 0, 0, 2}, []netip.Addr{netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2")}}

	options = Options{Local: client, Remote: server, Hardware: "an in-process link", OS: "a userspace stack",
		Application: "lossylab test", Comment: "seed 1: loss 3% ü"}

	epoch = time.Date(2030, 1, 2, 3, 4, 5, 123456789, time.UTC)
)

// udp returns a UDP packet over IPv4 or IPv6 with valid checksums.
func udp(t testing.TB, version int, from, to Host, payload string) []byte {
	t.Helper()
	u := &layers.UDP{SrcPort: 40000, DstPort: 9000}
	var ip gopacket.SerializableLayer
	if version == 4 {
		v4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP,
			SrcIP: from.Addrs[0].AsSlice(), DstIP: to.Addrs[0].AsSlice()}
		u.SetNetworkLayerForChecksum(v4)
		ip = v4
	} else {
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP,
			SrcIP: from.Addrs[1].AsSlice(), DstIP: to.Addrs[1].AsSlice()}
		u.SetNetworkLayerForChecksum(v6)
		ip = v6
	}
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		ip, u, gopacket.Payload(payload))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample returns a packet of each direction and IP version, one nanosecond apart.
func sample(t testing.TB) []Packet {
	return []Packet{
		{At: epoch, Version: 4, IP: udp(t, 4, client, server, "one"), Comment: []byte("lost: loss 3%")},
		{At: epoch.Add(1), Version: 4, Inbound: true, IP: udp(t, 4, server, client, "four")},
		{At: epoch.Add(2), Version: 6, IP: udp(t, 6, client, server, "by six")},
		{At: epoch.Add(3), Version: 6, Inbound: true, IP: udp(t, 6, server, client, "by six"), Comment: []byte("überholt")},
	}
}

// writeAll writes and closes.
func writeAll(t testing.TB, w Writer, ps []Packet) {
	t.Helper()
	for _, p := range ps {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
