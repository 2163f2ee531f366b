package netstack

import (
	"fmt"
	"reflect"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// inside is where the stack's TCP keeps what it does not show. This file is the only one that looks there; the fields are
// found by name when the program starts, and NewHost fails if one of them is not what this version of the stack has.
var inside = lookInside()

// offsets are the places of the fields that the corrections and the samples need.
type offsets struct {
	snd   uintptr // of the pointer to the sender, in the endpoint
	state uintptr // of TCPSenderState, in the sender
	phase uintptr // of the tcpip.CongestionControlState, in the sender
	rtt   uintptr // of TCPRTTState, in the sender
	cc    uintptr // of the congestion control, in the sender: an interface that holds a pointer
	err   error
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
	o.state = field(sender, "TCPSenderState", reflect.TypeFor[tcp.TCPSenderState]()).Offset
	o.phase = field(sender, "state", reflect.TypeFor[tcpip.CongestionControlState]()).Offset
	o.rtt = rtt.Offset + field(rtt.Type, "TCPRTTState", reflect.TypeFor[tcp.TCPRTTState]()).Offset
	cc := field(sender, "cc", nil)
	o.cc = cc.Offset
	if o.err == nil && cc.Type.Kind() != reflect.Interface {
		o.err = fmt.Errorf("netstack: the congestion control of %s is a %s: its TCP cannot be corrected", Version, cc.Type)
	}
	return o
}

// inner is what is inside one connection's sender.
type inner struct {
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
	in.state = (*tcp.TCPSenderState)(unsafe.Add(snd, inside.state))
	in.phase = (*tcpip.CongestionControlState)(unsafe.Add(snd, inside.phase))
	in.rtt = (*tcp.TCPRTTState)(unsafe.Add(snd, inside.rtt))
	if cc == "cubic" {
		// An interface is two words, the second of which points to the cubicState, which begins with a TCPCubicState.
		in.cubic = (*tcp.TCPCubicState)((*[2]unsafe.Pointer)(unsafe.Add(snd, inside.cc))[1])
	}
	return in, true
}
