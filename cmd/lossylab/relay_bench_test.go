package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRelayChild is a process of its own, which relays for another test or benchmark; by itself it does nothing.
func TestRelayChild(t *testing.T) {
	args := strings.Fields(os.Getenv("LOSSYLAB_RELAY_CHILD"))
	if len(args) == 0 {
		return
	}
	lazyCollection()
	if args[0] != "plain" {
		ctx, stop := interruptible(os.Exit)
		defer stop()
		os.Exit(run(ctx, args, streams{os.Stdin, os.Stdout, os.Stderr}))
	}
	go plainProxy(args[1], args[2], args[3])
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
	os.Exit(0)
}

// plainProxy forwards and does nothing else: what any relay costs at least.
func plainProxy(proto, listen, server string) {
	if proto == "tcp" {
		l, _ := net.Listen("tcp", listen)
		for {
			c, _ := l.Accept()
			s, _ := net.Dial("tcp", server)
			go func() { io.Copy(s, c); s.(*net.TCPConn).CloseWrite() }()
			go func() { io.Copy(c, s); c.Close() }()
		}
	}
	at, _ := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(listen)))
	at.SetReadBuffer(4 << 20)
	to := map[netip.AddrPort]*net.UDPConn{}
	buf := make([]byte, 65535)
	for {
		n, from, err := at.ReadFromUDPAddrPort(buf)
		s := to[from]
		if s == nil && err == nil {
			s, _ = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(server)))
			to[from] = s
			go func() {
				buf := make([]byte, 65535)
				for {
					n, _ := s.Read(buf)
					at.WriteToUDPAddrPort(buf[:n], from)
				}
			}()
		}
		s.Write(buf[:n])
	}
}

// child starts a relay of its own process. stop ends it and returns the CPU time that it took.
func child(t testing.TB, args ...string) (stop func() time.Duration) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestRelayChild$")
	c.Env = append(os.Environ(), "LOSSYLAB_RELAY_CHILD="+strings.Join(args, " "))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return func() time.Duration {
		c.Process.Signal(os.Interrupt)
		c.Wait()
		return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
}

