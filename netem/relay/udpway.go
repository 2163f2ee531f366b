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
	r := &room{}
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(r.space())
		switch {
		case err == nil:
			l.fromClient(r, n, from)
		case gone(err):
			return
		default: // some systems tell here of what an earlier datagram met
			l.udp.tell("receiving from clients", l.server, err)
			time.Sleep(time.Millisecond)
		}
	}
}

// fromClient takes a datagram of n bytes in r.
func (l *listener) fromClient(r *room, n int, client netip.AddrPort) {
	u := l.udp
	u.Wall.Enter()
	f := u.flows.byKey[flowKey{l, client}]
	if f == nil {
		u.Wall.Leave()
		if f = l.open(client); f == nil {
			return
		}
		u.Wall.Enter()
		l.admit(f)
	}
	u.flows.touch(f, u.Wall.now)
	l.counts.FromClient++
	p := r.packet(f.ends.headers(), n)
	u.number(f, up, p)
	u.Up(p)
	u.Wall.Leave()
}

// number gives a packet its ID and its headers.
func (u *UDP) number(f *flow, w way, p *netem.Packet) {
	serial := u.Serial()
	p.ID = uint64(f.slot)*Serials + serial
	f.ends.seal(p.Data, w, uint16(serial))
}

// open makes the socket towards the server for a new client, outside the lock: only the reader makes any.
func (l *listener) open(client netip.AddrPort) *flow {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(l.server))
	if err != nil {
		l.udp.tell("a socket for one more client", l.server, err)
		l.udp.Wall.Enter()
		l.counts.FromClient, l.counts.Unsent = l.counts.FromClient+1, l.counts.Unsent+1
		l.udp.Wall.Leave()
		return nil
	}
	return &flow{at: l, client: client, ends: newEnds(client, l.server), server: conn}
}

// admit begins a flow.
func (l *listener) admit(f *flow) {
	u := l.udp
	for len(u.flows.byKey) >= u.Clients {
		u.flows.oldest.at.counts.Forgotten++
		u.flows.forget(u.flows.oldest)
	}
	l.counts.Clients++
	f.born = u.Serial() + 1
	u.flows.add(f)
	u.readers.Add(1)
	go f.read()
}

// fromServer takes a datagram of n bytes in r.
func (f *flow) fromServer(r *room, n int) {
	u := f.at.udp
	u.Wall.Enter()
	defer u.Wall.Leave()
	f.at.counts.FromServer++
	if u.flows.slots[f.slot] != f {
		f.at.counts.Stale++
		return
	}
	u.flows.touch(f, u.Wall.now)
	p := r.packet(f.ends.headers(), n)
	u.number(f, down, p)
	u.Down(p)
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

// toServer writes a datagram, outside the lock.
func (l *listener) toServer(o *outgoing) bool {
	_, err := o.flow.server.Write(o.data)
	if err != nil && refused(err) { // of an earlier datagram: the system tells of it instead of sending this one
		o.flow.refused(err)
		_, err = o.flow.server.Write(o.data)
	}
	return l.wrote("sending to the server", err)
}

// toClient writes a datagram, outside the lock.
func (l *listener) toClient(o *outgoing) bool {
	_, err := l.conn.WriteToUDPAddrPort(o.data, o.flow.client)
	return l.wrote("sending to a client", err)
}

// wrote says whether a datagram was sent.
func (l *listener) wrote(what string, err error) bool {
	if err != nil && !gone(err) {
		l.udp.tell(what, l.server, err)
	}
	return err == nil
}
