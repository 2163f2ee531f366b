package netstack

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// inside is where the stack's TCP keeps what it does not show. This file is the only one that looks there; the fields are
// found by name when the program starts, and NewHost fails if one of them is not what this version of the stack has.
var inside = lookInside()

// offsets are the places of the fields that the corrections and the samples need.
type offsets struct {
	snd   uintptr // of the pointer to the sender, in the endpoint
	gso   uintptr // of how it leaves cutting up to the network card, in the endpoint: stack.GSO
	state uintptr // of TCPSenderState, in the sender
	phase uintptr // of the tcpip.CongestionControlState, in the sender
	rtt   uintptr // of TCPRTTState, in the sender
	cc    uintptr // of the congestion control, in the sender: an interface that holds a pointer
	first uintptr // of the pointer to the first segment that is not acknowledged, in the sender
	next  uintptr // of the pointer to the next one, in a segment
	pkt   uintptr // of the pointer to its payload, in a segment
	when  uintptr // of the time at which it was sent last, in a segment
	sent  uintptr // of the number of times that it was sent, in a segment: uint32
	acked uintptr // of whether it was SACKed, in a segment: bool
	lost  uintptr // of whether RACK holds it for lost and it was not sent again yet, in a segment: bool

	resend, probe       uintptr // of the timers, in the sender
	timerState, target  uintptr // of a timer's state and the instant at which it is to go off, in a timer
	clockTarget, waiter uintptr // of the instant for which the host's clock has it, and of what is set there, in a timer
	probed              uintptr // of whether a probe is out, in the sender: bool
	spurious            uintptr // of whether the recovery was found to be needless, in the sender: bool
	rack                uintptr // of TCPRACKState, in the sender
	zeroProbes          uintptr // of how many probes of a zero window were not answered, in the sender: uint32
	minRTO              uintptr // of the least retransmission timeout, in the sender: time.Duration

	err error
}

func lookInside() (o offsets) {
	field := func(t reflect.Type, name string, want reflect.Type) reflect.StructField {
		if t.Kind() == reflect.Struct {
			if f, ok := t.FieldByName(name); ok && (want == nil || f.Type == want) {
				return f
			}
		}
		o.err = fmt.Errorf("netstack: %s.%s is not what %s has: its TCP cannot be corrected", t, name, Version)
		return reflect.StructField{Type: reflect.TypeFor[*struct{}]()}
	}
	snd := field(reflect.TypeFor[tcp.Endpoint](), "snd", nil)
	sender := snd.Type.Elem()
	rtt := field(sender, "rtt", nil)
	o.snd = snd.Offset
	o.gso = field(reflect.TypeFor[tcp.Endpoint](), "gso", reflect.TypeFor[stack.GSO]()).Offset
	o.state = field(sender, "TCPSenderState", reflect.TypeFor[tcp.TCPSenderState]()).Offset
	o.phase = field(sender, "state", reflect.TypeFor[tcpip.CongestionControlState]()).Offset
	o.rtt = rtt.Offset + field(rtt.Type, "TCPRTTState", reflect.TypeFor[tcp.TCPRTTState]()).Offset
	written := field(sender, "writeList", nil)
	list := field(written.Type, "writeList", nil)
	head := field(list.Type, "head", nil)
	segment := head.Type.Elem()
	entry := field(segment, "segmentEntry", nil)
	o.first = written.Offset + list.Offset + head.Offset
	o.next = entry.Offset + field(entry.Type, "next", head.Type).Offset
	o.pkt = field(segment, "pkt", reflect.TypeFor[*stack.PacketBuffer]()).Offset
	o.when = field(segment, "xmitTime", reflect.TypeFor[tcpip.MonotonicTime]()).Offset
	o.sent = field(segment, "xmitCount", reflect.TypeFor[uint32]()).Offset
	o.acked = field(segment, "acked", reflect.TypeFor[bool]()).Offset
	o.lost = field(segment, "lost", reflect.TypeFor[bool]()).Offset
	cc := field(sender, "cc", nil)
	o.cc = cc.Offset
	o.lookAtTimers(sender, field)
	if o.err == nil && cc.Type.Kind() != reflect.Interface {
		o.err = fmt.Errorf("netstack: the congestion control of %s is a %s: its TCP cannot be corrected", Version, cc.Type)
	}
	return o
}

