package report

import (
	"strconv"
	"strings"
)

// full says whether a queue dropped a packet because there was no room, and not to tell the sender something: "queue limit
// 100", "queue codel limit 1000".
func full(cause string) bool {
	return strings.HasPrefix(cause, "queue ") && strings.Contains(cause, " limit ")
}

// append appends the cause and the bits.
func (d *damage) append(b []byte) []byte {
	b = because(b, d.by)
	sep := ", bits "
	if d.n == 1 {
		sep = ", bit "
	}
	for _, bit := range d.bits[:min(d.n, len(d.bits))] {
		b = strconv.AppendInt(append(b, sep...), int64(bit), 10)
		sep = ", "
	}
	if more := d.n - len(d.bits); more > 0 {
		b = append(strconv.AppendInt(append(b, " and "...), int64(more), 10), " more"...)
	}
	return b
}
