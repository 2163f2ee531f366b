package netem_test

import (
	"slices"
	"testing"

	"lossylab/netem"
)

// lostOfFirst sends n datagrams, with a TCP segment behind every second one if others are wanted, and returns which of the
// datagrams were lost.
func lostOfFirst(t *testing.T, words string, n int, others bool) (lost []uint64) {
	t.Helper()
	var packets []*netem.Packet
	for i := range n {
		packets = append(packets, &netem.Packet{ID: uint64(i + 1), Data: segment(t, 1, "u")})
		if others && i%2 == 1 {
			packets = append(packets, &netem.Packet{ID: uint64(n + i), Data: segment(t, 2, "0:10")})
		}
	}
	events, _ := through(t, words, packets)
	for _, id := range ids(events.of(netem.Dropped)) {
		if id <= uint64(n) {
			lost = append(lost, id)
		}
	}
	return lost
}

// What others send moves nothing that happens to those for whom a model is; nor does another model for others, nor the same
// for all.
func TestOnlyIsNotMovedByOthers(t *testing.T) {
	const n = 2000
	for _, words := range []string{"loss 10% for udp", "loss 10% burst 3 for udp", "loss gemodel 5% 30% for port 1 size 33"} {
		want := lostOfFirst(t, words, n, false)
		if len(want) < 100 || len(want) > 500 { // of about 200; a mean of 14 % with gemodel
			t.Fatalf("%s: %d of %d lost", words, len(want), n)
		}
		for _, more := range []string{"", " loss 50% for tcp", " delay 3ms 1ms for tcp", " corrupt 100%"} {
			if got := lostOfFirst(t, words+more, n, true); !slices.Equal(got, want) {
				t.Errorf("%s: among others other packets are lost", words+more)
			}
		}
	}
}

// An unfiltered model keeps its stream and its packets when filtered ones of its kind come to it.
func TestOnlyMovesNoUnfilteredModel(t *testing.T) {
	const n = 2000
	want := lostOfFirst(t, "loss 10%", n, true)
	if got := lostOfFirst(t, "loss 10% loss 50% for tcp", n, true); !slices.Equal(got, want) {
		t.Error("other packets are lost")
	}
	alone := lostOfFirst(t, "loss 10% for udp", n, true)
	if slices.Equal(alone, want) {
		t.Error("with a filter the same packets are lost")
	}
	both := lostOfFirst(t, "loss 10% loss 10% for udp", n, true)
	for _, id := range append(alone, want...) {
		if !slices.Contains(both, id) {
			t.Fatalf("packet %d is not lost when both judge", id)
		}
	}
}

// A delay for some makes the others overtake them.
func TestOnlyDelay(t *testing.T) {
	events, _ := through(t, "delay 10ms delay 5ms for udp", segments(t, "0:9 u 9:18 18:27 i"))
	for _, e := range events.of(netem.Delivered) {
		want := 10 * ms
		if e.Packet.ID == 2 {
			want = 15 * ms
		}
		if got := e.At - e.Packet.Sent; got != want {
			t.Errorf("packet %d took %v, want %v", e.Packet.ID, got, want)
		}
	}
}

func TestMatchHas(t *testing.T) {
	v6 := ip6(netem.ProtoICMPv6, []byte{128, 0, 0, 0})
	packets := map[string][]byte{"tcp": segment(t, 80, "0:9"), "udp": segment(t, 9000, "u"), "icmp": segment(t, 1, "i"), "icmp6": v6, "rubbish": {0}}
	for _, c := range []struct {
		words string
		want  string
	}{
		{"tcp", "tcp"}, {"udp", "udp"}, {"icmp", "icmp icmp6"}, {"ipv6 icmp", "icmp6"}, {"ipv4", "icmp tcp udp"}, {"ipv6", "icmp6"},
		{"port 80", "tcp"}, {"port 7", "tcp udp"}, {"port 81-9000", "udp"}, {"port 8-", "tcp udp"}, {"udp port 80", ""},
		{"size 1-24", "icmp rubbish"}, {"size 44", "icmp6"}, {"size 44-", "icmp6 tcp"}, {"size 45- tcp", "tcp"},
	} {
		spec, err := netem.Parse("loss 100% for " + c.words)
		if err != nil {
			t.Fatal(err)
		}
		match, got := spec.Models[0].(*netem.Only).Match, ""
		for _, name := range []string{"icmp", "icmp6", "rubbish", "tcp", "udp"} {
			if match.Has(&netem.Packet{Data: packets[name]}) {
				got += " " + name
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != c.want {
			t.Errorf("for %s: %s, want %s", c.words, got, c.want)
		}
	}
}

// For one link of two: the spec is the same, and so is what the other models do.
func TestOnlyOnOneLink(t *testing.T) {
	spec, err := netem.Parse("loss 100% for up; duplicate 50%")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"up": 0, "up/1": 0, "upper": 1000, "down": 1000} {
		var events tape
		l, err := netem.NewLink(name, spec, 1, &events)
		if err != nil {
			t.Fatal(err)
		}
		stream(l, 1000, ms, 100)
		if got := len(events.of(netem.Delivered)) - len(events.of(netem.Duplicated)); got != want {
			t.Errorf("%s: %d arrived, want %d", name, got, want)
		}
	}
}
