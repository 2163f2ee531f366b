package netstack

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"lossylab/netem"
)

// datagrams sends datagrams of the sizes one after the other and returns how much of each was read back.
func datagrams(t *testing.T, w *World, sizes ...int) (read []int) {
	t.Helper()
	echo(t, w, "udp")
	w.Start(func() {
		c := dial(t, w, "udp")
		defer c.Close()
		got := make([]byte, 65536)
		for i, n := range sizes {
			sent := noise(uint64(i), n)
			c.Write(sent)
			c.SetReadDeadline(w.Client.Now().Add(time.Second))
			k, err := c.Read(got)
			if err == nil && !bytes.Equal(got[:k], sent) {
				t.Errorf("datagram %d came back as something else", i)
			}
			read = append(read, k)
		}
	})
	play(t, w)
	return read
}

// Over IPv4, the link fragments what fits the host's MTU, and again what the host has fragmented: 8000 bytes leave in six
// packets, of which five are cut in two.
func TestUDPIsFragmentedOnTheWay(t *testing.T) {
	var seen tooBigLog
	w := newWorld(t, WorldConfig{Seed: 1}, "mtu 1400 delay 10ms", delay, &seen)
	sizes := []int{10, 1372, 1373, 1472, 1473, 8000}
	if read := datagrams(t, w, sizes...); !slices.Equal(read, sizes) {
		t.Errorf("read %v, want %v", read, sizes)
	}
	if got, want := seen.kinds[netem.Fragmented], 1+1+1+5; got != want || seen.kinds[netem.Fragment] != 2*want {
		t.Errorf("%d fragmented into %d, want %d into two each", got, seen.kinds[netem.Fragment], want)
	}
}

// A datagram in three fragments arrives if all three do: at 10 % loss, 73 % of them. 2,000 datagrams, 5 standard errors
// of 20.
func TestALostFragmentLosesTheDatagram(t *testing.T) {
	w := newWorld(t, WorldConfig{Seed: 1}, "mtu 576 delay 10ms loss 10%", delay, nil)
	n := 0
	for _, k := range datagrams(t, w, slices.Repeat([]int{1400}, 2000)...) {
		if k > 0 {
			n++
		}
	}
	if n < 1458-100 || n > 1458+100 {
		t.Errorf("%d of 2000 arrived, want 1458", n)
	}
	// The stack's IDs are random. About 8 datagrams wait in vain for 30 s, each for a chance of 1 in 65,536 with every
	// other one to be joined to its parts (RFC 4963): a fourth of one is to be expected.
	if s := w.Server.stack.Stats().UDP.ChecksumErrors.Value(); s > 3 {
		t.Errorf("%d were made of parts of others", s)
	}
}

// Over IPv6, the first datagram that is too big is lost, and the host fragments those that come later.
func TestUDPOverIPv6LearnsThePathsMTU(t *testing.T) {
	var seen tooBigLog
	w := newWorld(t, WorldConfig{Seed: 1, IPv6: true}, "mtu 1400 delay 10ms", delay, &seen)
	if read, want := datagrams(t, w, 10, 1400, 1400, 8000), []int{10, 0, 1400, 8000}; !slices.Equal(read, want) {
		t.Errorf("read %v, want %v", read, want)
	}
	if len(seen.answered) != 1 || w.Client.nic.path != 1400 || w.Server.nic.path != 0 {
		t.Errorf("%d answers, the paths' MTUs are %d and %d", len(seen.answered), w.Client.nic.path, w.Server.nic.path)
	}
}

// What the stack does by itself, and why pmtu.go is there: over IPv4 it sets Don't Fragment on datagrams, and gives the
// fragments that it makes itself that flag and the ID 0; over IPv6 it forgets what it was told.
func TestUDPOfTheStackAsItIs(t *testing.T) {
	var seen tooBigLog
	w := newWorld(t, WorldConfig{Seed: 1}, delay, delay, &seen)
	w.Start(func() {
		var q waiter.Queue
		ep, err := w.Client.stack.NewEndpoint(udp.ProtocolNumber, w.Client.protocol(), &q)
		if err != nil {
			t.Fatal(err)
		}
		defer ep.Close()
		to, _ := w.Client.remote(w.at())
		for _, n := range []int{100, 3000, 3000} {
			if _, err := ep.Write(bytes.NewReader(make([]byte, n)), tcpip.WriteOptions{To: &to}); err != nil {
				t.Error(err)
			}
		}
	})
	play(t, w)
	for i, e := range seen.up {
		if b := e.Packet.Data; binary.BigEndian.Uint16(b[4:]) != 0 || b[6]&0x40 == 0 {
			t.Errorf("packet %d has ID and flags %x: is letFragment still needed?", i, b[4:8])
		}
	}
	if len(seen.up) != 7 {
		t.Errorf("%d packets, want one and twice three", len(seen.up))
	}

	seen = tooBigLog{}
	w = newWorld(t, WorldConfig{Seed: 1, IPv6: true}, "mtu 1400 delay 10ms", delay, &seen)
	w.Start(func() {
		c := dial(t, w, "udp")
		for range 5 {
			c.Write(make([]byte, 1400))
			w.Client.Sleep(time.Second)
			w.Client.nic.path = 0
		}
	})
	play(t, w)
	if len(seen.answered) != 5 {
		t.Errorf("%d of 5 datagrams were too big: is learn still needed?", len(seen.answered))
	}
}

// Messages that no router could have sent teach nothing.
func TestWhatTeachesNoMTU(t *testing.T) {
	good := func() []byte { // Packet Too Big from fd00::fe about a datagram of the client's
		b := make([]byte, 48+48)
		b[0], b[6], b[7] = 0x60, netem.ProtoICMPv6, 64
		b[5] = byte(len(b) - 40)
		copy(b[40:], []byte{2, 0, 0, 0, 0, 0, 5, 0x14}) // 1300
		b[48], b[54] = 0x60, netem.ProtoUDP
		b[56], b[71], b[72], b[87] = 0xfd, 1, 0xfd, 2
		return b
	}
	for name, change := range map[string]func(p *netem.Packet){
		"nothing wrong":     func(p *netem.Packet) {},
		"corrupt":           func(p *netem.Packet) { p.Corrupt = true },
		"cut":               func(p *netem.Packet) { p.Data = p.Data[:87] },
		"no ICMP":           func(p *netem.Packet) { p.Data[6] = netem.ProtoUDP },
		"another type":      func(p *netem.Packet) { p.Data[40] = 1 },
		"below the minimum": func(p *netem.Packet) { p.Data[46] = 4 },
		"more than ours":    func(p *netem.Packet) { p.Data[46] = 6 },
		"about IPv4":        func(p *netem.Packet) { p.Data[48] = 0x45 },
		"about TCP":         func(p *netem.Packet) { p.Data[54] = netem.ProtoTCP },
		"about another's":   func(p *netem.Packet) { p.Data[71] = 2 },
	} {
		w := newWorld(t, WorldConfig{Seed: 1, IPv6: true}, delay, delay, nil)
		p := &netem.Packet{ID: 1, Data: good()}
		change(p)
		want := uint32(0)
		if name == "nothing wrong" {
			want = 1300
		}
		if w.Client.nic.learn(p); w.Client.nic.path != want {
			t.Errorf("%s: the path's MTU is %d, want %d", name, w.Client.nic.path, want)
		}
	}
}
