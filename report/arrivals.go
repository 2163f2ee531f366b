package report

import (
	"sort"

	"lossylab/netem"
)

// arrivals tells when the messages of one client, which lie one behind the other in its TCP stream, have reached the
// server's host. Memory holds those that the receiving program has not got.
type arrivals struct {
	bytes intervals // of the stream, that have arrived
	end   int64     // of the last message sent
	first int       // number of the first message in queue
	queue []expected
}

// expected is a message that the receiving program has not got.
type expected struct {
	end     int64 // in the stream
	missing int64 // bytes that have not arrived
	at      netem.Time
}

// send puts the next message behind the others.
func (a *arrivals) send(bytes int) {
	a.end += int64(bytes)
	a.queue = append(a.queue, expected{end: a.end, missing: int64(bytes)})
}

// arrive notes that the bytes [from, to) of the stream have reached the server's host.
func (a *arrivals) arrive(at netem.Time, from, to int64) {
	a.bytes.add(from, to, func(from, to int64) {
		i := sort.Search(len(a.queue), func(i int) bool { return a.queue[i].end > from })
		for ; i < len(a.queue) && from < to; i++ {
			m := &a.queue[i]
			n := min(to, m.end) - from
			from += n
			m.missing -= n
			m.at = at
		}
	})
}

// at returns when the last byte of message seq arrived, or -1 if it has not or is not remembered any more.
func (a *arrivals) at(seq int) netem.Time {
	i := seq - a.first
	if i < 0 || i >= len(a.queue) || a.queue[i].missing > 0 {
		return -1
	}
	return a.queue[i].at
}

// forget lets go of message seq and of those before it.
func (a *arrivals) forget(seq int) {
	n := min(max(0, seq+1-a.first), len(a.queue))
	a.first, a.queue = a.first+n, a.queue[n:]
}
