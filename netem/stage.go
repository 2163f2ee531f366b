package netem

import "fmt"

// Stage is anything that packets pass through: a Link, or several of them in a row. It knows neither clock nor
// goroutine: its owner tells it what was sent, asks when to come back, and then fetches what has arrived.
type Stage interface {
	// Send offers p to the stage at now, which never lies before an earlier call's.
	Send(now Time, p *Packet)

	// Next says when to call Recv, and false while there is nothing to wait for. The instant may be one at which
	// nothing arrives: the stage then has work of its own to do.
	Next() (at Time, ok bool)

	// Recv brings the stage up to now and returns the next packet that has arrived, in order of (time, sequence), and
	// nil when there is none. Call it until it returns nil.
	Recv(now Time) *Packet
}

// Answerer is a Stage that may answer the sender of a packet by itself, as a router does whose next link is too narrow.
type Answerer interface {
	Stage

	// Answer returns the next packet that the stage has for the sender, nil when there is none. Call it after each Send
	// and Recv until it returns nil: what is left there at the next call of one of these is lost. It is at the sender at
	// the time of that call, since the router is the sender's neighbour; and it takes none of the links back.
	Answer() *Packet
}

// NewStage returns the Link, the Qdisc or the link made of several that spec describes, called name in its events and with
// all chance from seed. A qdisc's generator is seeded from both, so that two directions lose different packets, unless its
// line names a seed.
func NewStage(name string, spec Spec, seed uint64, o Observer) (Stage, error) {
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	if spec.several() {
		return newWhole(name, spec, seed, o)
	}
	l, err := newLeaf(name, spec, seed, o)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// newLeaf returns the Link or the Qdisc that a valid spec describes.
func newLeaf(name string, spec Spec, seed uint64, o Observer) (leaf, error) {
	if spec.TC != nil {
		return NewQdisc(name, *spec.TC, Stream(seed, name+"/tc seed").Uint64(), o), nil
	}
	l, err := NewLink(name, spec, seed, o)
	if err != nil {
		return nil, err
	}
	return l, nil
}
