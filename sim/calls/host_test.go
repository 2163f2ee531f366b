package calls_test

import (
	"context"
	"fmt"
	"io"

	"os"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/calls"
	"lossylab/sim/netstack"
)

var _ sim.Host = (*calls.Host)(nil)

// diary writes down calls at their beginnings and ends, times in ms.
type diary struct{ strings.Builder }

func (d *diary) Begin(c *calls.Call) {
	fmt.Fprintf(d, "%d %s %d: %s %d %v %d", c.Begin.Sub(sim.Epoch).Milliseconds(), c.Host, c.Program, c.Name, c.FD, c.Peer, c.Size)
	d.WriteString("\n")
}

func (d *diary) End(c *calls.Call) {
	fmt.Fprintf(d, "%d %s %d: %s = %d %q %v", c.End.Sub(sim.Epoch).Milliseconds(), c.Host, c.Program, c.Name, c.Value, c.Data, c.Err != nil)
	d.WriteString("\n")
}

// play runs a server and a client on hosts whose calls are told, 10 ms apart, and returns what was told.
func play(t *testing.T, server, client func(sim.Host)) string {
	t.Helper()
	stage := func(name string) netem.Stage {
		spec, err := netem.Parse("delay 10ms")
		if err != nil {
			t.Fatal(err)
		}
		l, err := netem.NewLink(name, spec, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	w, err := netstack.NewWorld(netstack.WorldConfig{Seed: 1}, stage("up"), stage("down"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	d := &diary{}
	w.Start(func() { server(calls.Trace(w.Server, "server", 0, d)) })
	w.Start(func() { client(calls.Trace(w.Client, "client", 3, d)) })
	if err := w.Run(context.Background(), netem.Time(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestCallsOfAConnection(t *testing.T) {
	got := play(t, func(h sim.Host) {
		l, _ := h.Listen("tcp", ":7")
		c, _ := l.Accept()
		b := make([]byte, 10)
		for {
			n, err := c.Read(b)
			if err == io.EOF {
				break
			}
			c.Write(b[:n])
		}
		c.Close()
		c.Close() // tells of nothing: the descriptor may be another's by now
		l.Close()
	}, func(h sim.Host) {
		if c, err := h.Dial(context.Background(), "tcp", "10.0.0.2:8"); err == nil {
			t.Errorf("connected to %v", c.RemoteAddr())
		}
		c, err := h.Dial(context.Background(), "tcp", "10.0.0.2:7")
		if err != nil {
			t.Error(err)
			return
		}
		c.SetReadDeadline(h.Now().Add(5 * time.Millisecond))
		if _, err := c.Read(nil); err != nil && !strings.Contains(err.Error(), os.ErrDeadlineExceeded.Error()) {
			t.Error(err)
		}
		c.SetReadDeadline(time.Time{})
		c.Write([]byte("hi"))
		c.Read(make([]byte, 4))
		c.(interface{ CloseWrite() error }).CloseWrite()
		c.Close()
	})
	const want = `0 server 0: socket -1 <nil> 0
0 server 0: socket = 3 "" false
0 server 0: bind 3 :7 0
0 server 0: bind = 0 "" false
0 server 0: listen 3 <nil> 0
0 server 0: listen = 0 "" false
0 server 0: accept 3 <nil> 0
0 client 3: socket -1 <nil> 0
0 client 3: socket = 3 "" false
0 client 3: connect 3 10.0.0.2:8 0
20 client 3: connect = 0 "" true
20 client 3: close 3 <nil> 0
20 client 3: close = 0 "" false
20 client 3: socket -1 <nil> 0
20 client 3: socket = 3 "" false
20 client 3: connect 3 10.0.0.2:7 0
40 client 3: connect = 0 "" false
40 client 3: recv 3 <nil> 0
45 client 3: recv = 0 "" true
45 client 3: send 3 <nil> 2
45 client 3: send = 2 "hi" false
45 client 3: recv 3 <nil> 4
50 server 0: accept = 4 "" false
50 server 0: recv 4 <nil> 10
55 server 0: recv = 2 "hi" false
55 server 0: send 4 <nil> 2
55 server 0: send = 2 "hi" false
55 server 0: recv 4 <nil> 10
65 client 3: recv = 2 "hi" false
65 client 3: shutdown 3 <nil> 0
65 client 3: shutdown = 0 "" false
65 client 3: close 3 <nil> 0
65 client 3: close = 0 "" false
75 server 0: recv = 0 "" false
75 server 0: close 4 <nil> 0
75 server 0: close = 0 "" false
75 server 0: close 3 <nil> 0
75 server 0: close = 0 "" false
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestCallsOfDatagrams(t *testing.T) {
	got := play(t, func(h sim.Host) {
		p, _ := h.ListenPacket("udp", ":7")
		_, from, _ := p.ReadFrom(make([]byte, 10))
		p.WriteTo([]byte("HI"), from)
		if _, err := h.ListenPacket("udp", ":7"); err == nil {
			t.Error("bound twice")
		}
		p.Close()
	}, func(h sim.Host) {
		c, _ := h.Dial(context.Background(), "udp", "10.0.0.2:7")
		c.Write([]byte("hi"))
		c.Read(make([]byte, 4))
		c.Close()
	})
	port := func(s string) string { // the stack chooses the client's
		before, rest, _ := strings.Cut(s, "sendto 3 10.0.0.1:")
		_, behind, _ := strings.Cut(rest, " ")
		return before + "sendto 3 10.0.0.1:PORT " + behind
	}
	const want = `0 server 0: socket -1 <nil> 0
0 server 0: socket = 3 "" false
0 server 0: bind 3 :7 0
0 server 0: bind = 0 "" false
0 server 0: recvfrom 3 <nil> 10
0 client 3: socket -1 <nil> 0
0 client 3: socket = 3 "" false
0 client 3: connect 3 10.0.0.2:7 0
0 client 3: connect = 0 "" false
0 client 3: send 3 <nil> 2
0 client 3: send = 2 "hi" false
0 client 3: recv 3 <nil> 4
10 server 0: recvfrom = 2 "hi" false
10 server 0: sendto 3 10.0.0.1:PORT 2
10 server 0: sendto = 2 "HI" false
10 server 0: socket -1 <nil> 0
10 server 0: socket = 4 "" false
10 server 0: bind 4 :7 0
10 server 0: bind = 0 "" true
10 server 0: close 4 <nil> 0
10 server 0: close = 0 "" false
10 server 0: close 3 <nil> 0
10 server 0: close = 0 "" false
20 client 3: recv = 2 "HI" false
20 client 3: close 3 <nil> 0
20 client 3: close = 0 "" false
`
	if port(got) != want {
		t.Errorf("got\n%s", got)
	}
}
