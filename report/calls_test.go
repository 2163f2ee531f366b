package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"lossylab/netem"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"":                             `""`,
		"hello\r\n\x00\xff\x1b[31m\"":  `"hello\r\n\x00\xff\x1b[31m\""`,
		strings.Repeat("x", 32):        `"` + strings.Repeat("x", 32) + `"`,
		strings.Repeat("x", 33):        `"` + strings.Repeat("x", 32) + `"...`,
		strings.Repeat("x", 31) + "üü": `"` + strings.Repeat("x", 31) + `"...`, // not within a letter
		strings.Repeat("\xbf", 40):     `"` + strings.Repeat(`\xbf`, 32) + `"...`,
	} {
		if got := Quote([]byte(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// The recorder keeps the first calls and counts all.
func TestCallsAreBounded(t *testing.T) {
	c := NewCollector("udp", "", "", false)
	for i := range 5 {
		n, kept := c.CallBegan(Call{Host: "client", Name: "send", FD: 3, Begin: netem.Time(i)}, 3)
		if kept != (i < 3) {
			t.Errorf("call %d kept: %v", i, kept)
		}
		if kept && i != 1 {
			c.CallEnded(n, Call{Host: "client", Name: "send", FD: 3, Begin: netem.Time(i), End: netem.Time(i), Result: "1"})
		}
	}
	f, _ := c.Finish(10, false)
	if len(f.Calls) != 3 || f.CallTotal != 5 || f.Calls[1].End != -1 || f.Calls[1].Result != "?" || f.Calls[2].Result != "1" {
		t.Errorf("%d of %d: %+v", len(f.Calls), f.CallTotal, f.Calls)
	}
	var b strings.Builder
	if err := WriteCalls(&b, []*Flow{f}); err != nil {
		t.Fatal(err)
	}
	const want = "run,host,program,call,arguments,result,begin_s,end_s\nudp,client,0,send,3,1,0.000000000,0.000000000\n" +
		"udp,client,0,send,3,?,0.000000001,\nudp,client,0,send,3,1,0.000000002,0.000000002\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

// rowsText writes the rows of a diagram: the side, what is called or returns, and the packet.
func rowsText(l *callLadder) string {
	var b strings.Builder
	for _, r := range l.rows {
		b.WriteString(map[bool]string{true: "client", false: "server"}[r.client])
		if r.call >= 0 {
			fmt.Fprintf(&b, " %s", l.calls[r.call].Name)
		}
		if r.returns {
			b.WriteString(" returns")
		}
		if r.packet >= 0 {
			fmt.Fprintf(&b, " %s %s", l.transits[r.packet].Label, map[bool]string{true: "arrives", false: "leaves"}[r.arrival])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// A call and the packet that it sends are one row, and so are a packet and the call that it lets return; what one host does at
// an instant and the other host at the same are two.
func TestRowsOfCallsAndPackets(t *testing.T) {
	f := &Flow{Proto: "udp", Clients: 1, Packets: []Transit{
		{Up: true, Label: "datagram 1", Sent: 10, Arrived: 20, port: 5, sentAt: 3, arriveAt: 5},
		{Label: "datagram 2", Sent: 20, Arrived: 30, port: 5, sentAt: 8, arriveAt: 10},
		{Up: true, Label: "another's", Sent: 20, Arrived: 30, port: 6, sentAt: 100, arriveAt: 101},
	}, Calls: []Call{
		{Host: "server", Name: "recvfrom", Begin: 10, End: 20, Result: "1", begun: 1, ended: 6},
		{Host: "client", Name: "send", Begin: 10, End: 10, Result: "1", begun: 2, ended: 4},
		{Host: "server", Name: "sendto", Begin: 20, End: 20, Result: "1", begun: 7, ended: 9},
		{Host: "client", Name: "recv", Begin: 20, End: 30, Result: "1", begun: 9, ended: 11},
	}}
	for i := range f.Calls {
		if c := &f.Calls[i]; c.Host == "server" {
			c.Peer = addrPort(5)
		}
	}
	f.Calls = append(f.Calls, Call{Host: "server", Name: "recvfrom", Begin: 30, End: 30, Peer: addrPort(6), begun: 102, ended: 103})
	const want = "server recvfrom\nclient send datagram 1 leaves\nserver recvfrom returns datagram 1 arrives\nserver sendto datagram 2 leaves\n" +
		"client recv\nclient recv returns datagram 2 arrives\n"
	if got := rowsText(newCallLadder(f)); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Of several TCP clients, the diagram has the first one's accept and connection, also when its descriptor is used again.
func TestRowsOfTheFirstClient(t *testing.T) {
	var calls []Call
	server := func(name string, fd int, port uint16, fresh int) {
		n := 2 * len(calls)
		calls = append(calls, Call{Host: "server", Name: name, FD: fd, NewFD: fresh, Begin: netem.Time(n), End: netem.Time(n), begun: n, ended: n + 1})
		if port > 0 {
			calls[len(calls)-1].Peer = addrPort(port)
		}
	}
	server("listen", 3, 0, 0)
	server("accept", 3, 6, 4) // the second client was faster
	server("accept", 3, 5, 5)
	server("recv", 4, 0, 0)
	server("recv", 5, 0, 0)
	server("close", 5, 0, 0)
	server("accept", 3, 7, 5)
	server("send", 5, 0, 0)
	f := &Flow{Proto: "tcp", Packets: []Transit{{Up: true, Label: "SYN", Arrived: -1, Lost: true, port: 5, sentAt: 1000}}, Calls: calls}
	const want = "server listen\nserver accept\nserver recv\nserver close\nclient SYN leaves\n"
	if got := rowsText(newCallLadder(f)); got != want {
		t.Errorf("got\n%s", got)
	}
}

func addrPort(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), port)
}
