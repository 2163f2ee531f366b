package trace

import (
	"fmt"
	"io"

	"lossylab/netem"
	"lossylab/report/capturefile"
	"lossylab/report/match"
)

// The causes that events of captures have.
const (
	lostBetween = "lost between the captures"
	copied      = "duplicated between the captures"
	damaged     = "corrupted between the captures"
)

// The links' names.
const (
	up   = "up"
	down = "down"
)

// Observer is told of each event, with the number of the frame that it is in its capture, 0 for none. A packet is the
// observer's until the event that ends it, and of its Data only the headers and the length are those of the packet.
type Observer interface {
	ObserveFrame(e netem.Event, frame int)
}

// Replay reads both captures side by side and tells the observer what happened to each packet of the conversation, in order
// of time. It returns the time of the last event.
func (m *Meeting) Replay(o Observer) (end netem.Time, err error) {
	r := &replay{Meeting: m, observer: o}
	if err := r.begin(&r.client, m.Client, up, m.Of.up(), &m.up, &m.down); err != nil {
		return 0, err
	}
	if err := r.begin(&r.server, m.Server, down, m.Of.up().reversed(), &m.down, &m.up); err != nil {
		return 0, err
	}
	return r.run()
}

// replay merges two captures.
type replay struct {
	*Meeting
	observer       Observer
	client, server vantage
	begun          bool
	zero           int64 // the client's time of the first packet
	now            netem.Time
	id             uint64
	stuck          int // arrivals that could not be before their sending in either order
}

// vantage goes through one capture.
type vantage struct {
	name    string
	rs      *capturefile.Reader
	link    string // on which its host sends
	own     ends   // of the packets that it sends
	out, in *crossings
	flying  flying // what was sent here
	none    bool   // nothing that was sent here arrives
	lost    int    // of out.lost, how many have been passed
	told    int    // the last frame of those sent here that have been told
	head    *capturefile.Record
	of      int   // the frame of which head is the arrival, 0 if it is sent here
	at      int64 // of head, by the client's clock
}

func (r *replay) begin(v *vantage, c match.Capture, link string, own ends, out, in *crossings) (err error) {
	*v = vantage{name: c.Name, link: link, own: own, out: out, in: in, none: len(out.of) == 0}
	if v.rs, err = c.Open(); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return r.next(v)
}

// next goes to the next frame that belongs to the conversation.
func (r *replay) next(v *vantage) error {
	for {
		head, err := v.rs.Next()
		if err == io.EOF {
			v.head = nil
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		v.head, v.of, v.at = head, v.in.sent(head.Frame), head.Time
		if v == &r.server {
			v.at = r.Clock.client(head.Time)
		}
		if v.of != 0 {
			return nil
		}
		if e, _, ok := endsOf(head); ok && e == v.own {
			return nil
		}
	}
}

// run tells all events.
func (r *replay) run() (netem.Time, error) {
	for r.client.head != nil || r.server.head != nil {
		v, o := &r.client, &r.server
		if v.head == nil || o.head != nil && o.at < v.at {
			v, o = o, v
		}
		if v.waitsFor(o) {
			if o.waitsFor(v) {
				r.stuck++
			} else {
				v = o
			}
		}
		if !r.begun {
			r.begun, r.zero = true, v.at
		}
		r.now = max(r.now, netem.Time(v.at-r.zero))
		if v.of == 0 {
			r.send(v)
		} else {
			o = r.other(v)
			r.arrive(v, o)
		}
		if err := r.next(v); err != nil {
			return 0, err
		}
	}
	return r.now, nil
}

func (r *replay) other(v *vantage) *vantage {
	if v == &r.client {
		return &r.server
	}
	return &r.client
}

// waitsFor reports whether what arrives here is still to be told as sent at o: the clocks are known too little, or were set.
func (v *vantage) waitsFor(o *vantage) bool { return v.of != 0 && o.head != nil && v.of > o.told }

// send tells that the head is sent, and at once what is known of it.
func (r *replay) send(v *vantage) {
	r.id++
	frame := v.head.Frame
	p := v.flying.packet(v.head)
	p.ID, p.Sent = r.id, r.now
	v.told = frame
	r.tell(v.link, netem.Sent, "", p, frame)
	copies := v.out.copies[frame]
	for i := range copies {
		c := *p
		c.Copy = i + 1
		r.tell(v.link, netem.Duplicated, copied, &c, 0)
	}
	switch lost := v.loses(frame); {
	case !lost && !v.none:
		v.flying.add(frame, 1+len(copies), p)
		return
	case lost && r.decided(v):
		r.tell(v.link, netem.Dropped, lostBetween, p, 0)
	}
	v.flying.release(p)
}

// loses reports whether the packet that is sent in a frame never arrives. Frames come in order.
func (v *vantage) loses(frame int) bool {
	for v.lost < len(v.out.lost) && int(v.out.lost[v.lost]) < frame {
		v.lost++
	}
	return v.lost < len(v.out.lost) && int(v.out.lost[v.lost]) == frame
}

// decided reports whether the head, which never arrived, would have arrived before the captures end, had it not been lost: as
// far as they show, they end with the last packet of the conversation.
func (r *replay) decided(v *vantage) bool {
	longest := v.out.longest
	if v == &r.client {
		longest -= int64(r.Clock.Offset)
	} else {
		longest += int64(r.Clock.Offset)
	}
	return v.at+max(0, longest) <= r.last
}

// arrive tells that the head, sent at o, arrives here.
func (r *replay) arrive(v, o *vantage) {
	f := o.flying.find(v.of)
	if f == nil {
		return
	}
	p := f.packet
	frame := v.head.Frame
	if n := v.in.copy[frame]; n > 0 {
		c := *p
		c.Copy = n
		p = &c
	}
	if v.in.corrupt[frame] {
		c := netem.Packet{ID: p.ID, Copy: p.Copy, Sent: p.Sent, Corrupt: true, Data: whole(v.head, nil)}
		p = &c
		r.tell(o.link, netem.Corrupted, damaged, p, 0)
	}
	r.tell(o.link, netem.Delivered, "", p, frame)
	if f.left--; f.left == 0 {
		o.flying.end(f)
	}
}

func (r *replay) tell(link string, kind netem.Kind, by string, p *netem.Packet, frame int) {
	r.observer.ObserveFrame(netem.Event{At: r.now, Link: link, Kind: kind, By: by, Packet: p}, frame)
}
