package netstack

import (
	"fmt"
	"math/rand"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"lossylab/netem"
	"lossylab/sim"
)

// Config says what a host is like. Name, Addr and MTU are needed.
type Config struct {
	Name    string     // also names the host's random stream
	Number  int        // of a client, from 0
	Addr    netip.Addr // its one address, IPv4 or IPv6
	MTU     int        // largest IP packet it sends, bytes: 68 (IPv4) or 1280 (IPv6) to 65535
	CC      string     // congestion control: "cubic" or "reno"
	NoSACK  bool       // without selective acknowledgments (RFC 2018), and so without RACK
	Seed    uint64     // of the world
	Observe func(sim.TCPInfo)
}

// validate says what the stack would take and then not do.
func (c Config) validate() error {
	least := header.IPv4MinimumMTU
	if !c.Addr.Is4() {
		least = header.IPv6MinimumMTU
	}
	switch {
	case c.CC != "cubic" && c.CC != "reno":
		return fmt.Errorf("congestion control %q: want cubic or reno", c.CC)
	case c.MTU < least || c.MTU > 65535:
		return fmt.Errorf("MTU %d: want %d to 65535", c.MTU, least)
	}
	return nil
}

// Host is a computer with a TCP/IP stack of its own. Its methods are called from programs of its Loop, but for those of
// the network side: Send connects it, Deliver gives it a packet.
type Host struct {
	config  Config
	loop    *sim.Loop
	clock   *clock
	stack   *stack.Stack
	tcp     stack.TransportProtocol
	nic     *nic
	senders senders
	taken   []connID // by Take, for Settle
	joined  joined
}

// processors guards runtime.GOMAXPROCS: a stack starts as many goroutines for TCP as there are processors when it is
// made, and waits for each of them each time it is to be quiet. One is enough.
var processors sync.Mutex

// nicID is the number of a host's only network card.
const nicID = 1

// NewHost returns a host that lives in l. What it sends goes to send, whose packets have IDs from nextID.
func NewHost(l *sim.Loop, c Config, nextID func() uint64, send func(*netem.Packet)) (*Host, error) {
	if inside.err != nil {
		return nil, inside.err
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("netstack: host %s: %w", c.Name, err)
	}
	h := &Host{config: c, loop: l}
	h.clock = &clock{loop: l, host: h}
	h.nic = &nic{host: h, mtu: uint32(c.MTU), send: send, nextID: nextID}
	h.senders = senders{host: h, byID: map[connID]*sender{}}
	h.makeStack()
	if err := h.configure(); err != nil {
		h.Close()
		return nil, fmt.Errorf("netstack: host %s: %w", c.Name, err)
	}
	return h, nil
}

func (h *Host) makeStack() {
	processors.Lock()
	defer processors.Unlock()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	rng := newRandom(h.config.Seed, h.config.Name)
	h.stack = stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocolWithOptions(ipv6.Options{})},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocolCUBIC, udp.NewProtocol},
		Clock:              h.clock,
		RandSource:         rand.Source(rng),
		SecureRNG:          rng,
	})
	h.tcp = h.stack.TransportProtocolInstance(tcp.ProtocolNumber)
	h.tcp.Pause()
}

// The sizes of TCP's socket buffers, bytes. Those for receiving are as large from the start as Linux's grow, enough for 800
// Mbit/s at 40 ms: the stack's own tuning lags behind, and its flows are then limited by buffers and not by what an
// experiment is about. Those for sending grow with the window (mendBuffer): a program's bytes wait there for their turn.
const (
	minBuffer     = 4 << 10
	sendBuffer    = 85 << 10
	receiveBuffer = 4 << 20
	maxBuffer     = 8 << 20
)

func (h *Host) configure() error {
	if err := h.stack.CreateNIC(nicID, h.nic); err != nil {
		return failure("network card", err)
	}
	addr := tcpip.ProtocolAddress{Protocol: h.protocol(), AddressWithPrefix: tcpip.AddrFromSlice(h.config.Addr.AsSlice()).WithPrefix()}
	if err := h.stack.AddProtocolAddress(nicID, addr, stack.AddressProperties{}); err != nil {
		return failure("address "+h.config.Addr.String(), err)
	}
	everywhere, err := tcpip.NewSubnet(tcpip.AddrFromSlice(make([]byte, h.config.Addr.BitLen()/8)),
		tcpip.MaskFromBytes(make([]byte, h.config.Addr.BitLen()/8)))
	if err != nil {
		return err
	}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: everywhere, NIC: nicID}})
	recovery := tcpip.TCPRACKLossDetection
	if h.config.NoSACK {
		recovery = 0
	}
	cc, sack := tcpip.CongestionControlOption(h.config.CC), tcpip.TCPSACKEnabled(!h.config.NoSACK)
	for _, o := range []tcpip.SettableTransportProtocolOption{
		&cc, &sack, &recovery,
		&tcpip.TCPSendBufferSizeRangeOption{Min: minBuffer, Default: sendBuffer, Max: maxBuffer},
		&tcpip.TCPReceiveBufferSizeRangeOption{Min: minBuffer, Default: receiveBuffer, Max: maxBuffer},
	} {
		if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, o); err != nil {
			return failure(fmt.Sprintf("%T", o), err)
		}
	}
	return nil
}

func (h *Host) protocol() tcpip.NetworkProtocolNumber {
	if h.config.Addr.Is4() {
		return ipv4.ProtocolNumber
	}
	return ipv6.ProtocolNumber
}

// Deliver gives the host a packet from the network and waits until the stack has dealt with it.
func (h *Host) Deliver(p *netem.Packet) {
	if len(p.Data) == 0 {
		return
	}
	h.nic.receive(p)
	if id, ok := connOf(p.Data); ok {
		h.settle()
		h.senders.after(id)
	} else if isICMP(p.Data) { // about any of the connections
		h.settle()
		h.senders.all()
	}
}

// settle lets the stack's own goroutine run until it has nothing left to do: Pause comes back only then. Outside settle
// it is paused, so it never runs beside a program or the loop.
func (h *Host) settle() {
	h.tcp.Resume()
	h.tcp.Pause()
}

// Now implements sim.Clock.
func (h *Host) Now() time.Time { return h.clock.Now() }

// Sleep implements sim.Clock.
func (h *Host) Sleep(d time.Duration) { h.loop.Sleep(d) }

// Go implements sim.Clock.
func (h *Host) Go(f func()) { h.loop.Go(f) }

// Quiet reports whether no connection has anything left to send or to wait for but its TIME-WAIT.
func (h *Host) Quiet() bool { return h.senders.quiet() }

// Stats returns what TCP has counted so far.
func (h *Host) Stats() sim.TCPStats {
	s := h.stack.Stats().TCP
	return sim.TCPStats{
		Retransmits:    s.Retransmits.Value(),
		FastRecoveries: s.SACKRecovery.Value() + s.FastRecovery.Value(),
		Timeouts:       s.Timeouts.Value() - h.senders.zeroProbes,
		Spurious:       s.SpuriousRecovery.Value() + s.SpuriousRTORecovery.Value(),
		TailProbes:     s.TLPRecovery.Value(),
		ChecksumErrors: s.ChecksumErrors.Value(),
	}
}

// mute lets nothing more out of the host.
func (h *Host) mute() { h.nic.send = func(*netem.Packet) {} }

// Close aborts what is still open, without a further packet, and waits for the stack's goroutines to end.
func (h *Host) Close() {
	h.mute()
	h.tcp.Resume()
	h.stack.Destroy()
}
