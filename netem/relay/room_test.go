package relay

import (
	"bytes"
	"net/netip"
	"testing"
)

// fill reads n datagrams into a room, which become packets, and returns where they lie.
func fill(r *room, n, size int) (at []*byte) {
	for i := range n {
		copy(r.space(), bytes.Repeat([]byte{byte(i)}, size))
		r.keep(size, netip.AddrPort{})
	}
	for _, d := range r.batch {
		at = append(at, &r.packet(headers4, d).Data[0])
	}
	return at
}

// What a batch took is used again if the batch is gone, and not if it is not, also where it began in another piece.
func TestRoomIsUsedAgain(t *testing.T) {
	r := &room{}
	first := fill(r, 3, 1000)
	r.done(true)
	if again := fill(r, 3, 1000); again[0] != first[0] || again[2] != first[2] {
		t.Error("a batch that is gone has kept its memory")
	}
	r.done(false)
	if later := fill(r, 3, 1000); later[0] == first[0] || later[0] == first[2] {
		t.Error("memory of a batch that is not gone has been given away")
	}
	r.done(true)
	for range 10 { // pieces and packets run out, in the midst of batches
		held := fill(r, 7, 5000)
		r.done(false)
		for _, gone := range []bool{true, false} {
			for i, at := range fill(r, maxBatch, 40_000) {
				for _, h := range held {
					if at == h {
						t.Fatalf("datagram %d lies where one is that is held", i)
					}
				}
			}
			r.done(gone)
		}
	}
	for _, p := range r.packets[r.taken.packets:] {
		if p.Data != nil || p.ID != 0 {
			t.Fatal("a packet that is free holds something")
		}
	}
}

// Bytes of a datagram are its own.
func TestDatagramsDoNotOverlap(t *testing.T) {
	r := &room{}
	for round := range 20 {
		fill(r, maxBatch, 3000)
		for i, d := range r.batch {
			if want := bytes.Repeat([]byte{byte(i)}, 3000); !bytes.Equal(d.data[headers6:], want) {
				t.Fatalf("round %d: datagram %d has others' bytes", round, i)
			}
		}
		r.done(round%3 == 0)
	}
}
