package relay

import (
	"net/netip"

	"lossylab/netem"
)

// flow is what one client and the server say to each other: a socket towards the server of its own, so that the server
// tells clients apart.
type flow struct {
	at     *listener
	client netip.AddrPort // as the client's socket names it
	ends   ends
	server *socket
	slot   int    // in flows.slots
	born   uint64 // packets with smaller serials are not of this flow
	used   netem.Time

	older, newer *flow // by the time of use
}

// flowKey names a flow: where the client sent to, and who it is.
type flowKey struct {
	at     *listener
	client netip.AddrPort
}

// flows are the flows that are remembered. A packet's ID has the slot of its flow, so that nothing need be looked up
// when it arrives, and from 1, so that IDs below Serials are somebody else's.
type flows struct {
	byKey          map[flowKey]*flow
	slots          []*flow
	free           []int
	oldest, newest *flow
}

// Serials is how many packets may be numbered: the ID of a packet of UDP is its serial and Serials times the number, from 1, of
// its flow.
const Serials = 1 << 40

// add takes a flow.
func (fs *flows) add(f *flow) {
	if fs.byKey == nil {
		fs.byKey, fs.slots = map[flowKey]*flow{}, []*flow{nil}
	}
	if n := len(fs.free); n > 0 {
		f.slot, fs.free = fs.free[n-1], fs.free[:n-1]
		fs.slots[f.slot] = f
	} else {
		f.slot = len(fs.slots)
		fs.slots = append(fs.slots, f)
	}
	fs.byKey[flowKey{f.at, f.client}] = f
	fs.link(f)
}

// of returns the flow of a packet, nil if it has been forgotten.
func (fs *flows) of(id uint64) *flow {
	slot := id / Serials
	if slot >= uint64(len(fs.slots)) {
		return nil
	}
	if f := fs.slots[slot]; f != nil && id%Serials >= f.born {
		return f
	}
	return nil
}

// touch takes note that f is used.
func (fs *flows) touch(f *flow, now netem.Time) {
	f.used = now
	if fs.newest != f {
		fs.unlink(f)
		fs.link(f)
	}
}

// forget lets go of f. Its packets that are under way will find nobody.
func (fs *flows) forget(f *flow) {
	if fs.slots[f.slot] != f {
		return
	}
	delete(fs.byKey, flowKey{f.at, f.client})
	fs.slots[f.slot] = nil
	fs.free = append(fs.free, f.slot)
	fs.unlink(f)
	f.server.Close()
}

func (fs *flows) link(f *flow) {
	f.older, f.newer = fs.newest, nil
	if fs.newest == nil {
		fs.oldest = f
	} else {
		fs.newest.newer = f
	}
	fs.newest = f
}

func (fs *flows) unlink(f *flow) {
	if f.older == nil {
		fs.oldest = f.newer
	} else {
		f.older.newer = f.newer
	}
	if f.newer == nil {
		fs.newest = f.older
	} else {
		f.newer.older = f.older
	}
	f.older, f.newer = nil, nil
}
