package app

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"lossylab/sim"
)

// HeaderLen is the length of a message's header, bytes:
//
//	 0        4      6      8          12                  20      24
//	┌────────┬──────┬──────┬──────────┬───────────────────┬───────┬─────────
//	│ "loss" │ flow │ len  │ sequence │ sent, ns of world │  CRC  │ content
//	└────────┴──────┴──────┴──────────┴───────────────────┴───────┴─────────
//
// in network byte order. The checksum is CRC-32C over all else; len is that of the content. The first word is
// for people who look at captures, and keeps Wireshark from taking a message for one of a protocol that it guesses at.
const HeaderLen = 24

// MaxMessage is the longest message, bytes: what fits into one UDP datagram over IPv4.
const MaxMessage = 65507

// message is one numbered message.
type message struct {
	flow, seq int
	sent      time.Time
	content   []byte
}

const magic = "loss"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errCorrupt = errors.New("app: the message's checksum is wrong")

// append writes the message behind b.
func (m message) append(b []byte) []byte {
	start := len(b)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint16(b, uint16(m.flow))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.content)))
	b = binary.BigEndian.AppendUint32(b, uint32(m.seq))
	b = binary.BigEndian.AppendUint64(b, uint64(m.sent.Sub(sim.Epoch)))
	b = binary.BigEndian.AppendUint32(b, 0)
	b = append(b, m.content...)
	binary.BigEndian.PutUint32(b[start+checksumAt:], checksum(b[start:]))
	return b
}

// checksumAt is the checksum's place in the header, which it ends.
const checksumAt = HeaderLen - 4

// checksum sums up a whole message, its checksum left out.
func checksum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:checksumAt], castagnoli), castagnoli, b[HeaderLen:])
}

// contentLen reads the length of the content from a header.
func contentLen(header []byte) int { return int(binary.BigEndian.Uint16(header[6:])) }

// parseMessage reads a whole message. The content shares b's memory.
func parseMessage(b []byte) (m message, err error) {
	if len(b) < HeaderLen || contentLen(b) != len(b)-HeaderLen {
		return m, fmt.Errorf("app: a message of %d bytes: %w", len(b), errCorrupt)
	}
	if string(b[:len(magic)]) != magic || binary.BigEndian.Uint32(b[checksumAt:]) != checksum(b) {
		return m, errCorrupt
	}
	m.flow = int(binary.BigEndian.Uint16(b[4:]))
	m.seq = int(binary.BigEndian.Uint32(b[8:]))
	m.sent = sim.Epoch.Add(time.Duration(binary.BigEndian.Uint64(b[12:])))
	m.content = b[HeaderLen:]
	return m, nil
}
