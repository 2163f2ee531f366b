package netem_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"lossylab/netem"
)

// outcomes is an Outlet that keeps all that it is told: "drop 3 at 105ms by queue codel target 5ms".
type outcomes struct {
	now  netem.Time
	told []string
}

func (o *outcomes) Drop(p *netem.Packet, by string) { o.tell("drop", p, by) }
func (o *outcomes) Mark(p *netem.Packet, by string) { o.tell("mark", p, by) }

func (o *outcomes) tell(what string, p *netem.Packet, by string) {
	o.told = append(o.told, fmt.Sprintf("%s %d at %d by %s", what, p.ID, o.now/ms, by))
}

// station is a queue on its own, with its outlet.
type station struct {
	outcomes
	netem.Queue
	last uint64 // ID
}

// newStation returns a queue of 10 Mbit/s.
func newStation(d netem.Discipline, limit netem.Limit) *station {
	s := new(station)
	s.Queue = d.New(limit, 10*netem.Mbit, rand.New(rand.NewPCG(1, 2)), s)
	return s
}

// put offers n packets of size bytes, of the flow and with the ECN field.
func (s *station) put(now netem.Time, n, size int, flow, ecn byte) {
	s.now = now
	for range n {
		s.last++
		s.Enqueue(now, &netem.Packet{ID: s.last, Sent: now, Data: flowPacket(size, flow, ecn)})
	}
}

// take dequeues one packet, and returns its ID, 0 for none.
func (s *station) take(now netem.Time) uint64 {
	s.now = now
	if p := s.Dequeue(now); p != nil {
		return p.ID
	}
	return 0
}

// flowPacket returns an IPv4 packet over UDP, of at least 28 bytes, from a port.
func flowPacket(size int, port, ecn byte) []byte {
	b := make([]byte, size)
	copy(b, []byte{0x45, ecn, 0, 0, 0, 0, 0, 0, 64, netem.ProtoUDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, port, 0, 7})
	binary.BigEndian.PutUint16(b[2:], uint16(size))
	return b
}

// told compares what an outlet was told.
func told(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("after %q nothing, want %q", got[max(0, i-1):i], want[i])
		case i >= len(want):
			t.Fatalf("%q too many", got[i:])
		case got[i] != want[i]:
			t.Fatalf("line %d: %q, want %q", i, got[i], want[i])
		}
	}
}
