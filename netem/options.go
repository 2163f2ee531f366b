package netem

import "encoding/binary"

// The kinds of TCP options that matter here, from the IANA registry.
const (
	OptionMSS           = 2 // RFC 9293 section 3.2
	OptionWindowScale   = 3 // RFC 7323 section 2.2
	OptionSACKPermitted = 4 // RFC 2018 section 2
	OptionSACK          = 5 // RFC 2018 section 3
)

// TCPOption returns the value of the first TCP option of that kind, which shares memory with options. RFC 9293 section 3.1:
// kind 0 ends the list and kind 1 is a byte of padding; any other has a length, which counts the kind and itself. Options
// behind one that lies about its length are not looked at.
func TCPOption(options []byte, kind byte) (value []byte, ok bool) {
	for len(options) > 0 && options[0] != 0 {
		n := 1
		if options[0] != 1 {
			if len(options) < 2 || options[1] < 2 || int(options[1]) > len(options) {
				return nil, false
			}
			if n = int(options[1]); options[0] == kind {
				return options[2:n], true
			}
		}
		options = options[n:]
	}
	return nil, false
}

// WindowScale returns the shift that a SYN announces. RFC 7323 section 2.3: a greater one than 14 counts as 14.
func (h *Header) WindowScale() (shift uint8, ok bool) {
	v, ok := TCPOption(h.Options, OptionWindowScale)
	if !ok || len(v) != 1 {
		return 0, false
	}
	return min(v[0], 14), true
}

// SACK returns the blocks of the SACK option, each from its first sequence number to the one behind its last: four at most.
func (h *Header) SACK() (blocks [][2]uint32) {
	v, _ := TCPOption(h.Options, OptionSACK)
	for ; len(v) >= 8 && len(blocks) < 4; v = v[8:] {
		blocks = append(blocks, [2]uint32{binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])})
	}
	return blocks
}

// hasSACK says whether there is a block at least.
func (h *Header) hasSACK() bool {
	v, _ := TCPOption(h.Options, OptionSACK)
	return len(v) >= 8
}
