package netemtest

import (
	"encoding/binary"
	"math/rand/v2"

	"lossylab/netem"
)

// packets is how many a kit sends: enough for what happens once in a hundred packets to happen often.
const packets = 3000

// sending is a packet and when it is offered.
type sending struct {
	at netem.Time
	p  *netem.Packet
}

// traffic returns packets of 20 to 1500 bytes in bursts (which share an instant), at short distances and after pauses, so
// that queues fill, overflow and run empty. Some are TCP or UDP, the others rubbish.
func traffic(seed uint64) []sending {
	rng := netem.Stream(seed, "netemtest/traffic")
	all := make([]sending, packets)
	var now netem.Time
	for i := range all {
		switch kind := rng.IntN(100); {
		case kind == 0: // a pause, now and then longer than any hold time
			now += netem.Time(rng.Int64N(300e6))
		case kind > 20: // a short distance; the others go on with a burst
			now += netem.Time(rng.Int64N(2e6))
		}
		all[i] = sending{now, &netem.Packet{ID: uint64(i + 1), Data: content(rng, 20+rng.IntN(1481))}}
		dress(i, all[i].p.Data)
	}
	headers(seed, all)
	return all
}

func content(rng *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+7)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64())
	}
	return b[:n]
}

// counter is a random source that counts its draws.
type counter struct {
	rand.Source
	n int
}

// Uint64 implements rand.Source.
func (c *counter) Uint64() uint64 {
	c.n++
	return c.Source.Uint64()
}
