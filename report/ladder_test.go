package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
)

// parade sends n datagrams up, each of which arrives after two others were sent, unless it is told otherwise: by the
// datagram's number, what happens to it. Those that are "held" arrive at the end.
func parade(s *story, n int, fates map[int]string) {
	var flying, held []*netem.Packet
	for i := range n {
		p := s.udp(up)
		switch fates[i] {
		case "lost":
			s.drop(p, "loss 3%")
		case "late":
			s.late(p, "reorder 5% by 1")
			flying = append(flying, nil, p) // behind the next
		case "twice":
			flying = append(flying, p, s.duplicate(p, 1, "duplicate 1%"))
		case "corrupt":
			flying = append(flying, s.corrupt(p, "corrupt 1%", 300))
		case "held", "held and lost":
			held = append(held, p)
		default:
			if k := slices.Index(flying, nil); k >= 0 {
				flying[k] = p
			} else {
				flying = append(flying, p)
			}
		}
		for len(flying) > 2 && flying[0] != nil {
			s.arrive(flying[0])
			flying = flying[1:]
		}
	}
	s.arrive(flying...)
	for _, p := range held {
		if fates[int(p.ID)-1] == "held" {
			s.arrive(p)
		} else {
			s.drop(p, "loss 3%")
		}
	}
}

func TestTheLadderShowsTheFirstThatHappened(t *testing.T) {
	for _, test := range []struct {
		name        string
		n           int
		fates       map[int]string
		first, last int // datagrams, from 0
	}{
		{"nothing: the beginning", 100, nil, 0, 35},
		{"nothing, and it was short", 10, nil, 0, 9},
		{"a loss", 100, map[int]string{50: "lost"}, 42, 77},
		{"the first loss", 100, map[int]string{50: "lost", 60: "lost", 90: "lost"}, 42, 77},
		{"a loss at the beginning", 100, map[int]string{3: "lost"}, 0, 35},
		{"a loss near the end", 100, map[int]string{98: "lost"}, 90, 99},
		{"one overtaken", 100, map[int]string{20: "late"}, 12, 47},
		{"a loss is more than one overtaken before", 100, map[int]string{20: "late", 60: "lost"}, 52, 87},
		{"also in the window of that", 100, map[int]string{20: "late", 25: "lost"}, 17, 52},
		{"a loss comes before one overtaken", 100, map[int]string{20: "lost", 60: "late"}, 12, 47},
		{"the first that is overtaken or duplicated", 100, map[int]string{30: "twice", 60: "late"}, 23, 57}, // 36 with the copy
		{"corrupted", 100, map[int]string{30: "corrupt", 60: "late"}, 22, 57},
		{"lost long after it was sent, behind what was sent before it", 200, map[int]string{50: "held and lost"}, 42, 77},
		{"overtaken long after it was sent", 200, map[int]string{50: "held"}, 42, 77},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newStage(t, "udp", true)
			parade(g.story, test.n, test.fates)
			flow, _ := g.c.Finish(g.now, false)
			ts := flow.Transits
			if len(ts) == 0 {
				t.Fatal("nothing is shown")
			}
			first, last := fmt.Sprintf("datagram %d", test.first+1), fmt.Sprintf("datagram %d", test.last+1)
			if ts[0].Label != first || ts[len(ts)-1].Label != last {
				t.Errorf("from %s to %s, want %s to %s", ts[0].Label, ts[len(ts)-1].Label, first, last)
			}
			if want := test.last - test.first + 1; len(slices.DeleteFunc(slices.Clone(ts), func(t Transit) bool { return t.Duplicate })) != want {
				t.Errorf("%d packets, want %d", len(ts), want)
			}
			for _, tr := range ts {
				if tr.Arrived < 0 && !tr.Lost {
					t.Errorf("%s: the run went on, but it has not arrived", tr.Label)
				}
			}
		})
	}
}

// The last packet of the window is followed to its end however late that comes, and so is the packet that overtakes it.
func TestTheLadderFollowsItsLastPacket(t *testing.T) {
	g := newStage(t, "udp", true)
	parade(g.story, 500, map[int]string{50: "lost", 77: "held"})
	flow, _ := g.c.Finish(g.now, false)
	last := flow.Transits[len(flow.Transits)-1]
	if last.Label != "datagram 78" || last.Arrived != g.now-1e6 || !last.Overtaken || last.RecvFrame != 499 {
		t.Errorf("%+v", last)
	}
	for _, tr := range flow.Transits[:len(flow.Transits)-1] {
		if tr.Overtaken {
			t.Errorf("%s is overtaken", tr.Label)
		}
	}
}

