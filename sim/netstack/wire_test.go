package netstack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// wire keeps what hosts send, and counts what becomes of it.
type wire struct {
	counter
	packets []*netem.Packet
}

func (w *wire) Observe(e netem.Event) {
	w.counter.Observe(e)
	if e.Kind == netem.Sent {
		w.packets = append(w.packets, e.Packet)
	}
}

// sum adds up 16-bit words in ones' complement (RFC 1071); 0xffff means that the checksum among them is right.
func sum(parts ...[]byte) uint16 {
	var s uint32
	for _, b := range parts {
		for ; len(b) > 1; b = b[2:] {
			s += uint32(b[0])<<8 | uint32(b[1])
		}
		if len(b) > 0 {
			s += uint32(b[0]) << 8
		}
		s = s&0xffff + s>>16
	}
	return uint16(s&0xffff + s>>16)
}

// checksums says which checksum of an IP packet is wrong. Fragments have only the IP header's.
func checksums(b []byte) error {
	var proto byte
	var body, addresses []byte
	switch b[0] >> 4 {
	case 4:
		n := int(b[0]&15) * 4
		if s := sum(b[:n]); s != 0xffff {
			return fmt.Errorf("IPv4 header sums up to %#x", s)
		}
		if binary.BigEndian.Uint16(b[6:])&0x3fff != 0 {
			return nil
		}
		proto, body, addresses = b[9], b[n:], b[12:20]
	case 6:
		proto, body, addresses = b[6], b[40:], b[8:40]
	default:
		return fmt.Errorf("IP version %d", b[0]>>4)
	}
	pseudo := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(proto))
	switch proto {
	case netem.ProtoICMP:
		pseudo, addresses = nil, nil
	case netem.ProtoUDP:
		if binary.BigEndian.Uint16(body[6:]) == 0 {
			return fmt.Errorf("UDP without a checksum")
		}
	case 44: // IPv6 fragment
		return nil
	case netem.ProtoTCP, netem.ProtoICMPv6:
	default:
		return fmt.Errorf("protocol %d", proto)
	}
	if s := sum(pseudo, addresses, body); s != 0xffff {
		return fmt.Errorf("protocol %d sums up to %#x", proto, s)
	}
	return nil
}

// check wants every packet to be a valid one of at most mtu bytes. It returns the largest and the protocols that were
// seen, in rising order.
func (w *wire) check(t *testing.T, mtu int) (largest int, protos []int) {
	t.Helper()
	for _, p := range w.packets {
		if err := checksums(p.Data); err != nil || p.Size() > mtu {
			t.Fatalf("packet %d of %d bytes: %v", p.ID, p.Size(), err)
		}
		largest = max(largest, p.Size())
		proto := int(p.Data[9])
		if p.Data[0]>>4 == 6 {
			proto = int(p.Data[6])
		}
		if !slices.Contains(protos, proto) {
			protos = append(protos, proto)
		}
	}
	slices.Sort(protos)
	return largest, protos
}

func TestPacketsFitTheMTUAndTheirChecksumsAreRight(t *testing.T) {
	for _, c := range []struct {
		mtu  int
		ipv6 bool
	}{
		{576, false}, {1280, false}, {1500, false}, {9000, false}, {1280, true}, {1500, true}, {9000, true},
	} {
		t.Run(fmt.Sprintf("MTU %d IPv6 %v", c.mtu, c.ipv6), func(t *testing.T) {
			for _, network := range []string{"tcp", "udp"} {
				var seen wire
				w := newWorld(t, WorldConfig{Seed: 1, MTU: c.mtu, IPv6: c.ipv6}, bad, bad, &seen)
				echo(t, w, network)
				w.Start(func() {
					conn, sent := dial(t, w, network), noise(7, 20_000)
					defer conn.Close()
					got := make([]byte, len(sent))
					for range 5 { // datagrams of 20,000 bytes go in fragments, and few arrive whole
						conn.Write(sent)
						conn.SetReadDeadline(w.Client.Now().Add(time.Minute))
						if n, err := io.ReadFull(conn, got); network == "tcp" && (n != len(sent) || err != nil) {
							t.Errorf("read %d, %v", n, err)
						} else if err == nil && !bytes.Equal(got, sent) {
							t.Error("what came is not what was sent")
						}
					}
				})
				play(t, w)
				// A fragment holds a multiple of 8 bytes: up to 7 stay free. A segment keeps room for three SACK blocks.
				room := map[string]int{"udp": 7, "tcp": 28}[network]
				if largest, _ := seen.check(t, c.mtu); largest < c.mtu-room {
					t.Errorf("%s: the largest packet has %d bytes, want %d", network, largest, c.mtu)
				}
			}
		})
	}
}

