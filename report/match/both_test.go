package match

import (
	"net/netip"
	"path/filepath"
	"reflect"
	"testing"
)

// told is what a comparison says, and what its observers are told.
type bothTold struct {
	result Result
	fates  []Fate
	copies [][2]Point
}

func (b *bothTold) config() Config {
	return Config{
		Observe: func(f Fate) { b.fates = append(b.fates, f) },
		Copied:  func(_ int, sent, arrival Point) { b.copies = append(b.copies, [2]Point{sent, arrival}) },
	}
}

func (b *bothTold) take(t *testing.T, c *Comparison, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b.result = *c.Result
}

// bothTasks surveys captures for both ways.
func bothTasks(t *testing.T, a, b Capture, from, to netip.Addr) (there, back Task) {
	t.Helper()
	fs := []Filter{{From: from}, {From: to}}
	x, err := SurveysOf(a, fs...)
	if err != nil {
		t.Fatal(err)
	}
	y, err := SurveysOf(b, fs...)
	if err != nil {
		t.Fatal(err)
	}
	return Task{Filter: fs[0], Sent: x[0], Received: y[0]}, Task{Filter: fs[1], Sent: y[1], Received: x[1]}
}

// Two ways that are matched in one reading come to the same as each alone, and their observers are told the same.
func TestBoth(t *testing.T) {
	client, server := netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.2")
	for _, name := range []string{"d2_seg5_lost", "d4a_acks_first_flight_lost", "d9_seg5_lost_twice", "d10_syn_lost_6", "d10b_synack_lost_4", "d12_fin_lost"} {
		a := captureOf(t, filepath.Join(linuxDir, name+".client.pcap"))
		b := captureOf(t, filepath.Join(linuxDir, name+".server.pcap"))
		there, back := bothTasks(t, a, b, client, server)
		var want, got [2]bothTold
		there.Config, back.Config = want[0].config(), want[1].config()
		c, err := CompareSurveyed(a, b, there)
		want[0].take(t, c, err)
		c, err = CompareSurveyed(b, a, back)
		want[1].take(t, c, err)
		there.Config, back.Config = got[0].config(), got[1].config()
		up, down, ok, err := CompareBoth(a, b, there, back)
		if !ok {
			t.Fatalf("%s: too far apart", name)
		}
		got[0].take(t, up, err)
		got[1].take(t, down, err)
		if !reflect.DeepEqual(want, got) || len(got[0].fates) == 0 {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if u, d, ok, err := CompareBoth(a, b, there, Task{Filter: back.Filter, Sent: NewSurvey(), Received: back.Received}); !ok || err != nil || u == nil || d != nil {
			t.Errorf("%s: one way alone: %v %v %v %v", name, u, d, ok, err)
		}
	}
}

// Of two ways, no more waits than there is room for.
func TestBothFarApart(t *testing.T) {
	a, b := captureOf(t, filepath.Join(linuxDir, "d2_seg5_lost.client.pcap")), captureOf(t, filepath.Join(linuxDir, "d2_seg5_lost.server.pcap"))
	there, back := bothTasks(t, a, b, netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.2"))
	for room, want := range map[int]error{1: errFarApart, 100: nil} {
		atA, atB := &reading{Capture: &a}, &reading{Capture: &b}
		atA.out, _ = newMatching(there)
		atB.out, _ = newMatching(back)
		atA.in, atB.in = atB.out, atA.out
		atA.out.from, atA.out.at, atB.out.from, atB.out.at = atA, atB, atB, atA
		if err := atA.begin(); err != nil {
			t.Fatal(err)
		}
		if err := atB.begin(); err != nil {
			t.Fatal(err)
		}
		if err := match([]*matching{atA.out, atB.out}, room); err != want {
			t.Errorf("room for %d: %v, want %v", room, err, want)
		}
	}
}