// lookAtTimers finds the retransmission timer and the probe's, which are alike.
func (o *offsets) lookAtTimers(sender reflect.Type, field func(reflect.Type, string, reflect.Type) reflect.StructField) {
	resend := field(sender, "resendTimer", nil)
	o.resend, o.probe = resend.Offset, field(sender, "probeTimer", resend.Type).Offset
	state := field(resend.Type, "state", nil)
	if state.Type.Kind() != reflect.Int {
		field(resend.Type, "state of kind int", nil) // which is not there
	}
	o.timerState = state.Offset
	o.target = field(resend.Type, "target", reflect.TypeFor[tcpip.MonotonicTime]()).Offset
	o.clockTarget = field(resend.Type, "clockTarget", reflect.TypeFor[tcpip.MonotonicTime]()).Offset
	o.waiter = field(resend.Type, "timer", reflect.TypeFor[tcpip.Timer]()).Offset
	rack := field(sender, "rc", nil)
	o.probed = rack.Offset + field(rack.Type, "tlpRxtOut", reflect.TypeFor[bool]()).Offset
	o.rack = rack.Offset + field(rack.Type, "TCPRACKState", reflect.TypeFor[tcp.TCPRACKState]()).Offset
	o.spurious = field(sender, "spuriousRecovery", reflect.TypeFor[bool]()).Offset
	o.zeroProbes = field(sender, "unackZeroWindowProbes", reflect.TypeFor[uint32]()).Offset
	o.minRTO = field(sender, "minRTO", reflect.TypeFor[time.Duration]()).Offset
}

// inner is what is inside one connection's sender.
type inner struct {
	snd   unsafe.Pointer
	state *tcp.TCPSenderState
	phase *tcpip.CongestionControlState
	rtt   *tcp.TCPRTTState
	cubic *tcp.TCPCubicState // nil with another congestion control
}

// look returns what is inside ep's sender, and false before the connection is established.
func look(ep *tcp.Endpoint, cc string) (in inner, ok bool) {
	snd := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(ep), inside.snd))
	if snd == nil {
		return in, false
	}
	in.snd = snd
	in.state = (*tcp.TCPSenderState)(unsafe.Add(snd, inside.state))
	in.phase = (*tcpip.CongestionControlState)(unsafe.Add(snd, inside.phase))
	in.rtt = (*tcp.TCPRTTState)(unsafe.Add(snd, inside.rtt))
	if cc == "cubic" {
		// An interface is two words, the second of which points to the cubicState, which begins with a TCPCubicState.
		in.cubic = (*tcp.TCPCubicState)((*[2]unsafe.Pointer)(unsafe.Add(snd, inside.cc))[1])
	}
	return in, true
}

// segment is one that has been sent and is not acknowledged; the end of the list is nil.
type segment struct{ at unsafe.Pointer }

// segments returns the first segment that has been sent and is not acknowledged.
func (in inner) segments() segment {
	return segment{*(*unsafe.Pointer)(unsafe.Add(in.snd, inside.first))}.ifSent()
}

func (s segment) following() segment {
	return segment{*(*unsafe.Pointer)(unsafe.Add(s.at, inside.next))}.ifSent()
}

// ifSent is the end of the list from the first segment on that has not been sent.
func (s segment) ifSent() segment {
	if s.at == nil || s.sent() == 0 {
		return segment{}
	}
	return s
}

