//go:build linux

package kernel

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"lossylab/netem"
)

// The links' names.
const (
	up   = "up"
	down = "down"
)

// player makes events of a stream again.
type player struct {
	in      *bufio.Reader
	words   []string
	packets map[packetKey]*netem.Packet // that are on a link
	room    [recordLen]byte
	memory  []byte
}

// packetKey tells packets on their way apart, as netem says: "ID, Copy, Offset and size together say which one it is".
type packetKey struct {
	down         bool
	id           uint64
	copy         int32
	offset, size uint32
}

func newPlayer(r io.Reader) *player {
	return &player{in: bufio.NewReaderSize(r, 1<<20), words: []string{""}, packets: map[packetKey]*netem.Packet{}}
}

// next returns the next event, or the time of a mark, whose event has no packet. At the end of the stream it returns io.EOF
// with the time of the end; a stream that breaks off is io.ErrUnexpectedEOF.
func (p *player) next() (e netem.Event, err error) {
	for {
		if _, err := io.ReadFull(p.in, p.room[:]); err != nil {
			return e, io.ErrUnexpectedEOF
		}
		b, order := p.room[:], binary.NativeEndian
		kind, flags, number, size := b[0], b[1], order.Uint32(b[4:]), order.Uint32(b[48:])
		e = netem.Event{At: netem.Time(order.Uint64(b[16:]))}
		switch kind {
		case recordMark:
			return e, nil
		case recordEnd:
			return e, io.EOF
		}
		var data []byte
		if flags&flagData != 0 {
			data = p.alloc(int(size))
			if _, err := io.ReadFull(p.in, data); err != nil {
				return e, io.ErrUnexpectedEOF
			}
		}
		if kind == recordWords {
			p.words = append(p.words, string(data))
			continue
		}
		return p.event(e, kind, flags, number, size, data)
	}
}

// event fills in an event of a packet.
func (p *player) event(e netem.Event, kind, flags uint8, number, size uint32, data []byte) (netem.Event, error) {
	b, order := p.room[:], binary.NativeEndian
	if int(number) >= len(p.words) {
		return e, fmt.Errorf("kernel: words %d were never told", number)
	}
	e.Kind, e.Link, e.By = netem.Kind(kind), up, p.words[number]
	if flags&flagDown != 0 {
		e.Link = down
	}
	e.Waiting, e.WaitingBytes = int(order.Uint32(b[40:])), int(order.Uint32(b[44:]))
	key := packetKey{flags&flagDown != 0, order.Uint64(b[8:]), int32(order.Uint32(b[32:])), order.Uint32(b[36:]), size}
	sent := netem.Time(order.Uint64(b[24:]))
	if flags&flagData != 0 {
		e.Packet = &netem.Packet{ID: key.id, Copy: int(key.copy), Corrupt: flags&flagCorrupt != 0, Sent: sent, Data: data,
			Fragment: flags&flagFragment != 0, Offset: int(key.offset)}
		if e.Kind != netem.Answered {
			p.packets[key] = e.Packet
		}
		return e, nil
	}
	e.Packet = p.packets[key]
	if e.Packet == nil {
		return e, fmt.Errorf("kernel: packet %d was %v on link %s, and never sent", key.id, e.Kind, e.Link)
	}
	if e.Packet.Sent != sent { // events that wait to be told have the one before
		c := *e.Packet
		c.Sent, e.Packet = sent, &c
		p.packets[key] = &c
	}
	switch e.Kind {
	case netem.Delivered, netem.Dropped, netem.Fragmented:
		delete(p.packets, key)
	}
	return e, nil
}

// alloc returns memory for n bytes, of a larger piece.
func (p *player) alloc(n int) []byte {
	if n > len(p.memory) {
		p.memory = make([]byte, max(n, 256<<10))
	}
	b := p.memory[:n:n]
	p.memory = p.memory[n:]
	return b
}
