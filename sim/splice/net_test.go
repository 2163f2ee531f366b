package splice

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"lossylab/netem"
)

// rig is a Net for a test, and what is wrong with it when the test is over.
type rig struct {
	*Net
	t    testing.TB
	told atomic.Int64
}

// newRig returns a Net whose link is spec in both directions.
func newRig(t testing.TB, spec string) *rig {
	t.Helper()
	r := &rig{t: t}
	up, down := stages(t, spec)
	r.Net = NewNet(NetConfig{MTU: 1500, CC: "cubic", Seed: 1, Idle: time.Hour, Clients: 20000, Connections: 1000, Forgetful: true,
		Tell: func(err error) { r.told.Add(1); t.Log(err) }}, up, down, spec == "")
	t.Cleanup(r.Close)
	return r
}

func stages(t testing.TB, spec string) (up, down netem.Stage) {
	t.Helper()
	s, err := netem.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	up, err = netem.NewStage("up", s, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if down, err = netem.NewStage("down", s, 1, nil); err != nil {
		t.Fatal(err)
	}
	return up, down
}

// listen announces on a port of this machine.
func listen(t testing.TB) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// tcp puts the link in front of a server, and returns where clients connect.
func (r *rig) tcp(server net.Addr) string {
	r.t.Helper()
	l := listen(r.t)
	err := r.TCP(l, 80, func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", server.String())
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return l.Addr().String()
}

// dial connects a client.
func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// echo is a server that sends back what it gets, and ends when its client has.
func echo(t testing.TB) net.Addr {
	l := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	return l.Addr()
}

// noise returns n bytes that are the same for a seed.
func noise(n int, seed uint64) []byte {
	b, rng := make([]byte, n), rand.NewChaCha8([32]byte{byte(seed)})
	rng.Read(b)
	return b
}

// Whatever the link does, all bytes come, in order, and the end of the stream behind them.
func TestNoByteIsEverMissing(t *testing.T) {
	for _, spec := range []string{
		"",
		"delay 1ms",
		"loss 10%",
		"rate 20mbit limit 20 delay 2ms 1ms loss 3% reorder 5% by 3 duplicate 3% corrupt 2%",
		`tc "delay 1ms loss 5% duplicate 2%"`,
		"mtu 700",
	} {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, spec)
			c := dial(t, r.tcp(echo(t)))
			sent := noise(300_000, 1)
			go func() {
				c.Write(sent)
				c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, sent) {
				t.Fatalf("%d of %d bytes came back, equal: %v; %v", len(got), len(sent), bytes.Equal(got, sent), err)
			}
			if n := r.State().TCP[0]; n.BytesUp != 300_000 || n.BytesDown != 300_000 || n.Connected != 1 || n.Reset != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func addrPort(a net.Addr) netip.AddrPort { return netip.MustParseAddrPort(a.String()) }

func BenchmarkSplice(b *testing.B) {
	r := newRig(b, "")
	l := listen(b)
	got := make(chan int64)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		n, _ := io.Copy(io.Discard, c)
		got <- n
	}()
	c := dial(b, r.tcp(l.Addr()))
	buf := make([]byte, 128<<10)
	b.SetBytes(int64(len(buf)))
	b.ResetTimer()
	for range b.N {
		c.Write(buf)
	}
	c.CloseWrite()
	if n := <-got; n != int64(b.N*len(buf)) {
		b.Fatal(n)
	}
	b.Log(r.State())
}