func TestLadderMemoryIsBounded(t *testing.T) {
	g := newStage(t, "udp", true)
	w := &g.c.ladder
	var flying []*netem.Packet
	run := func(n int) {
		for range n {
			flying = append(flying, g.udp(up))
			if len(flying) > 50 {
				g.arrive(flying[0])
				flying = flying[1:]
			}
			if len(w.packets) > 51 || len(w.recent) > windowBefore+51 || len(w.beginning) > windowLength {
				t.Fatalf("%d packets, %d recent, %d of the beginning", len(w.packets), len(w.recent), len(w.beginning))
			}
		}
	}
	run(20_000)
	if w.full() {
		t.Error("nothing was lost, but the window is full")
	}
	g.drop(g.udp(up), "loss 3%")
	run(200)
	if !w.full() || len(w.packets)+len(w.recent)+len(w.beginning) != 0 || len(w.kept) != windowLength {
		t.Errorf("full %v: %d packets, %d recent, %d of the beginning, %d kept", w.full(), len(w.packets), len(w.recent),
			len(w.beginning), len(w.kept))
	}
}

// ladderText writes a window as a page does.
func ladderText(ts []Transit) string {
	var b strings.Builder
	for _, t := range ts {
		arrow := "←"
		if t.Up {
			arrow = "→"
		}
		line := fmt.Sprintf("%s %s: %s", arrow, t.Label, t.story())
		b.WriteString(strings.TrimSuffix(line, ": ") + "\n")
	}
	return b.String()
}

