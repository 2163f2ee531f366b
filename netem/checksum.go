package netem

import (
	"encoding/binary"
	"math/bits"
)

// Partial is the checksum of a packet's transport while nobody has computed it, as hosts leave it to their network cards:
// the field then holds the sum over the pseudo header. A TCP or UDP header never begins at 0, so the zero value is none.
type Partial struct {
	Start uint16 // in Data, where what is to be summed begins
	Field uint16 // behind that, where the checksum stands
}

// Complete computes the checksum that p.Partial has left. Who shows, damages, cuts or shares Data calls it first; who reads
// headers or lengths need not.
func (p *Packet) Complete() {
	at := int(p.Partial.Start) + int(p.Partial.Field)
	if at == 0 || at+2 > len(p.Data) {
		return
	}
	sum := ^Fold(Sum(0, p.Data[p.Partial.Start:]))
	if sum == 0 && p.Partial.Field == 6 { // RFC 768, UDP: "If the computed checksum is zero, it is transmitted as all ones"
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(p.Data[at:], sum)
	p.Partial = Partial{}
}

// Sum adds b to a sum in one's complement, 64 bits at a time: RFC 1071 section 2 (C), "Deferred Carries". The sum is in the
// order of the processor: Fold turns it round.
func Sum(sum uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 32 {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[8:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[16:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[24:]), carry)
		sum, carry = bits.Add64(sum, 0, carry)
		sum += carry
		b = b[32:]
	}
	for len(b) >= 8 {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum += carry
		b = b[8:]
	}
	var rest uint64
	for i, c := range b {
		rest |= uint64(c) << (8 * i)
	}
	sum, carry = bits.Add64(sum, rest, 0)
	return sum + carry
}

// Fold makes 16 bits of a sum, in network order, not inverted.
func Fold(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return bits.ReverseBytes16(uint16(sum))
}
