package match

import (
	"bytes"
	"errors"
	"lossylab/netem"
	"testing"
	"time"

	"lossylab/report/capturefile"
)

// What makes a comparison impossible is told with the file's name.
func TestFaults(t *testing.T) {
	l := newLink(t, "", kinds["udp"], 10, time.Millisecond, 0)
	good, other := captureIn("good", l.received.Bytes()), newLink(t, "", kinds["tcp"], 10, time.Millisecond, 0)
	header := l.received.Bytes()[:24]
	wireless := append([]byte(nil), l.received.Bytes()...)
	wireless[20] = 105
	torn := append([]byte(nil), l.received.Bytes()...)
	torn[24+11] = 0xff // in the captured length of the first record
	simple := append([]byte(nil), l.sent.Bytes()...)
	simple = simple[:bytes.Index(simple, []byte{6, 0, 0, 0})]
	simple = append(simple, 3, 0, 0, 0, 16+40, 0, 0, 0, 40, 0, 0, 0)
	simple = append(append(append(simple, make([]byte, 12)...), 8, 0), ipv4(1, UDP, udp(1, 0))[:26]...)
	simple = append(simple, 16+40, 0, 0, 0)
	for _, c := range []struct {
		name           string
		sent, received Capture
		f              Filter
		want           string
	}{
		{"no packets", captureIn("empty", header), good, Filter{}, "empty: the capture holds no packets"},
		{"no packets there", good, captureIn("empty", header), Filter{}, "empty: the capture holds no packets"},
		{"no capture", captureIn("text", []byte("hello")), good, Filter{}, "text: not a capture: it begins with 68656c6c, which neither pcap nor pcapng does"},
		{"link type", good, captureIn("wireless", wireless), Filter{},
			"wireless: frames of link type 105: IP packets are found in Ethernet, raw IP, Linux cooked and BSD loopback captures"},
		{"fault", good, captureIn("torn", torn), Filter{}, "torn: frame 1, at byte 24: a frame of which 4278190522 bytes were captured: no frame is that long, so this is no record"},
		{"no time", captureIn("simple", simple), good, Filter{}, "simple: frame 1 has no time, as Simple Packet Blocks have none: packets cannot be matched without"},
		{"nothing sent", good, good, Filter{Port: 1}, ErrNothingSent.Error()},
		{"nothing common", good, captureIn("other", other.received.Bytes()), Filter{}, ErrNothingCommon.Error()},
		{"nothing common of UDP", good, captureIn("other", other.received.Bytes()), Filter{Proto: UDP}, ErrNothingCommon.Error()},
	} {
		_, err := Compare(c.sent, c.received, c.f, Config{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	var at *capturefile.Error
	if _, err := Compare(captureIn("torn", torn), good, Filter{}, Config{}); !errors.As(err, &at) || at.Frame != 1 {
		t.Errorf("%v", err)
	}
	if _, err := FindSender(captureIn("torn", torn), Filter{}); !errors.As(err, &at) {
		t.Errorf("%v", err)
	}
}

func TestEdges(t *testing.T) {
	for _, c := range []struct {
		r           Result
		first, last int
	}{
		{Result{Sent: 9}, 0, 0},
		{Result{Sent: 9, Lost: netem.PacketSet{{First: 2, Last: 8}}}, 0, 0},
		{Result{Sent: 9, Lost: netem.PacketSet{{First: 1, Last: 3}, {First: 9, Last: 9}}}, 3, 1},
		{Result{Sent: 9, Lost: netem.PacketSet{{First: 1, Last: 9}}}, 9, 9},
	} {
		if first, last := c.r.Edges(); first != c.first || last != c.last {
			t.Errorf("%+v: %d, %d", c.r, first, last)
		}
	}
}

// Two points choose the same samples of any number of packets, and so learn how their clocks differ.
func TestSamples(t *testing.T) {
	var a, b samples
	for i := range int64(500_000) {
		d := begin.word(uint64(i))
		a.add(d, Point{i * 1000, int(i)})
		if i%3 > 0 {
			b.add(d, Point{i*1000 + 5_000_000 + i%7, int(i)})
		}
	}
	if n := a.n; n > maxSamples || n < maxSamples/4 {
		t.Errorf("%d samples", n)
	}
	if got, ok := a.shift(&b); !ok || got != 5_000_000 {
		t.Errorf("shift %d %v", got, ok)
	}
	for i := range int64(500_000) { // now all has been there twice
		if i%3 > 0 {
			b.add(begin.word(uint64(i)), Point{})
		}
	}
	if got, ok := a.shift(&b); ok {
		t.Errorf("shift %d", got)
	}
}
