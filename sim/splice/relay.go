package splice

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"lossylab/netem/relay"
	"lossylab/sim"
	"lossylab/sim/netstack"
)

// Config says between what a Relay carries connections.
type Config struct {
	Wall           *relay.Wall // drives Loop
	Loop           *sim.Loop
	Client, Server *netstack.Host
	Across         netip.AddrPort // Server's, on the link
	Dial           func(context.Context) (net.Conn, error)
	Connections    int         // at a time; more wait in the system's backlog
	Tell           func(error) // told of what goes wrong, from any goroutine
}

// Relay carries the connections of one listening socket to one server.
type Relay struct {
	Config
	ctx      context.Context
	cancel   context.CancelFunc
	listener net.Listener
	places   chan struct{}
	running  sync.WaitGroup
	counts   Counts // this and the rest are guarded by the wall
	ends     map[*end]bool
	scratch  []byte // for whatever program reads
}

// Counts counts what became of a relay's connections.
type Counts struct {
	Accepted  uint64 `json:"accepted"`  // from clients
	Connected uint64 `json:"connected"` // of these, through to the server
	Refused   uint64 `json:"refused"`   // the server could not be reached
	Lost      uint64 `json:"lost"`      // the link let no connection through
	Reset     uint64 `json:"reset"`     // ended by a reset from either side
	Active    uint64 `json:"active"`    // now
	BytesUp   uint64 `json:"bytes_up"`  // written to the server
	BytesDown uint64 `json:"bytes_down"`
}

// scratchSize is how much a program reads at a time, bytes.
const scratchSize = 128 << 10

// New begins to carry connections that come to l, which it owns from then on.
func New(c Config, l net.Listener) (*Relay, error) {
	r := &Relay{Config: c, listener: l, places: make(chan struct{}, c.Connections), ends: map[*end]bool{},
		scratch: make([]byte, scratchSize)}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	began := make(chan error, 1)
	c.Wall.Enter()
	c.Loop.Go(func() { r.serve(began) })
	c.Wall.Leave()
	if err := <-began; err != nil {
		return nil, err
	}
	r.running.Add(1)
	go r.accept()
	return r, nil
}

// Counts returns the counters.
func (r *Relay) Counts() Counts {
	r.Wall.Enter()
	defer r.Wall.Leave()
	return r.counts
}

// Stop accepts no more connections. Those that there are go on.
func (r *Relay) Stop() { r.listener.Close() }

// Close resets what is still connected, and waits for all goroutines of the relay.
func (r *Relay) Close() {
	r.Stop()
	r.cancel()
	r.Wall.Enter()
	for e := range r.ends {
		e.reset()
	}
	r.Wall.Leave()
	r.running.Wait()
}

// accept takes clients in.
func (r *Relay) accept() {
	defer r.running.Done()
	for {
		select {
		case r.places <- struct{}{}:
		case <-r.ctx.Done():
			return
		}
		c, err := r.listener.Accept()
		if err != nil {
			if r.ctx.Err() == nil && !closed(err) {
				r.Tell(fmt.Errorf("tcp: accepting a client: %v", err))
				<-r.places
				if passing(err) {
					continue
				}
			}
			return
		}
		r.Wall.Enter()
		r.counts.Accepted++
		r.counts.Active++
		r.Loop.Go(func() { r.cross(c) })
		r.Wall.Leave()
	}
}

// cross is a program: it connects the hosts for a client.
func (r *Relay) cross(c net.Conn) {
	e := r.newEnd(c)
	e.client = true
	e.start()
	inner, err := r.Client.Dial(context.Background(), "tcp", r.Across.String())
	if err != nil {
		r.counts.Lost++
		e.reset()
		e.inwards() // to its end
		e.half()
		e.half() // there is no program for the other direction
		return
	}
	e.join(inner.(inside))
}

// serve is a program: the server's host takes in what comes across.
func (r *Relay) serve(began chan<- error) {
	l, err := r.Server.Listen("tcp", ":"+strconv.Itoa(int(r.Across.Port())))
	if began <- err; err != nil {
		return
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		r.running.Add(1)
		go r.dial(c.(inside))
	}
}

// dial connects to the server for a connection that has come across.
func (r *Relay) dial(inner inside) {
	defer r.running.Done()
	c, err := r.Dial(r.ctx)
	r.Wall.Enter()
	defer r.Wall.Leave()
	if err != nil {
		r.counts.Refused++
		inner.Abort()
		if r.ctx.Err() == nil {
			r.Tell(fmt.Errorf("tcp: the server cannot be reached: %w", err))
		}
		return
	}
	r.counts.Connected++
	e := r.newEnd(c)
	e.start()
	r.Loop.Go(func() { e.join(inner) })
}
