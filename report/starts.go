package report

import (
	"cmp"
	"slices"
)

// carry makes now the last carrier of tr's sequence numbers, as far as they have been sent before, and returns who was
// the last to carry the first of them. Again is false if they are new.
func (c *tcpConn) carry(tr *transmission, now carrier) (before carrier, again bool) {
	if tr.low < 0 && len(c.starts) == 0 && c.index == 0 { // the first SYN
		c.starts = append(c.starts, start{tr.low, -1, now})
		return carrier{}, false
	}
	known := c.next // sequence numbers sent so far
	if c.fin {
		known++
	}
	if tr.low >= known {
		if tr.high > tr.to {
			c.starts, c.fin = append(c.starts, start{tr.to, c.index, now}), true
		}
		return carrier{}, false
	}
	i := c.split(tr.low)
	if tr.high < known {
		c.split(tr.high)
	}
	if i < len(c.starts) {
		before = c.starts[i].last
	}
	for ; i < len(c.starts) && c.starts[i].offset < tr.high; i++ {
		c.starts[i].last = now
	}
	if tr.high > tr.to && !c.fin {
		c.fin = true // its start would lie behind that of new data: nobody asks for it
	}
	return before, true
}

// extend notes the new data at the end of tr.
func (c *tcpConn) extend(tr *transmission, now carrier) {
	if tr.to <= c.next {
		return
	}
	at := start{max(tr.from, c.next), c.index, now}
	if n := len(c.starts); n > 0 && c.starts[n-1].offset >= tr.to { // its FIN stands there already
		c.starts = slices.Insert(c.starts, n-1, at)
		c.starts[n].index++
	} else {
		slide(&c.starts, &c.room, at)
	}
	c.next = tr.to
	c.index++
}

// find returns the place of the start at offset, or where it would be.
func (c *tcpConn) find(offset int64) (i int, found bool) {
	return slices.BinarySearchFunc(c.starts, offset, func(s start, o int64) int { return cmp.Compare(s.offset, o) })
}

// split makes a start at offset, if there is none and it lies within a stretch that is not forgotten, and returns its
// place.
func (c *tcpConn) split(offset int64) int {
	i, found := c.find(offset)
	if found || i == 0 {
		return i
	}
	part := c.starts[i-1]
	part.offset = offset
	c.starts = slices.Insert(c.starts, i, part)
	return i
}

// ended notes what became of tr where it was the last carrier.
func (c *tcpConn) ended(tr *transmission) {
	i, found := c.find(tr.low)
	if !found {
		i = max(0, i-1)
	}
	for ; i < len(c.starts) && c.starts[i].offset < tr.high; i++ {
		if c.starts[i].last.id == tr.id {
			c.starts[i].last.ending = tr.ending
		}
	}
}

// ordinal returns the number of the segment that first carried the byte at offset; behind the last one sent, the next
// one's.
func (c *tcpConn) ordinal(offset int64) int {
	if offset >= c.next || len(c.starts) == 0 {
		return c.index
	}
	i, found := c.find(offset)
	if !found {
		i = max(0, i-1)
	}
	return max(0, c.starts[i].index)
}

// acknowledge lets go of the stretches that end before offset.
func (c *tcpConn) acknowledge(offset int64) {
	c.acked = max(c.acked, offset)
	n := 0
	for n+1 < len(c.starts) && c.starts[n+1].offset <= c.acked {
		n++
	}
	c.starts = c.starts[n:]
}