func (s segment) acked() bool { return *(*bool)(unsafe.Add(s.at, inside.acked)) }
func (s segment) lost() *bool { return (*bool)(unsafe.Add(s.at, inside.lost)) }
func (s segment) sent() uint32 {
	return *(*uint32)(unsafe.Add(s.at, inside.sent))
}
func (s segment) when() *tcpip.MonotonicTime {
	return (*tcpip.MonotonicTime)(unsafe.Add(s.at, inside.when))
}
func (s segment) payload() int {
	return (*(**stack.PacketBuffer)(unsafe.Add(s.at, inside.pkt))).Data().Size()
}

// inFlight counts the segments that have been sent and are neither SACKed nor lost, nor were too big for the path.
func (in inner) inFlight() (n int) {
	for s := in.segments(); s.at != nil; s = s.following() {
		if !s.acked() && !*s.lost() && *s.when() != tooBig {
			n++
		}
	}
	return n
}

// probed reports whether a tail loss probe was sent and nothing has been heard of it.
func (in inner) probed() bool { return *(*bool)(unsafe.Add(in.snd, inside.probed)) }

// spurious is whether an acknowledgment has shown that the recovery, which may be over, was entered for nothing.
func (in inner) spurious() *bool { return (*bool)(unsafe.Add(in.snd, inside.spurious)) }

func (in inner) rack() *tcp.TCPRACKState {
	return (*tcp.TCPRACKState)(unsafe.Add(in.snd, inside.rack))
}

// zeroProbes is how many probes of a zero window have been sent since the last that was answered.
func (in inner) zeroProbes() uint32 {
	return *(*uint32)(unsafe.Add(in.snd, inside.zeroProbes))
}

// minRTO is the least that the stack makes of the retransmission timeout when it next measures a round trip.
func (in inner) minRTO() *time.Duration { return (*time.Duration)(unsafe.Add(in.snd, inside.minRTO)) }

func (in inner) resend() stackTimer { return stackTimer{unsafe.Add(in.snd, inside.resend)} }
func (in inner) probe() stackTimer  { return stackTimer{unsafe.Add(in.snd, inside.probe)} }

// stackTimer is one of the sender's timers.
type stackTimer struct{ at unsafe.Pointer }

// The states of a timer, beside one that has never been used. One that is orphaned is not set, but the host's clock will
// wake it, to find that out.
const (
	enabled  = 2
	orphaned = 3
)

func (t stackTimer) state() *int { return (*int)(unsafe.Add(t.at, inside.timerState)) }

func (t stackTimer) enabled() bool { return *t.state() == enabled }

func (t stackTimer) disable() {
	if t.enabled() {
		*t.state() = orphaned
	}
}

// set sets a timer that is not set, and has been before, for an instant that is not before now.
func (t stackTimer) set(at, now tcpip.MonotonicTime) {
	waiter := *(*tcpip.Timer)(unsafe.Add(t.at, inside.waiter))
	if waiter == nil {
		return
	}
	clock := (*tcpip.MonotonicTime)(unsafe.Add(t.at, inside.clockTarget))
	if *t.state() != orphaned || at.Before(*clock) {
		*clock = at
		waiter.Reset(at.Sub(now))
	}
	*t.state(), *t.target() = enabled, at
}

func (t stackTimer) target() *tcpip.MonotonicTime {
	return (*tcpip.MonotonicTime)(unsafe.Add(t.at, inside.target))
}

// bringForward has a timer that is set go off at an earlier instant, which is not before now.
func (t stackTimer) bringForward(to, now tcpip.MonotonicTime) {
	*t.target() = to
	clock := (*tcpip.MonotonicTime)(unsafe.Add(t.at, inside.clockTarget))
	if to.Before(*clock) { // otherwise the host's clock wakes it before, and it sleeps on
		*clock = to
		(*(*tcpip.Timer)(unsafe.Add(t.at, inside.waiter))).Reset(to.Sub(now))
	}
}