// A world has no routers, no neighbours and no names to look for: nobody speaks but to answer or be answered.
func TestHostsSendNothingOfTheirOwnAccord(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("IPv6 %v", ipv6), func(t *testing.T) {
			var seen wire
			w := newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, bad, bad, &seen)
			w.Start(func() { w.Client.Sleep(time.Hour) })
			play(t, w)
			if n := len(seen.packets); n > 0 {
				t.Fatalf("%d packets in an hour with nothing to say, the first is %x", n, seen.packets[0].Data)
			}

			w = newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, bad, bad, &seen)
			echo(t, w, "tcp")
			echo(t, w, "udp")
			closed, open := net.JoinHostPort(w.Server.config.Addr.String(), "8"), w.at()
			for _, network := range []string{"tcp", "udp"} {
				w.Start(func() {
					for i := range 50 {
						address := open
						if i%10 == 0 {
							address = closed
						}
						c, err := w.Client.Dial(by{t.Context(), w.Client.Now().Add(time.Minute)}, network, address)
						if err != nil {
							continue
						}
						c.Write([]byte("hello"))
						c.SetReadDeadline(w.Client.Now().Add(time.Second))
						c.Read(make([]byte, 10))
						c.Close()
					}
				})
			}
			play(t, w)
			want := []int{netem.ProtoICMP, netem.ProtoTCP, netem.ProtoUDP}
			if ipv6 {
				want = []int{netem.ProtoTCP, netem.ProtoUDP, netem.ProtoICMPv6}
			}
			if _, protos := seen.check(t, 1500); !slices.Equal(protos, want) {
				t.Errorf("protocols %v, want %v", protos, want)
			}
			for _, p := range seen.packets { // ICMP only says that a port is closed (type 3, code 3; in v6 type 1, code 4)
				switch b := p.Data; {
				case b[0]>>4 == 4 && b[9] == netem.ProtoICMP && (b[20] != 3 || b[21] != 3),
					b[0]>>4 == 6 && b[6] == netem.ProtoICMPv6 && (b[40] != 1 || b[41] != 4) && b[40] != 4:
					t.Errorf("ICMP %x", b)
				}
			}
		})
	}
}

// One datagram in five has a bit turned over, in whatever place. 2,000 datagrams each way.
func TestACorruptDatagramIsNeverRead(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("IPv6 %v", ipv6), func(t *testing.T) {
			const n = 2000
			var seen wire
			w := newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, delay+" corrupt 20%", delay+" corrupt 20%", &seen)
			echo(t, w, "udp")
			read := 0
			w.Start(func() {
				c := dial(t, w, "udp")
				b := make([]byte, 2000)
				for i := range n {
					sent := noise(uint64(i), 10+i%1400)
					c.Write(sent)
					c.SetReadDeadline(w.Client.Now().Add(2 * rtt))
					switch k, err := c.Read(b); {
					case err == nil && bytes.Equal(b[:k], sent):
						read++
					case err == nil:
						t.Errorf("datagram %d: read %x", i, b[:k])
					}
				}
			})
			play(t, w)
			// 64 % come through both ways intact: 1,280 ± 5 standard errors of 21. Harmless flips add a few: in IPv6 the
			// hop limit, the traffic class and the flow label are covered by no checksum, 36 bits of some 6,000.
			if read < 1280-107 || read > 1280+107+20 {
				t.Errorf("%d of %d were read", read, n)
			}
		})
	}
}

// As above, over TCP: what is damaged is thrown away, counted and sent again.
func TestACorruptSegmentIsNeverRead(t *testing.T) {
	w := newWorld(t, WorldConfig{Seed: 1}, delay+" corrupt 20%", delay+" corrupt 20%", nil)
	sent := noise(1, 500_000)
	connected(t, w, "tcp",
		func(c net.Conn) { c.Write(sent) },
		func(c net.Conn) {
			if got, err := io.ReadAll(c); !bytes.Equal(got, sent) || err != nil {
				t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
			}
		})
	// 345 data segments and those sent again: a fifth of about 430 arrive damaged, but for the few hits of the IP header,
	// which the IP layer counts.
	if n := w.Server.Stats().ChecksumErrors; n < 50 || n > 130 {
		t.Errorf("%d segments had a wrong checksum", n)
	}
}
