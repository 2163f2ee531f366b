//go:build linux

package kernel

import (
	"encoding/binary"

	"lossylab/netem"
)

// The stream of events, from the helper to the process that observes: records one behind the other, each of them
//
//	kind  flags  2 unused  words  id  at  sent  copy  offset  waiting  bytes  length  data
//	1     1      2         4      8   8   8     4     4       4        4      4       length
//
// in the processor's byte order. The kinds are those of netem, and three of the stream's own. Data come with the events at
// which a packet appears or changes; for all others the reader remembers them.
const recordLen = 52

const (
	recordWords = 0xff // data are the words that have this number from now on
	recordMark  = 0xfe // all that happened up to at has been told
	recordEnd   = 0xfd // nothing follows
)

// The flags of a record.
const (
	flagDown     = 1 << iota // on the link down
	flagCorrupt              // Packet.Corrupt
	flagFragment             // Packet.Fragment
	flagData                 // data follow, even if they are empty
)

// recorder is the link's observer in the helper: it writes what happens to the stream. Packets are Delivered when they are
// given to the host, and not when they are due: the relay says when that is.
type recorder struct {
	out   *outflow
	words map[string]uint32
	held  []netem.Event // Delivered, to be told by deliver
	fresh bool          // something was written behind the last mark
	room  [recordLen]byte
}

func newRecorder(out *outflow) *recorder { return &recorder{out: out, words: map[string]uint32{}} }

// Observe implements netem.Observer.
func (r *recorder) Observe(e netem.Event) {
	if e.Kind == netem.Delivered {
		r.held = append(r.held, e)
		return
	}
	r.write(&e)
}

// deliver tells that what the link has delivered is given to the host at an instant.
func (r *recorder) deliver(at netem.Time) {
	for i := range r.held {
		r.held[i].At = at
		r.write(&r.held[i])
	}
	clear(r.held)
	r.held = r.held[:0]
}

// mark tells that nothing will be told that happened up to an instant.
func (r *recorder) mark(at netem.Time) {
	if r.fresh {
		r.fresh = false
		r.put(recordMark, 0, &netem.Event{At: at, Packet: &netem.Packet{}}, 0, nil)
	}
}

// finish ends the stream.
func (r *recorder) finish(at netem.Time) {
	r.put(recordEnd, 0, &netem.Event{At: at, Packet: &netem.Packet{}}, 0, nil)
}

func (r *recorder) write(e *netem.Event) {
	r.fresh = true
	var flags uint8
	if e.Link == down {
		flags |= flagDown
	}
	if e.Packet.Corrupt {
		flags |= flagCorrupt
	}
	if e.Packet.Fragment {
		flags |= flagFragment
	}
	var data []byte
	if changes(e.Kind) {
		e.Packet.Complete()
		flags, data = flags|flagData, e.Packet.Data
	}
	r.put(uint8(e.Kind), flags, e, r.number(e.By), data)
}

// changes reports whether events of a kind show bytes that were not seen before.
func changes(k netem.Kind) bool {
	switch k {
	case netem.Sent, netem.Corrupted, netem.Duplicated, netem.Marked, netem.Fragment, netem.Answered:
		return true
	}
	return false
}

// number returns that of some words, 0 for none. Words that are new are told first.
func (r *recorder) number(words string) uint32 {
	if words == "" {
		return 0
	}
	n, ok := r.words[words]
	if !ok {
		n = uint32(len(r.words) + 1)
		r.words[words] = n
		r.put(recordWords, flagData, &netem.Event{Packet: &netem.Packet{}}, n, []byte(words))
	}
	return n
}

func (r *recorder) put(kind, flags uint8, e *netem.Event, words uint32, data []byte) {
	b, p, order := r.room[:], e.Packet, binary.NativeEndian
	b[0], b[1] = kind, flags
	order.PutUint32(b[4:], words)
	order.PutUint64(b[8:], p.ID)
	order.PutUint64(b[16:], uint64(e.At))
	order.PutUint64(b[24:], uint64(p.Sent))
	order.PutUint32(b[32:], uint32(p.Copy))
	order.PutUint32(b[36:], uint32(p.Offset))
	order.PutUint32(b[40:], uint32(e.Waiting))
	order.PutUint32(b[44:], uint32(e.WaitingBytes))
	n := len(p.Data)
	if flags&flagData != 0 {
		n = len(data)
	}
	order.PutUint32(b[48:], uint32(n))
	r.out.write(b)
	r.out.write(data)
}
