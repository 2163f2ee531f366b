package report

import (
	"bytes"
	"testing"

	"lossylab/netem"
)

// bulk returns a function that tells o, and told of messages, of one more step of a bulk transfer over TCP: the client
// sends a segment of 1448 bytes that is a message, the one before 100 others arrives, and its acknowledgment comes back at
// once. With loss, each 64th segment is lost, and sent again 50 steps later. A step is five events and two messages.
func bulk(t testing.TB, o netem.Observer, told func(MessageEvent), loss bool) func() {
	const size, flying = 1448, 100
	s := newStory(t, netem.Observers(nil))
	syn, data, ack := s.tcp(up, 999, 0, "S", 0), s.tcp(up, 0, 1, "A", size).Data, s.tcp(down, 1, 0, "A", 0).Data
	type segment struct {
		netem.Packet
		number int // of the message, or -1: there is none
		ack    netem.Packet
	}
	var ring [128]segment
	var rooms [128][2][]byte // observers may keep a packet until it has arrived
	for i := range rooms {
		rooms[i] = [2][]byte{bytes.Clone(data), bytes.Clone(ack)}
	}
	var got intervals
	var resend []int
	n, next, id, read := 0, 0, uint64(10), 0
	tell := func(link string, k netem.Kind, p *netem.Packet, by string) {
		o.Observe(netem.Event{At: netem.Time(n) * 1e6, Link: link, Kind: k, By: by, Packet: p})
	}
	fresh := func(int64, int64) {}
	tell(up, netem.Sent, syn, "")
	tell(up, netem.Delivered, syn, "")
	return func() {
		n++
		seg, room := &ring[n%128], &rooms[n%128]
		if len(resend) > 0 && n%64 == 50 {
			seg.number, resend = resend[0], resend[1:]
		} else {
			seg.number = next
			next++
			told(MessageEvent{Kind: MessageSent, At: netem.Time(n) * 1e6, Seq: seg.number, Bytes: size})
		}
		id += 2
		seg.Packet = netem.Packet{ID: id, Sent: netem.Time(n) * 1e6, Data: room[0]}
		put32(room[0][24:], uint32(1000+seg.number*size))
		tell(up, netem.Sent, &seg.Packet, "")
		tell(up, netem.Dequeued, &seg.Packet, "")
		if loss && n%64 == 0 {
			tell(up, netem.Dropped, &seg.Packet, "loss 1.5%")
			resend, seg.number = append(resend[:len(resend):len(resend)], seg.number), -1
		}
		old := &ring[(n-flying+128)%128]
		if n <= flying || old.number < 0 {
			return
		}
		tell(up, netem.Delivered, &old.Packet, "")
		got.add(int64(old.number)*size, int64(old.number+1)*size, fresh)
		for ; int64(read+1)*size <= got.base; read++ {
			told(MessageEvent{Kind: MessageReceived, At: netem.Time(n) * 1e6, Seq: read, Bytes: size, Sent: netem.Time(n-flying) * 1e6})
		}
		put32(room[1][28:], uint32(1000+got.base))
		seg.ack = netem.Packet{ID: id + 1, Sent: netem.Time(n) * 1e6, Data: room[1]}
		tell(down, netem.Sent, &seg.ack, "")
		tell(down, netem.Delivered, &seg.ack, "")
	}
}
