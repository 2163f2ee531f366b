package netstack

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"

	"lossylab/netem"
)

// random is a host's own randomness (ports, sequence numbers, IP identifiers), as both a math/rand Source and the
// io.Reader that stands for secure randomness. It is drawn from on the loop and on the stack's goroutine.
type random struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newRandom(seed uint64, host string) *random {
	return &random{rng: netem.Stream(seed, "host/"+host)}
}

// Int63 implements rand.Source of math/rand.
func (r *random) Int63() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(r.rng.Uint64() >> 1)
}

// Seed implements rand.Source of math/rand. The stream is given once and for all.
func (r *random) Seed(int64) {}

// Read implements io.Reader. It never fails.
func (r *random) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var word [8]byte
	for i := 0; i < len(b); i += len(word) {
		binary.LittleEndian.PutUint64(word[:], r.rng.Uint64())
		copy(b[i:], word[:])
	}
	return len(b), nil
}