// freePort returns an address that nobody listens on.
func freePort(t testing.TB, proto string) string {
	t.Helper()
	if proto == "udp" {
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// The proxies that are compared: those of lossylab, and the plain one.
var relayKinds = []struct {
	name string
	args func(proto, listen, server string) []string
}{
	{"plain", func(proto, listen, server string) []string { return []string{"plain", proto, listen, server} }},
	{"relay", func(proto, listen, server string) []string {
		return []string{"relay", "-q", "--link=", proto, listen, server}
	}},
}

// BenchmarkRelayUDP sends datagrams one way, at most so many of them under way, through the plain proxy and the relay in turns:
// packets for each second of the proxy's CPU time.
func BenchmarkRelayUDP(b *testing.B) {
	for _, size := range []int{64, 1400} {
		for round := range 3 {
			for _, kind := range relayKinds {
				b.Run(fmt.Sprintf("%dB/window512/%s/%d", size, kind.name, round), func(b *testing.B) {
					relayDatagrams(b, size, 512, kind.args)
				})
			}
		}
	}
}

// relayDatagrams is one of these.
func relayDatagrams(b *testing.B, size int, window int64, args func(proto, listen, server string) []string) {
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	server.SetReadBuffer(4 << 20)
	at := freePort(b, "udp")
	stop := child(b, args("udp", at, server.LocalAddr().String())...)
	var got atomic.Int64
	go func() {
		buf := make([]byte, 2048)
		for {
			if _, err := server.Read(buf); err != nil {
				return
			}
			got.Add(1)
		}
	}()
	c, err := net.Dial("udp", at)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	msg := make([]byte, size)
	for got.Load() == 0 { // until it is there
		c.Write(msg)
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	first := got.Load()
	b.ResetTimer()
	for i := range int64(b.N) {
		c.Write(msg)
		for n := 0; i+1-(got.Load()-first) >= window && n < 20000; n++ {
			time.Sleep(10 * time.Microsecond)
		}
	}
	time.Sleep(50 * time.Millisecond)
	b.StopTimer()
	cpu := stop()
	b.ReportMetric(float64(got.Load())/cpu.Seconds(), "packets/cpu-s")
	b.ReportMetric(float64(got.Load()-first)/float64(b.N), "arrived")
}

// BenchmarkRelayUDPAnswers asks and awaits the answer, over and over: one datagram is under way at a time. The pauses are those of
// a client that thinks before it asks again.
func BenchmarkRelayUDPAnswers(b *testing.B) {
	for _, pause := range []time.Duration{0, 500 * time.Microsecond} {
		for round := range 3 {
			for _, kind := range relayKinds {
				b.Run(fmt.Sprintf("1400B/pause%v/%s/%d", pause, kind.name, round), func(b *testing.B) {
					relayAnswers(b, 1400, pause, kind.args)
				})
			}
		}
	}
}

// relayAnswers is one of these.
func relayAnswers(b *testing.B, size int, pause time.Duration, args func(proto, listen, server string) []string) {
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	at := freePort(b, "udp")
	stop := child(b, args("udp", at, server.LocalAddr().String())...)
	go func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := server.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			server.WriteToUDPAddrPort(buf[:n], from)
		}
	}()
	c, err := net.Dial("udp", at)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	msg, buf, came := make([]byte, size), make([]byte, size), 0
	ask := func(patience time.Duration) {
		c.Write(msg)
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.Read(buf); err == nil {
			came++
		}
	}
	for came == 0 { // until it is there
		ask(5 * time.Millisecond)
	}
	b.ResetTimer()
	for range b.N {
		ask(time.Second)
		time.Sleep(pause)
	}
	b.StopTimer()
	b.ReportMetric(2*float64(came)/stop().Seconds(), "packets/cpu-s")
	b.ReportMetric(float64(came-1)/float64(b.N), "answered")
}

// BenchmarkRelayTCP sends one stream as fast as it goes: Gbit for each second, and for each of the proxy's CPU time.
func BenchmarkRelayTCP(b *testing.B) {
	for round := range 3 {
		for _, kind := range relayKinds {
			b.Run(kind.name+"/"+strconv.Itoa(round), func(b *testing.B) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				arrived := make(chan int64)
				go func() {
					for {
						c, err := l.Accept()
						if err != nil {
							return
						}
						n, _ := io.Copy(discarder{}, c)
						c.Close()
						arrived <- n
					}
				}()
				at := freePort(b, "tcp")
				stop := child(b, kind.args("tcp", at, l.Addr().String())...)
				var c net.Conn
				for c == nil {
					c, _ = net.Dial("tcp", at)
				}
				msg := make([]byte, 256<<10)
				b.ResetTimer()
				for range b.N {
					c.Write(msg)
				}
				c.(*net.TCPConn).CloseWrite()
				n := <-arrived
				b.StopTimer()
				cpu := stop()
				if n != int64(b.N*len(msg)) {
					b.Fatalf("%d bytes arrived of %d", n, b.N*len(msg))
				}
				b.ReportMetric(float64(n)*8/1e9/b.Elapsed().Seconds(), "Gbit/s")
				b.ReportMetric(float64(n)*8/1e9/cpu.Seconds(), "Gbit/cpu-s")
			})
		}
	}
}

// discarder reads in large pieces, as io.Discard does not.
type discarder struct{}

func (discarder) Write(b []byte) (int, error) { return len(b), nil }

func (discarder) ReadFrom(r io.Reader) (n int64, err error) {
	buf := make([]byte, 256<<10)
	for {
		k, err := r.Read(buf)
		if n += int64(k); err != nil {
			return n, nil
		}
	}
}
