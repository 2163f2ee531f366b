package report

import (
	"slices"
	"strconv"

	"lossylab/netem"
)

// fragments is what became of a packet that a link has fragmented: a receiver has nothing of it before it has all.
type fragments struct {
	made    []*netem.Packet // in order of their offsets; not those that were fragmented further
	arrived intervals       // intact, of the packet's data
	size    int64           // of the packet's data
}

// newFragments begins with the packet that has been fragmented.
func newFragments(p *netem.Packet) *fragments {
	_, size := reach(p)
	return &fragments{size: size}
}

// reach returns where the data of an IPv4 packet begin and end in those of the packet that was sent.
func reach(p *netem.Packet) (from, to int64) {
	from = int64(p.Offset)
	return from, from + int64(max(0, p.Size()-int(p.Data[0]&15)*4))
}

// make notes another fragment.
func (fs *fragments) make(p *netem.Packet) {
	i := slices.IndexFunc(fs.made, func(f *netem.Packet) bool { return f.Offset > p.Offset })
	if i < 0 {
		i = len(fs.made)
	}
	fs.made = slices.Insert(fs.made, i, p)
}

// cut takes out a fragment that has been fragmented further.
func (fs *fragments) cut(p *netem.Packet) {
	fs.made = slices.DeleteFunc(fs.made, func(f *netem.Packet) bool { return f.Offset == p.Offset && f.Size() == p.Size() })
}

// original returns the fragment of which p is a copy, damaged or not, and its number, from 1.
func (fs *fragments) original(p *netem.Packet) (f *netem.Packet, number int) {
	i := slices.IndexFunc(fs.made, func(f *netem.Packet) bool { return f.Offset == p.Offset && f.Size() == p.Size() })
	if i < 0 { // it was made where nobody saw it
		return p, 0
	}
	return fs.made[i], i + 1
}

// whole reports whether all of the packet has arrived.
func (fs *fragments) whole() bool { return fs.arrived.has(0, fs.size) }

// had reports whether a fragment has arrived before.
func (fs *fragments) had(p *netem.Packet) bool {
	f, _ := fs.original(p)
	return fs.arrived.has(reach(f))
}

// arrive takes a fragment that has arrived, and reports whether the packet is whole by it and was not before.
func (fs *fragments) arrive(p *netem.Packet) bool {
	if p.Corrupt || fs.whole() {
		return false
	}
	from, to := reach(p)
	fs.arrived.add(from, to, func(int64, int64) {})
	return fs.whole()
}

// clean returns the bytes of p, which may be damaged, as they were before.
func (f *flight) clean(p *netem.Packet) []byte {
	if !p.Fragment || f.parts == nil {
		return f.data
	}
	before, _ := f.parts.original(p)
	return before.Data
}

// appendPart appends which fragment p is, if it is known to be one.
func (f *flight) appendPart(b []byte, p *netem.Packet) []byte {
	_, number := f.parts.original(p)
	if number == 0 {
		return b
	}
	again := f.parts.had(p)
	if again {
		b = append(b, "duplicate of "...)
	}
	b = strconv.AppendInt(append(b, "fragment "...), int64(number), 10)
	b = strconv.AppendInt(append(b, " of "...), int64(len(f.parts.made)), 10)
	if again {
		return because(b, f.copiedBy)
	}
	return because(b, f.cutBy)
}