func TestLadderStories(t *testing.T) {
	for _, test := range []struct {
		name  string
		proto string
		tell  func(s *story)
		want  string
	}{
		{"a connection", "tcp", func(s *story) {
			s.drop(s.tcp(up, 999, 0, "S", 0), "loss 3%")
			s.arrive(s.tcp(up, 999, 0, "S", 0), s.tcp(down, 4999, 1000, "SA", 0), s.tcp(up, 1000, 5000, "A", 0))
			s.drop(s.tcp(up, 1000, 5000, "A", 100), "queue limit 100")
			s.arrive(s.tcp(up, 1100, 5000, "A", 100), s.tcp(down, 5000, 1000, "A", 0))
			s.arrive(s.tcp(up, 1000, 5000, "A", 100), s.tcp(down, 5000, 1200, "A", 0))
			s.arrive(s.tcp(down, 5000, 1200, "A", 50), s.tcp(up, 1200, 5050, "A", 0))
			s.arrive(s.tcp(up, 1200, 5050, "FA", 0), s.tcp(down, 5050, 1201, "FA", 0), s.tcp(up, 1201, 5051, "A", 0))
			s.arrive(s.tcp(down, 5051, 0, "R", 0))
		}, `→ SYN: lost: loss 3%
→ SYN again: retransmission
← SYN, ACK
→ ACK
→ data 1: lost: queue limit 100
→ data 2
← ACK
→ data 1 again: retransmission
← ack 3
← answer, 50 bytes
→ ACK
→ FIN, ACK
← FIN, ACK
→ ACK
← RST
`},
		{"what the server sends again", "tcp", func(s *story) {
			s.arrive(s.tcp(up, 999, 0, "S", 0), s.tcp(down, 4999, 1000, "SA", 0), s.tcp(down, 4999, 1000, "SA", 0), s.tcp(up, 1000, 5000, "A", 100))
			s.drop(s.tcp(down, 5000, 1100, "A", 50), "loss 3%")
			s.arrive(s.tcp(down, 5050, 1100, "A", 50))
			p := s.tcp(down, 5000, 1100, "A", 50)
			s.arrive(p, s.duplicate(p, 1, "duplicate 1%"), s.tcp(up, 1100, 5100, "A", 0))
			s.drop(s.tcp(down, 5100, 1100, "FA", 0), "loss 3%")
			s.arrive(s.tcp(down, 5100, 1100, "FA", 0), s.tcp(up, 1100, 5101, "FA", 0), s.tcp(up, 1100, 5101, "FA", 0), s.tcp(down, 5101, 1101, "A", 0))
		}, `→ SYN
← SYN, ACK
← SYN, ACK again: retransmission
→ data 1
← answer, 50 bytes: lost: loss 3%
← answer, 50 bytes
← answer, 50 bytes again: retransmission
← answer, 50 bytes again: retransmission; duplicate: duplicate 1%
→ ACK
← FIN, ACK: lost: loss 3%
← FIN, ACK again: retransmission
→ FIN, ACK
→ FIN, ACK again: retransmission
← ack 2
`},
		{"datagrams are counted in each direction", "udp", func(s *story) {
			s.arrive(s.udp(up), s.udp(down), s.udp(up), s.udp(down))
		}, "→ datagram 1\n← datagram 1\n→ datagram 2\n← datagram 2\n"},
		{"a packet is late, and overtaken or not", "udp", func(s *story) {
			a, b, c := s.udp(up), s.udp(up), s.udp(up)
			s.late(a, "reorder 5% by 1")
			s.late(c, "reorder 5% by 1")
			s.arrive(b, a, c)
		}, "→ datagram 1: overtaken: reorder 5% by 1\n→ datagram 2\n→ datagram 3: late: reorder 5% by 1\n"},
		{"jitter is nobody's decision", "udp", func(s *story) {
			a, b := s.udp(up), s.udp(up)
			s.arrive(b, a)
		}, "→ datagram 1: overtaken\n→ datagram 2\n"},
		{"the copy stands behind its packet, and is not overtaken", "udp", func(s *story) {
			a, b := s.udp(up), s.udp(up)
			c := s.duplicate(a, 1, "duplicate 1%")
			s.arrive(a, b, c)
		}, "→ datagram 1\n→ datagram 1: duplicate: duplicate 1%\n→ datagram 2\n"},
		{"a copy can be lost", "udp", func(s *story) {
			p := s.udp(up)
			s.drop(s.duplicate(p, 1, "duplicate 1%"), "loss 3%")
			s.arrive(p)
		}, "→ datagram 1\n→ datagram 1: lost: loss 3%\n"},
		{"the copy of a corrupted packet is clean", "udp", func(s *story) {
			p := s.udp(up)
			bad := s.corrupt(p, "corrupt 1%", 300)
			c := s.duplicate(p, 1, "duplicate 1%")
			s.late(bad, "reorder 5% by 1")
			s.arrive(bad, c)
		}, "→ datagram 1: corrupted: corrupt 1%\n→ datagram 1: duplicate: duplicate 1%\n"},
		{"corrupted and overtaken", "udp", func(s *story) {
			a, b := s.udp(up), s.udp(up)
			bad := s.corrupt(a, "corrupt 1%", 3)
			s.arrive(b, bad)
		}, "→ datagram 1: corrupted: corrupt 1%; overtaken\n→ datagram 2\n"},
		{"a retransmission is lost too", "tcp", func(s *story) {
			s.open(1000)
			s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%")
			s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%")
		}, "→ SYN\n← SYN, ACK\n→ ACK\n→ data 1: lost: loss 3%\n→ data 1 again: retransmission; lost: loss 3%\n"},
		{"data of a connection whose beginning was not seen", "tcp", func(s *story) {
			s.arrive(s.tcp(up, 1000, 5000, "A", 100), s.tcp(down, 5000, 1100, "A", 0))
		}, "→ data, 100 bytes\n← ACK\n"},
		{"neither TCP nor UDP, nor IP at all", "udp", func(s *story) {
			for i, proto := range []byte{netem.ProtoICMP, netem.ProtoICMPv6, 132, netem.ProtoTCP} {
				p := &netem.Packet{ID: uint64(i + 1), Data: make([]byte, 28+i)}
				p.Data[0], p.Data[3], p.Data[9] = 0x45, byte(28+i), proto
				s.link[p.ID] = up
				s.tell(netem.Sent, p, "")
			}
		}, "→ ICMP\n→ ICMP\n→ IP protocol 132\n→ 31 bytes\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newStage(t, test.proto, true)
			test.tell(g.story)
			flow, r := g.c.Finish(g.now, false)
			if test.name == "what the server sends again" && r.TCP.Server.Retransmits != 3 {
				t.Errorf("the server sent %d again, want 3", r.TCP.Server.Retransmits)
			}
			if got := ladderText(flow.Transits); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			for _, tr := range flow.Transits {
				if tr.Duplicate && (tr.Overtaken || tr.Corrupt) {
					t.Errorf("the link's copy has what happened to the packet: %+v", tr)
				}
			}
		})
	}
}

// A hit that leaves the packet as it was is told with its cause, and the packet is not shown as damaged.
func TestTheLadderShowsDamageOfPacketsOnly(t *testing.T) {
	g := newStage(t, "udp", true)
	p := g.udp(up)
	g.tell(netem.Corrupted, p, "corrupt 5%, in the Ethernet header")
	g.arrive(p, g.udp(up))
	flow, _ := g.c.Finish(g.now, false)
	if x := flow.Transits[0]; x.Corrupt || x.Cause != "corrupt 5%, in the Ethernet header" {
		t.Errorf("%+v", x)
	}
}
