package pcapng

import "encoding/binary"

const (
	blockNames = 4

	recordEnd  = 0
	recordIPv4 = 1
	recordIPv6 = 2
)

// appendNames appends a Name Resolution Block, section 4.5 of the draft, with a record for each address of the hosts. It
// appends nothing when there is no name to tell.
func appendNames(b []byte, hosts ...Host) []byte {
	le, start := binary.LittleEndian, len(b)
	b = le.AppendUint32(b, blockNames)
	b = le.AppendUint32(b, 0) // the length, once it is known
	empty := len(b)
	for _, h := range hosts {
		for _, a := range h.Addrs {
			typ, raw := uint16(recordIPv6), a.AsSlice()
			if a.Is4() {
				typ = recordIPv4
			}
			if h.Name == "" || !a.IsValid() || len(raw)+len(h.Name)+1 > maxText {
				continue
			}
			b = le.AppendUint16(b, typ)
			b = le.AppendUint16(b, uint16(len(raw)+len(h.Name)+1))
			b = append(append(b, raw...), h.Name...)
			b = append(b, 0)
			b = append(b, zeros[:pad(len(raw)+len(h.Name)+1)]...)
		}
	}
	if len(b) == empty {
		return b[:start]
	}
	b = le.AppendUint16(b, recordEnd)
	b = le.AppendUint16(b, 0)
	total := uint32(len(b) - start + 4)
	le.PutUint32(b[start+4:], total)
	return le.AppendUint32(b, total)
}
