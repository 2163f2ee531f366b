package netem

// Order says whether jitter may change the order of packets.
type Order uint8

// The orders of a link.
const (
	Free Order = iota // packets arrive when they are due: jitter reorders them, as in tc-netem
	Keep              // no packet is due before the one sent before it; only Reorder.By and Duplicate still change the order
)

// String returns the order's word in a SPEC.
func (o Order) String() string {
	if o == Keep {
		return "keep"
	}
	return "free"
}
