package netem_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lossylab/netem"
)

// nobody is an Outlet that does not care.
type nobody struct{}

func (nobody) Drop(*netem.Packet, string) {}
func (nobody) Mark(*netem.Packet, string) {}

// busy returns a function that offers a packet to a queue of 100 Mbit/s and takes one out, while some 40 of 20 flows wait.
func busy(d netem.Discipline) (step func()) {
	q := d.New(netem.Limit{}, 100*netem.Mbit, rand.New(rand.NewPCG(1, 2)), nobody{})
	var packets [4096]netem.Packet
	for i := range packets {
		packets[i] = netem.Packet{ID: uint64(i), Data: flowPacket(1000, byte(i%20), 0)}
		packets[i].Header() // which some observer will have read
	}
	var now netem.Time
	i := 0
	put := func() {
		p := &packets[i%len(packets)]
		p.Sent = now
		q.Enqueue(now, p)
		i++
	}
	return func() {
		now += 80_000
		if put(); q.Len() < 40 {
			put()
		}
		q.Dequeue(now)
	}
}

// A queue gets its memory at the beginning: from then on a packet that is not marked costs none.
func TestQueuesAllocateNothing(t *testing.T) {
	for _, d := range disciplines {
		step := busy(d)
		for range 5000 {
			step()
		}
		if n := testing.AllocsPerRun(5000, step); n != 0 {
			t.Errorf("%T %v: %v allocations a packet", d, d, n)
		}
	}
}

// BenchmarkQueue is one packet's way through a queue.
func BenchmarkQueue(b *testing.B) {
	for _, d := range []netem.Discipline{netem.DropTail{}, netem.HeadDrop{}, netem.CoDel{}, netem.FQCoDel{}, netem.PIE{}, netem.RED{}} {
		b.Run(fmt.Sprintf("%T", d), func(b *testing.B) {
			b.ReportAllocs()
			step := busy(d)
			for b.Loop() {
				step()
			}
		})
	}
}

// BenchmarkBucket is one packet's way through a link with a token bucket and nothing else.
func BenchmarkBucket(b *testing.B) {
	b.ReportAllocs()
	l := newLink(b, "rate 100mbit burst 16KiB", 1, nil)
	p := &netem.Packet{Data: make([]byte, 1000)}
	var now netem.Time
	for b.Loop() {
		now += 80_000
		fetch(l, now)
		l.Send(now, p)
	}
}
