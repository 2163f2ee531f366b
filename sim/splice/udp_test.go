package splice

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// udpSocket opens a socket of this machine.
func udpSocket(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// udp puts the link in front of a server, and returns where clients send to.
func (r *rig) udp(server net.Addr) *net.UDPAddr {
	c := udpSocket(r.t)
	r.UDP(c, addrPort(server))
	return c.LocalAddr().(*net.UDPAddr)
}

// upper is a server that returns each datagram in upper case.
func upper(t testing.TB) net.Addr {
	c := udpSocket(t)
	go func() {
		buf := make([]byte, 65535)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			c.WriteToUDPAddrPort(bytes.ToUpper(buf[:n]), from)
		}
	}()
	return c.LocalAddr()
}

// ask sends a datagram until an answer comes, since any may be lost.
func ask(t testing.TB, c *net.UDPConn, what string) string {
	t.Helper()
	buf := make([]byte, 65535)
	for range 2000 {
		c.Write([]byte(what))
		c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if n, err := c.Read(buf); err == nil {
			return string(buf[:n])
		}
	}
	t.Fatal("no answer")
	return ""
}

func client(t testing.TB, to *net.UDPAddr) *net.UDPConn {
	t.Helper()
	c, err := net.DialUDP("udp", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Datagrams of any length come through, both ways, each to its own client.
func TestDatagramsComeAndGo(t *testing.T) {
	for _, spec := range []string{"", "delay 2ms 1ms", "loss 30% duplicate 20% corrupt 10%", "mtu 600", `tc "delay 1ms"`} {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, spec)
			at := r.udp(upper(t))
			a, b := client(t, at), client(t, at)
			for i, c := range []*net.UDPConn{a, b, a, b} {
				what := fmt.Sprintf("client %d ", i) + string(bytes.Repeat([]byte("x"), i*1500))
				for got := ""; got != string(bytes.ToUpper([]byte(what))); { // an answer to an earlier question may come late
					got = ask(t, c, what)
					if i < 2 && got[:8] != fmt.Sprintf("CLIENT %d", i) {
						t.Fatalf("client %d got %q", i, got)
					}
				}
			}
			if n := r.State().UDP[0]; n.Clients != 2 || n.Forgotten != 0 || n.FromServer < n.ToClient/2 {
				t.Errorf("%+v", n)
			}
		})
	}
}

// Client and server may be of different families, and all the addresses of this machine be listened on.
func TestFamiliesMeet(t *testing.T) {
	r := newRig(t, "corrupt 5% duplicate 5%")
	for _, at := range []string{"[::1]:0", "[::]:0"} {
		a, err := net.ResolveUDPAddr("udp", at)
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.ListenUDP("udp", a)
		if err != nil {
			t.Fatalf("this machine has no IPv6: %v", err)
		}
		r.UDP(l, addrPort(upper(t)))
		port := l.LocalAddr().(*net.UDPAddr).Port
		for _, ip := range []net.IP{net.IPv6loopback, net.IPv4(127, 0, 0, 1)} {
			if at == "[::1]:0" && ip.To4() != nil {
				continue
			}
			if got := ask(t, client(t, &net.UDPAddr{IP: ip, Port: port}), "six and four"); got != "SIX AND FOUR" {
				t.Errorf("%s from %s: %q", at, ip, got)
			}
		}
	}
}

// flood sends n numbered datagrams through the link and returns those that come to the server. Each hundred has arrived or is
// lost before the next comes, or sockets would overflow.
func flood(t *testing.T, r *rig, n int) (got []int) {
	t.Helper()
	server := udpSocket(t)
	c := client(t, r.udp(server.LocalAddr()))
	for i := range n {
		c.Write([]byte{byte(i >> 8), byte(i)})
		if i%100 != 99 {
			continue
		}
		for r.State().UDP[0].FromClient < uint64(i+1) || !r.Idle() {
			runtime.Gosched()
		}
		for b := make([]byte, 10); uint64(len(got)) < r.State().UDP[0].ToServer; {
			server.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := server.Read(b); err != nil {
				t.Fatalf("%d came: %v", len(got), err)
			}
			got = append(got, int(b[0])<<8|int(b[1]))
		}
	}
	return got
}

