package match

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever a link does to packets of which none is like another, exactly the lost ones are found, by any two clocks.
func TestLinks(t *testing.T) {
	for _, words := range []string{
		"loss 5%",
		"delay 20ms 5ms loss 3% duplicate 3% reorder 5% by 3",
		"rate 2mbit limit 20 delay 5ms loss 2% burst 4",
		"delay 100ms 75ms distribution normal loss 10%",
		"loss 30% delay 2s",
	} {
		for name, k := range kinds {
			t.Run(name+" "+words, func(t *testing.T) {
				skew := -3 * time.Hour
				l := newLink(t, words, k, 1500, 2*time.Millisecond, skew)
				got := l.compare(t, Filter{}, Config{})
				if got.Result.Sent != 1500 || got.Ambiguous > 0 || got.Unknown > 0 || got.Corrupted > 0 || got.Duplicates != l.duplicates {
					t.Errorf("%+v, want %d duplicates", got.Result, l.duplicates)
				}
				if got.MinDelay < int64(skew) || got.MinDelay > int64(skew)+2.1e9 {
					t.Errorf("least difference %v", time.Duration(got.MinDelay))
				}
			})
		}
	}
}

// A packet that arrives with a wrong bit, wherever it is, is not lost.
func TestCorruption(t *testing.T) {
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			f := Filter{From: hostA}
			if strings.HasSuffix(name, "6") {
				f.From = hostA6
			}
			l := newLink(t, "delay 10ms 100us loss 4% corrupt 4% duplicate 1%", k, 5000, time.Millisecond, time.Minute)
			got := l.compare(t, f, Config{})
			// A copy is clean, so the first of two may be the damaged one; IPv6 has no checksum that shows damage to its header.
			if n := got.Corrupted; n < l.corrupted-3 || n > l.corrupted || got.Duplicates != l.duplicates || got.Unknown > 0 {
				t.Errorf("%+v, want %d corrupted, %d duplicates", got.Result, l.corrupted, l.duplicates)
			}
		})
	}
}

// Clocks may run apart, by 100 microseconds a second here.
func TestDrift(t *testing.T) {
	l := newLink(t, "delay 20ms 1ms loss 5%", kinds["udp"], 4000, 50*time.Millisecond, 0)
	for _, ppm := range []int64{100, -100} {
		c := l.drifting(t, ppm)
		got, err := Compare(captureIn("sent", l.sent.Bytes()), c, Filter{}, Config{})
		if err != nil || !slices.Equal(got.Lost, l.ranges()) {
			t.Errorf("%+v, %v, want %v", got, err, l.ranges())
		}
	}
}

// The captures may keep different parts of each packet, behind different link layers, and one may know its direction.
func TestCutCaptures(t *testing.T) {
	l := newLink(t, "loss 10%", kinds["tcp"], 1000, time.Millisecond, time.Second)
	a, b := cut(t, l.sent.Bytes(), 120), cut(t, l.received.Bytes(), 90)
	got, err := Compare(captureIn("sent", a), captureIn("received", b), Filter{}, Config{})
	if err != nil || !slices.Equal(got.Lost, l.ranges()) || got.Bytes != 90-14 || got.Sent.Cut != 120-14 {
		t.Errorf("%+v, %v, want %v", got, err, l.ranges())
	}
}

// What leads elsewhere, other protocols and other ports do not count.
func TestFilter(t *testing.T) {
	l := newLink(t, "loss 20%", func(n int) []byte {
		switch n % 4 {
		case 0:
			return kinds["udp"](n)
		case 1: // to a host of which the other capture knows nothing
			b := kinds["udp"](n)
			b[19] = 99
			sealHeader(b)
			return sealTransport(b, 20, UDP)
		case 2: // from another port, to another
			b := kinds["udp"](n)
			b[21], b[23] = 7, 8
			return sealTransport(b, 20, UDP)
		}
		return kinds["tcp"](n)
	}, 1000, time.Millisecond, 0)
	l.received = *bytes.NewBuffer(only(t, l.received.Bytes(), func(v *view) bool { return v.Dst == hostB }))
	for f, want := range map[*Filter]func(n int) bool{
		{Proto: UDP, Port: 9000, From: hostA}: func(n int) bool { return n%4 == 0 },
		{Proto: UDP}:                          func(n int) bool { return n%4 == 0 || n%4 == 2 },
		{Proto: TCP}:                          func(n int) bool { return n%4 == 3 },
		{}:                                    func(n int) bool { return n%4 != 1 },
	} {
		var r Result
		number := 0
		for n := 1; n <= 1000; n++ {
			if !want(n) {
				continue
			}
			if number++; l.lost[n] {
				r.lose(number)
			}
		}
		got, err := Compare(captureIn("sent", l.sent.Bytes()), captureIn("received", l.received.Bytes()), *f, Config{})
		if err != nil || got.Result.Sent != number || !slices.Equal(got.Lost, r.Lost) || got.Unknown > 0 {
			t.Errorf("%+v: %+v, %v, want %d sent, %v", f, got, err, number, r.Lost)
		}
	}
}
