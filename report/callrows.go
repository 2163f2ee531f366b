package report

import (
	"cmp"
	"slices"
	"strings"
)

// callRow is a row of a diagram of calls and packets: what one host does at one instant. A call and the packet that it sends share a
// row, and so do a packet and the call that returns because of it.
type callRow struct {
	order   int
	client  bool
	call    int  // -1: none
	returns bool // of a call that waited: its end, otherwise its beginning
	packet  int  // -1: none
	arrival bool
}

// callLadder is a diagram of the calls of one client and of its server, and of the packets between them.
type callLadder struct {
	flow     *Flow
	port     uint16 // the client's
	calls    []Call
	transits []Transit
	rows     []callRow
}

// newCallLadder takes the first client's part of a run.
func newCallLadder(f *Flow) *callLadder {
	l := &callLadder{flow: f}
	if i := slices.IndexFunc(f.Packets, func(t Transit) bool { return t.Up && t.port > 0 }); i >= 0 {
		l.port = f.Packets[i].port
	}
	for _, t := range f.Packets {
		if t.port == l.port {
			l.transits = append(l.transits, t)
		}
	}
	l.choose()
	for i, t := range l.transits {
		l.rows = append(l.rows, callRow{order: t.sentAt, client: t.Up, call: -1, packet: i})
		if t.Arrived >= 0 && !t.Lost {
			l.rows = append(l.rows, callRow{order: t.arriveAt, client: !t.Up, call: -1, packet: i, arrival: true})
		}
	}
	for i := range l.calls {
		c := &l.calls[i]
		l.rows = append(l.rows, callRow{order: c.begun, client: c.Host == "client", call: i, packet: -1})
		if c.waits() && c.End >= 0 {
			l.rows = append(l.rows, callRow{order: c.ended, client: c.Host == "client", call: i, packet: -1, returns: true})
		}
	}
	slices.SortStableFunc(l.rows, func(a, b callRow) int { return cmp.Compare(a.order, b.order) })
	l.merge()
	return l
}

// choose keeps the calls of the first client, and those of the server that concern it: on its listening socket those up to the
// client's accept, on the connection all; of datagrams those from and to the client.
func (l *callLadder) choose() {
	connection := -1
	for _, c := range l.flow.Calls {
		switch {
		case c.Host == "client":
			if c.Program == 0 {
				l.calls = append(l.calls, c)
			}
			continue
		case c.Name == "accept":
			if connection >= 0 || c.Peer.Port() != l.port && c.End >= 0 {
				continue
			}
			connection = c.NewFD
		case c.Name == "sendto" || c.Name == "recvfrom":
			if c.Peer.Port() != l.port && c.End >= 0 {
				continue
			}
		case c.Name == "recv" || c.Name == "send" || c.Name == "shutdown" || c.Name == "close":
			if connection <= 0 || c.FD != connection {
				continue
			}
			if c.Name == "close" {
				connection = 0 // the descriptor may become another's
			}
		}
		l.calls = append(l.calls, c)
	}
}

// merge joins a row to the one before, where they are one host's at one instant and tell of a call and a packet.
func (l *callLadder) merge() {
	rows := l.rows[:0]
	for _, r := range l.rows {
		if n := len(rows); n > 0 {
			last := &rows[n-1]
			same := last.client == r.client && l.at(*last) == l.at(r)
			switch {
			case same && last.packet < 0 && !last.returns && r.call < 0 && !r.arrival: // a call sends
				last.packet = r.packet
				continue
			case same && last.call < 0 && last.arrival && r.returns: // a call returns with what has come
				last.call, last.returns = r.call, true
				continue
			}
		}
		rows = append(rows, r)
	}
	l.rows = rows
}

// stretch is a part of the rows, the last included.
type stretch struct{ first, last int }

// How many rows the parts of the diagram have at most.
const (
	openingRows = 24
	repairRows  = 24
	closingRows = 12
	settledRows = 4 // more, for packets that are still on their way
)

// parts returns what is shown: the opening with the first exchange, what was done about the first loss, and the close.
func (l *callLadder) parts() []stretch {
	if len(l.rows) == 0 {
		return nil
	}
	parts := []stretch{l.opening()}
	if s, ok := l.repair(); ok {
		parts = append(parts, s)
	}
	if i := l.find(0, func(r callRow) bool { return r.client && l.is(r, "close") }); i >= 0 {
		parts = append(parts, stretch{max(0, i-1), min(len(l.rows)-1, i+closingRows)})
	}
	slices.SortFunc(parts, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	joined := parts[:1]
	for _, p := range parts[1:] {
		if last := &joined[len(joined)-1]; p.first <= last.last+3 {
			last.last = max(last.last, p.last)
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// find returns the first row from start on for which is holds, or -1.
func (l *callLadder) find(start int, is func(callRow) bool) int {
	for i := start; i < len(l.rows); i++ {
		if is(l.rows[i]) {
			return i
		}
	}
	return -1
}

// is reports whether the row tells of the beginning of a call of one of the names.
func (l *callLadder) is(r callRow, names ...string) bool {
	return r.call >= 0 && !r.returns && slices.Contains(names, l.calls[r.call].Name)
}

// answered reports whether the client has got something in this row.
func (l *callLadder) answered(r callRow) bool {
	return r.client && r.call >= 0 && (r.returns || !l.calls[r.call].waits()) && l.calls[r.call].Name == "recv" && !l.calls[r.call].failed()
}

func (l *callLadder) opening() stretch {
	end := l.find(0, l.answered)
	if end < 0 || end > openingRows {
		end = min(openingRows, len(l.rows)-1)
	}
	return l.settled(stretch{0, end})
}

// repair is the exchange in which a packet was lost, up to the answer, or the next one. What costs nothing to lose, a TCP
// acknowledgment, has to do only where nothing else was lost.
func (l *callLadder) repair() (stretch, bool) {
	gone := func(r callRow) bool { return r.packet >= 0 && !r.arrival && l.transits[r.packet].Lost }
	lost := l.find(0, func(r callRow) bool {
		return gone(r) && !strings.HasPrefix(strings.ToLower(l.transits[r.packet].Label), "ack")
	})
	if lost < 0 {
		lost = l.find(0, gone)
	}
	if lost < 0 {
		return stretch{}, false
	}
	first := max(0, lost-4)
	for i := lost; i >= max(0, lost-16); i-- {
		if l.rows[i].client && l.is(l.rows[i], "send", "connect") {
			first = i
			break
		}
	}
	end := l.find(lost, l.answered)
	if end < 0 || end > first+repairRows {
		end = min(first+repairRows, len(l.rows)-1)
	}
	return l.settled(stretch{first, end}), true
}

// settled extends a part by a few rows, so that packets arrive that were sent in it.
func (l *callLadder) settled(s stretch) stretch {
	most := min(s.last+settledRows, len(l.rows)-1)
	for i := s.last + 1; i <= most; i++ {
		r := l.rows[i]
		if r.packet < 0 || !r.arrival {
			continue
		}
		if sent := l.sentRow(r.packet); sent >= s.first && sent <= s.last {
			s.last = i
		}
	}
	return s
}

// sentRow returns the row in which a packet was sent.
func (l *callLadder) sentRow(packet int) int {
	return l.find(0, func(r callRow) bool { return r.packet == packet && !r.arrival })
}
