package metric

// byteWindow is how many of the latest packet numbers are looked at, in blocks of byteBlock.
const (
	byteWindow = 4096
	byteShift  = 6
	byteBlock  = 1 << byteShift
	byteBlocks = byteWindow / byteBlock
)

// ByteOffset is the byte offset of RFC 4737 section 4.4: of a reordered packet, the payload of the packets with greater
// numbers that arrived before it, which is the storage that a receiver needs to bring it back in order.
//
// Those packets all arrived at or behind the first one with a greater number, so that first one need not be found. Packets
// in order have no offset and are not counted. Copies must have been taken out. The payloads of the latest 4096 numbers are
// remembered, in 33 KiB; a packet more than that behind needs at least what is given. The zero value is ready to use.
type ByteOffset struct {
	Reordered int64 // packets that have an offset
	Sum       int64 // bytes
	Max       int64 // bytes
	AtLeast   int64 // of the reordered packets, how many may have a greater offset

	next   int64             // NextExp, one more than the greatest number
	bytes  []int64           // payload by number, modulo the window
	blocks [byteBlocks]int64 // sums of bytes
}

// Add takes the next arrival, and returns its offset in bytes and whether it has one, being reordered.
func (b *ByteOffset) Add(seq int64, payload int) (offset int64, reordered bool) {
	if b.bytes == nil {
		b.bytes = make([]int64, byteWindow)
	}
	if seq >= b.next {
		b.advance(seq + 1)
		b.put(seq, int64(payload))
		return 0, false
	}
	least := b.next - byteWindow
	if seq < least {
		b.AtLeast++
		offset = b.sum(least)
	} else {
		offset = b.sum(seq + 1)
		b.put(seq, int64(payload))
	}
	b.Reordered++
	b.Sum += offset
	b.Max = max(b.Max, offset)
	return offset, true
}

// Mean returns the mean offset of the reordered packets in bytes, 0 without any.
func (b *ByteOffset) Mean() float64 { return ratio(b.Sum, b.Reordered) }

// put notes the payload of packet seq.
func (b *ByteOffset) put(seq, payload int64) {
	b.bytes[seq&(byteWindow-1)] += payload
	b.blocks[seq>>byteShift&(byteBlocks-1)] += payload
}

// advance moves the end of the window and forgets the payloads that leave it.
func (b *ByteOffset) advance(next int64) {
	if next-b.next >= byteWindow {
		clear(b.bytes)
		b.blocks = [byteBlocks]int64{}
		b.next = next
		return
	}
	for ; b.next < next; b.next++ {
		b.put(b.next, -b.bytes[b.next&(byteWindow-1)])
	}
}

// sum adds up the payloads of the numbers from seq up.
func (b *ByteOffset) sum(seq int64) int64 {
	var sum int64
	for ; seq < b.next; seq++ {
		if seq%byteBlock == 0 && seq+byteBlock <= b.next {
			sum += b.blocks[seq>>byteShift&(byteBlocks-1)]
			seq += byteBlock - 1
			continue
		}
		sum += b.bytes[seq&(byteWindow-1)]
	}
	return sum
}
