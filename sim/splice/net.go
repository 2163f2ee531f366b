package splice

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"lossylab/netem"
	"lossylab/netem/relay"
	"lossylab/sim"
	"lossylab/sim/netstack"
)

// NetConfig says what a Net is like.
type NetConfig struct {
	MTU         int // of the hosts, bytes
	CC          string
	NoSACK      bool
	Seed        uint64
	Idle        time.Duration // how long a silent UDP client is remembered
	Clients     int           // UDP clients remembered
	Connections int           // TCP connections of each relay at a time
	Tell        func(error)   // told of what goes wrong, from any goroutine
	Forgetful   bool          // whoever observes the link keeps no packet
}

// Net is a link in real time, and what stands at its two ends: for UDP sockets, for TCP hosts. All its relays share it.
//
// Packets of UDP have the real addresses of client and server. Those of TCP are from 10.0.0.1 to 10.0.0.2 for the first
// relay, 10.0.0.3 for the second and so on, to the server's own port: the hosts are no real ones.
type Net struct {
	NetConfig
	Wall *relay.Wall
	Loop *sim.Loop

	ways    [2]*way // up and down
	udp     *relay.UDP
	client  *netstack.Host
	servers []*netstack.Host // of relay i, at 10.0.0.(2+i)
	relays  []*Relay
	serial  uint64
	perfect bool // the link does nothing to packets: several may be dealt with together
	late    relay.Lateness
	ended   sync.Once
}

// way is one direction of a Net.
type way struct {
	*relay.Switch
	pipe  *sim.Pipe
	taken []*netstack.Host // have taken packets that they have not settled
}

// NewNet returns a Net whose link is up (client to server) and down. It is perfect if both do nothing at all to any packet.
func NewNet(c NetConfig, up, down netem.Stage, perfect bool) *Net {
	n := &Net{NetConfig: c, Loop: sim.NewLoop(), perfect: perfect}
	n.Wall = relay.NewWall(n.Loop)
	n.ways = [2]*way{{Switch: relay.NewSwitch(up)}, {Switch: relay.NewSwitch(down)}}
	for i, w := range n.ways {
		w.pipe = sim.NewPipe(n.Loop, w.Switch, func(p *netem.Packet) { n.arrive(i, p) })
		w.pipe.Then(w.settle)
		w.pipe.Back(func(p *netem.Packet) { n.back(i, p) })
	}
	n.udp = relay.NewUDP(relay.UDPConfig{Wall: n.Wall, Up: n.ways[0].pipe.Send, Down: n.ways[1].pipe.Send,
		Serial: n.next, Clear: func() bool { return n.Forgetful && n.empty() }, Idle: c.Idle, Clients: c.Clients, Tell: c.Tell})
	return n
}

// next numbers packets.
func (n *Net) next() uint64 {
	n.serial++
	return n.serial
}

// empty reports whether no packet is on the link. It is called within the Wall.
func (n *Net) empty() bool {
	_, up := n.ways[0].Next()
	_, down := n.ways[1].Next()
	return !up && !down
}

// arrive hands over a packet at the end of a way.
func (n *Net) arrive(i int, p *netem.Packet) {
	now := n.Loop.Now()
	if i == 0 && n.udp.ArriveUp(now, p) || i == 1 && n.udp.ArriveDown(now, p) {
		return
	}
	n.late.Add(n.Wall.Now() - now)
	h := n.client
	if i == 0 {
		h = n.serverOf(p, 16)
	}
	switch w := n.ways[i]; {
	case h == nil: // no host has the address that corruption has made of one
	case n.perfect && w.Stages() == 1:
		h.Take(p)
		if len(w.taken) == 0 || w.taken[len(w.taken)-1] != h {
			w.taken = append(w.taken, h)
		}
	default:
		h.Deliver(p)
	}
}

// settle has the hosts deal with what they have taken.
func (w *way) settle() {
	for _, h := range w.taken {
		h.Settle()
	}
	w.taken = w.taken[:0]
}

// back hands a packet with which the link answers to who has sent: an ICMP error. The sockets of UDP have no use for it.
func (n *Net) back(i int, p *netem.Packet) {
	h := n.client
	if i == 1 {
		h = n.serverOf(p, 16) // it is the destination of the answer
	}
	if h != nil && p.ID < relay.Serials {
		h.Deliver(p)
	}
}

// serverOf returns the host whose address stands at an offset of a packet's header.
func (n *Net) serverOf(p *netem.Packet, at int) *netstack.Host {
	if len(p.Data) < 20 || p.Data[0]>>4 != 4 {
		return nil
	}
	i := int64(binary.BigEndian.Uint32(p.Data[at:])) - firstServer
	if i < 0 || i >= int64(len(n.servers)) {
		return nil
	}
	return n.servers[i]
}

// firstServer is 10.0.0.2.
const firstServer = 10<<24 + 2

// MaxTCP is how many relays of TCP a Net has at most.
const MaxTCP = 250

// UDP begins to relay the datagrams that come to conn.
func (n *Net) UDP(conn *net.UDPConn, server netip.AddrPort) { n.udp.Relay(conn, server) }

// TCP begins to relay the connections that come to l, to a server that dial connects to and whose port is given.
func (n *Net) TCP(l net.Listener, port uint16, dial func(context.Context) (net.Conn, error)) error {
	i := len(n.servers)
	if i == MaxTCP {
		return fmt.Errorf("more than %d relays of TCP", MaxTCP)
	}
	if n.client == nil {
		h, err := n.host("client", netip.AddrFrom4([4]byte{10, 0, 0, 1}), 1)
		if err != nil {
			return err
		}
		n.client = h
	}
	addr := netip.AddrFrom4([4]byte{10, 0, 0, byte(2 + i)})
	h, err := n.host(fmt.Sprintf("server %d", i+1), addr, 0)
	if err != nil {
		return err
	}
	n.Wall.Enter()
	n.servers = append(n.servers, h)
	n.Wall.Leave()
	r, err := New(Config{Wall: n.Wall, Loop: n.Loop, Client: n.client, Server: h, Across: netip.AddrPortFrom(addr, port),
		Dial: dial, Connections: n.Connections, Tell: n.Tell}, l)
	if err == nil {
		n.relays = append(n.relays, r)
	}
	return err
}

// host makes a host, whose packets go the way 1-toward.
func (n *Net) host(name string, addr netip.Addr, toward int) (*netstack.Host, error) {
	n.Wall.Enter()
	defer n.Wall.Leave()
	h, err := netstack.NewHost(n.Loop, netstack.Config{Name: name, Addr: addr, MTU: n.MTU, CC: n.CC, NoSACK: n.NoSACK,
		Seed: n.Seed}, n.next, n.ways[1-toward].pipe.Send)
	if err == nil {
		h.Offload(n.perfect)
	}
	return h, err
}

// Change has packets that are sent from now on go through other stages; nil leaves a way as it is. It calls then, within the
// Wall, at the time of the change, which says whether the link is perfect now.
func (n *Net) Change(up, down netem.Stage, then func(now netem.Time) (perfect bool)) {
	n.Wall.Enter()
	defer n.Wall.Leave()
	for i, s := range []netem.Stage{up, down} {
		if s != nil {
			n.ways[i].Change(s)
		}
	}
	n.perfect = then(n.Loop.Now())
	for _, h := range n.servers {
		h.Offload(n.perfect)
	}
	if n.client != nil {
		n.client.Offload(n.perfect)
	}
}