// The link decides what arrives and in which order; the relay adds and takes nothing.
func TestOnlyTheLinkLosesAndReorders(t *testing.T) {
	const n = 1000
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	t.Run("in order", func(t *testing.T) {
		for _, spec := range []string{"", "delay 3ms"} {
			if got := flood(t, newRig(t, spec), n); !slices.Equal(got, all) {
				t.Errorf("%q: %d came, in order: %v", spec, len(got), slices.IsSorted(got))
			}
		}
	})
	t.Run("every tenth", func(t *testing.T) {
		want := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return i%10 == 9 })
		if got := flood(t, newRig(t, "loss every 10"), n); !slices.Equal(got, want) {
			t.Errorf("%d came", len(got))
		}
	})
	t.Run("twice", func(t *testing.T) {
		got := flood(t, newRig(t, "duplicate 100%"), n)
		if len(got) != 2*n || !slices.Equal(slices.Compact(got), all) {
			t.Errorf("%d came", len(got))
		}
	})
	t.Run("a fault", func(t *testing.T) { // the third datagram is overtaken by two
		got := flood(t, newRig(t, "delay datagram 3 by 2"), n)
		if !slices.Equal(got[:6], []int{0, 1, 3, 4, 2, 5}) {
			t.Errorf("first came %v", got[:6])
		}
	})
	t.Run("corrupt", func(t *testing.T) {
		r := newRig(t, "corrupt datagram 1-5")
		if got := flood(t, r, n); !slices.Equal(got, all[5:]) || r.State().UDP[0].Corrupt != 5 {
			t.Errorf("%d came, %+v", len(got), r.State().UDP)
		}
	})
}

// 10,000 clients have a socket each, are told apart, and are forgotten when they are silent.
func TestTenThousandClients(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 20,000 sockets")
	}
	const n = 10_000
	r := newRig(t, "")
	at := r.udp(upper(t))
	before := runtime.NumGoroutine()
	sources := map[string]bool{}
	for i := range n {
		c, err := net.DialUDP("udp", nil, at)
		if err != nil {
			t.Fatal(err)
		}
		sources[c.LocalAddr().String()] = true
		what := fmt.Sprintf("hello from %d", i)
		if got := ask(t, c, what); got != string(bytes.ToUpper([]byte(what))) {
			t.Fatalf("client %d got %q", i, got)
		}
		c.Close()
	}
	s := r.State().UDP[0]
	if s.Clients != uint64(len(sources)) || s.Forgotten != 0 || s.ToClient < n {
		t.Errorf("%d ports, %+v", len(sources), s)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if m.HeapInuse > 200<<20 {
		t.Errorf("%d MB for %d clients", m.HeapInuse>>20, n)
	}
	r.Close()
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// Of more clients than may be remembered, who was idle longest is forgotten; and all are in time.
func TestClientsAreForgotten(t *testing.T) {
	up, down := stages(t, "")
	n := NewNet(NetConfig{MTU: 1500, CC: "cubic", Idle: 50 * time.Millisecond, Clients: 2, Connections: 1, Tell: func(error) {}}, up, down, true)
	r := &rig{Net: n, t: t}
	t.Cleanup(n.Close)
	at := r.udp(upper(t))
	for i := range 5 {
		if got := ask(t, client(t, at), "x"); got != "X" {
			t.Fatalf("client %d got %q", i, got)
		}
	}
	s := n.State().UDP[0]
	if s.Clients < 5 || s.Clients-s.Forgotten > 2 { // more if one was forgotten before it had its answer
		t.Errorf("%+v", s)
	}
	for ; s.Forgotten < s.Clients; s = n.State().UDP[0] {
		time.Sleep(time.Millisecond)
	}
}

// A server that is not there is told and counted, and nothing ends: when it comes, it is found.
func TestAnAbsentServerIsToldOf(t *testing.T) {
	r := newRig(t, "")
	absent := udpSocket(t)
	addr := absent.LocalAddr().(*net.UDPAddr)
	absent.Close()
	c := client(t, r.udp(addr))
	for r.State().UDP[0].Refused == 0 {
		c.Write([]byte("anybody?"))
		time.Sleep(time.Millisecond)
	}
	if r.told.Load() == 0 {
		t.Error("nobody was told")
	}
	server, err := net.ListenUDP("udp", addr)
	if err != nil {
		t.Logf("the rest is left out, somebody else has the port: %v", err)
		return
	}
	defer server.Close()
	for b := make([]byte, 10); ; {
		c.Write([]byte("now?"))
		server.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if n, err := server.Read(b); err == nil && string(b[:n]) == "now?" {
			break
		}
	}
}

// A change of the link holds for what is sent after it, and what is under way arrives.
func TestAChangeTakesNothingAway(t *testing.T) {
	r := newRig(t, "delay 300ms")
	server := udpSocket(t)
	c := client(t, r.udp(server.LocalAddr()))
	write := func(text string) {
		before := r.State().UDP[0].FromClient
		c.Write([]byte(text))
		for r.State().UDP[0].FromClient == before {
			runtime.Gosched()
		}
	}
	write("slow")
	up, _ := stages(t, "")
	r.Change(up, nil, func(netem.Time) bool { return false })
	write("fast")
	var got []string
	for b := make([]byte, 10); len(got) < 2; {
		n, err := server.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b[:n]))
	}
	for r.State().UDP[0].ToServer < 2 {
		runtime.Gosched()
	}
	if !slices.Contains(got, "slow") || !slices.Contains(got, "fast") {
		t.Errorf("came: %v", got)
	}
}
