package relay

import (
	"net"
	"net/netip"
	"time"

	"lossylab/netem"
)

// read brings what clients send to the link.
func (l *listener) read() {
	defer l.udp.readers.Done()
	r, err := newReader(l.socket, false)
	for err == nil || !gone(err) {
		var room *room
		if room, err = r.next(); room != nil {
			r.done(room, l.fromClients(room))
		}
		if err != nil && !gone(err) { // some systems tell here of what an earlier datagram met
			l.udp.tell("receiving from clients", l.server, err)
			time.Sleep(time.Millisecond)
		}
	}
}

// fromClients takes a batch of datagrams, and says whether it is gone.
func (l *listener) fromClients(r *room) (gone bool) {
	u := l.udp
	u.Wall.Enter()
	for _, d := range r.batch {
		l.counts.FromClient++
		f := u.flows.byKey[flowKey{l, d.from}]
		if f == nil {
			if f = l.admit(d.from); f == nil {
				continue
			}
		}
		u.flows.touch(f, u.Wall.now)
		p := r.packet(f.ends.headers(), d)
		u.number(f, up, p)
		u.Up(p)
	}
	return u.leave(&l.up)
}

// leave leaves the wall, and says whether no packet is left that was to go through a box.
func (u *UDP) leave(o *outbox) (gone bool) {
	u.Wall.finish()
	gone = !o.busy && len(o.waiting) == 0 && u.Clear != nil && u.Clear()
	u.Wall.mu.Unlock()
	return gone
}

// number gives a packet its ID and its headers.
func (u *UDP) number(f *flow, w way, p *netem.Packet) {
	serial := u.Serial()
	p.ID = uint64(f.slot)*Serials + serial
	f.ends.seal(p.Data, w, uint16(serial))
}

// admit begins a flow for a new client, nil if there is no socket for it. The lock is free while it is made: only the
// listener's reader makes any.
func (l *listener) admit(client netip.AddrPort) *flow {
	u := l.udp
	u.Wall.Leave()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(l.server))
	u.Wall.Enter()
	if u.closed {
		if err == nil {
			conn.Close()
		}
		return nil
	}
	if err != nil {
		u.tell("a socket for one more client", l.server, err)
		l.counts.Unsent++
		return nil
	}
	for len(u.flows.byKey) >= u.Clients {
		u.flows.oldest.at.counts.Forgotten++
		u.flows.forget(u.flows.oldest)
	}
	l.counts.Clients++
	f := &flow{at: l, client: client, ends: newEnds(client, l.server), server: newSocket(conn), born: u.Serial() + 1}
	u.flows.add(f)
	u.readers.Add(1)
	go f.read()
	return f
}

// read brings what the server answers to the link.
func (f *flow) read() {
	defer f.at.udp.readers.Done()
	r, err := newReader(f.server, true)
	for err == nil || f.failed(err) {
		var room *room
		if room, err = r.next(); room != nil {
			r.done(room, f.fromServer(room))
		}
	}
}

// fromServer takes a batch of datagrams, and says whether it is gone.
func (f *flow) fromServer(r *room) (gone bool) {
	u := f.at.udp
	u.Wall.Enter()
	n := uint64(len(r.batch))
	f.at.counts.FromServer += n
	if u.flows.slots[f.slot] != f {
		f.at.counts.Stale += n
		u.Wall.Leave()
		return true
	}
	u.flows.touch(f, u.Wall.now)
	for _, d := range r.batch {
		p := r.packet(f.ends.headers(), d)
		u.number(f, down, p)
		u.Down(p)
	}
	return u.leave(&f.at.down)
}

// failed says whether reading from the server goes on after an error.
func (f *flow) failed(err error) bool {
	switch {
	case gone(err):
		return false
	case refused(err):
		f.refused(err)
		return true
	}
	u := f.at.udp
	u.tell("receiving from the server", f.at.server, err)
	u.Wall.Enter()
	u.flows.forget(f)
	u.Wall.Leave()
	return false
}

func (f *flow) refused(err error) {
	u := f.at.udp
	u.tell("the server cannot be reached", f.at.server, err)
	u.Wall.Enter()
	f.at.counts.Refused++
	u.Wall.Leave()
}

// ArriveUp takes a packet that has arrived at the server's end of the link at now. It is called within the Wall, and is
// false if the packet was not sent here.
func (u *UDP) ArriveUp(now netem.Time, p *netem.Packet) bool { return u.arrive(up, now, p) }

// ArriveDown is ArriveUp for the clients' end.
func (u *UDP) ArriveDown(now netem.Time, p *netem.Packet) bool { return u.arrive(down, now, p) }

func (u *UDP) arrive(w way, now netem.Time, p *netem.Packet) bool {
	if p.ID < Serials {
		return false
	}
	f := u.flows.of(p.ID)
	if f == nil {
		u.stale()
		return true
	}
	b := p.Data
	if p.Fragment {
		if b = u.reassembly.add(w, p); b == nil {
			return true
		}
	}
	data, ok := f.ends.open(b, w)
	box := &f.at.up
	if w == down {
		box = &f.at.down
	}
	switch {
	case !ok:
		f.at.counts.Corrupt++
	case !box.put(f, now, data):
		f.at.counts.Overrun++
	}
	return true
}

// stale counts a packet of which nobody knows any more whose it was.
func (u *UDP) stale() {
	if len(u.listeners) > 0 {
		u.listeners[0].counts.Stale++
	}
}
