package netemtest

import (
	"encoding/binary"
	"math/rand/v2"

	"lossylab/netem"
)

// flow is one end of a made-up conversation: it need not make sense, but it opens, sends, repeats itself, acknowledges
// and closes.
type flow struct{ seq, ack uint32 }

// headers writes headers of IPv4 and TCP or UDP of a few flows over the beginnings of two packets in three; those too
// short stay as they are, and so does what lies behind the headers.
func headers(seed uint64, all []sending) {
	rng := netem.Stream(seed, "netemtest/headers")
	flows := make([]flow, 4)
	for _, s := range all {
		i, kind := rng.IntN(len(flows)), rng.IntN(9)
		switch b := s.p.Data; {
		case kind < 5 && len(b) >= 40:
			ipv4(b, netem.ProtoTCP, uint16(i+1))
			flows[i].segment(rng, b[20:])
		case kind == 5 && len(b) >= 28:
			ipv4(b, netem.ProtoUDP, uint16(i+1))
		}
	}
}

// ipv4 writes an IP header, and the ports behind it.
func ipv4(b []byte, proto byte, port uint16) {
	clear(b[:20])
	b[0], b[8], b[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(b[20:], port)
	binary.BigEndian.PutUint16(b[22:], 9000)
}

// segment writes the next TCP header.
func (f *flow) segment(rng *rand.Rand, b []byte) {
	seq, flags, header := f.seq, byte(netem.ACK), 20
	payload := uint32(len(b) - header)
	switch kind := rng.IntN(40); {
	case f.seq == 0 || kind == 0:
		f.seq = rng.Uint32()
		seq, flags, header = f.seq, netem.SYN, len(b)
		f.seq++
	case kind == 1:
		flags |= netem.FIN
		f.seq += payload
	case kind == 2:
		flags = netem.RST
	case kind < 10: // again
		seq -= payload
	case kind < 20: // no data
		header = len(b)
		f.ack += uint32(rng.IntN(3))
	default:
		f.seq += payload
	}
	header = min(header, 60) &^ 3
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[8:], f.ack)
	b[12], b[13] = byte(header/4)<<4, flags
}
