package netem

import (
	"math/rand/v2"
	"strconv"
)

// Every loses each N-th packet: number From, counting from 1 as this model judges them, and each N-th after it.
type Every struct {
	N    uint64
	From uint64 // the first to be lost; zero means N

	n uint64 // packets so far
}

// Judge implements Model. It draws nothing.
func (e *Every) Judge(Time, *rand.Rand, *Packet) Verdict {
	e.n++
	from := e.from()
	return Verdict{Drop: e.n >= from && (e.n-from)%e.N == 0}
}

func (e *Every) from() uint64 {
	if e.From == 0 {
		return e.N
	}
	return e.From
}

// String implements Model: "loss every 10", "loss every 10 from 3".
func (e *Every) String() string {
	s := "loss every " + strconv.FormatUint(e.N, 10)
	if e.from() != e.N {
		s += " from " + strconv.FormatUint(e.From, 10)
	}
	return s
}

// Clone implements Cloner.
func (e *Every) Clone() Model { return &Every{N: e.N, From: e.From} }

// Validate implements Validator.
func (e *Every) Validate() error {
	if e.N == 0 || e.N > maxNumber || e.From > maxNumber {
		return wrong("loss", "each packet or each so many: write loss every 10, or loss every 10 from 3")
	}
	return nil
}
