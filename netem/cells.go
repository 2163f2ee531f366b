package netem

import "time"

// etherHeader is what Linux counts beside the IP packet: tc's rate, slot and corrupt see an Ethernet frame, without its
// preamble, checksum and gap.
const etherHeader = 14

// tcRate is the rate of a tc line.
type tcRate struct {
	said     bool
	bytes    uint64 // a second; 0 is no rate
	overhead int32  // bytes to add to each packet
	cell     uint32 // bytes of a packet in one cell; 0 is no cells
	perCell  int32  // bytes to add to each cell
}

// transmission returns how long a frame takes, in ns rounded down, as the kernel calculates it: in unsigned integers,
// which begin again at their largest where a negative overhead takes away more than there is.
func (r *tcRate) transmission(frame int) uint64 {
	n := uint64(frame) + uint64(r.overhead)
	if r.cell != 0 {
		cells := uint32(n) / r.cell
		if n > uint64(cells*r.cell) { // the last one is not full
			cells++
		}
		n = uint64(cells * (r.cell + uint32(r.perCell)))
	}
	return n * uint64(time.Second) / r.bytes
}
