package netem

import (
	"encoding/binary"
	"math"
	"testing"
)

// packetOf returns a UDP packet between two ports.
func packetOf(src, dst uint16) *Packet {
	b := make([]byte, 28)
	copy(b, []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, ProtoUDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(b[20:], src)
	binary.BigEndian.PutUint16(b[22:], dst)
	return &Packet{Data: b}
}

// A thousand flows, which differ by a port, into 1024 queues: with a perfect hash 1024 (1 - (1-1/1024)^1000) = 638.5 of the
// queues have a flow, with a standard deviation of 10.0. The bound is four of them, on five seeds.
func TestFlowsSpread(t *testing.T) {
	for seed := range uint64(5) {
		used := map[uint64]bool{}
		for port := range uint16(1000) {
			used[flowHash(stir(seed, 1), packetOf(40_000+port, 80))>>54] = true
		}
		if math.Abs(float64(len(used))-638.5) > 40 {
			t.Errorf("seed %d: %d queues have a flow", seed, len(used))
		}
	}
}

// Packets of a flow share a queue, the two directions do not, and another seed is another hash.
func TestFlowHash(t *testing.T) {
	h := flowHash(1, packetOf(1, 2))
	if flowHash(1, packetOf(1, 2)) != h {
		t.Error("two packets of a flow differ")
	}
	for what, other := range map[string]uint64{
		"ports swapped": flowHash(1, packetOf(2, 1)), "seed": flowHash(2, packetOf(1, 2)), "rubbish": flowHash(1, &Packet{Data: []byte{1}}),
	} {
		if other == h {
			t.Errorf("the same with another %s", what)
		}
	}
	if flowHash(1, &Packet{Data: []byte{1}}) != flowHash(1, &Packet{Data: []byte{2}}) {
		t.Error("packets without headers differ")
	}
}
