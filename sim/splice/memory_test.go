package splice

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"lossylab/netem"
)

// datagram is the i-th of a client: nobody else's has the same bytes anywhere.
func datagram(client, i int) []byte {
	return bytes.Repeat([]byte{byte(client), byte(i >> 8), byte(i)}, 1+(i*37)%400)
}

// talk sends a client's datagrams to a server that returns them, some at a time, and wants none to come back as another. It
// returns how many came.
func talk(t *testing.T, c *net.UDPConn, client, n int) (came int) {
	b := make([]byte, 2000)
	for i := range n {
		c.Write(datagram(client, i))
		if i%20 < 19 {
			continue
		}
		c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		for range 20 {
			k, err := c.Read(b)
			if err != nil {
				break
			}
			if came++; k < 3 || !bytes.Equal(b[:k], datagram(client, int(b[1])<<8|int(b[2]))) {
				t.Errorf("client %d got %d bytes that nobody sent", client, k)
				return came
			}
		}
	}
	return came
}

// The memory of datagrams is used again, and never while the link or a socket has still to give them out, whatever the link
// does and also when it is changed.
func TestNoDatagramBecomesAnother(t *testing.T) {
	for _, spec := range []string{"", "delay 2ms 1ms", "loss 10% duplicate 30% reorder 20% by 3", "rate 100mbit delay 1ms", "mtu 600",
		`tc "delay 1ms duplicate 20%"`} {
		t.Run(spec, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, spec)
			server := udpSocket(t)
			go func() {
				b := make([]byte, 2000)
				for {
					n, from, err := server.ReadFromUDPAddrPort(b)
					if err != nil {
						return
					}
					server.WriteToUDPAddrPort(b[:n], from)
				}
			}()
			at := r.udp(server.LocalAddr())
			var clients sync.WaitGroup
			for i := range 3 {
				c := client(t, at)
				clients.Go(func() {
					if talk(t, c, i, 300) == 0 {
						t.Errorf("nothing came back to client %d", i)
					}
				})
			}
			for _, next := range []string{"", "delay 3ms duplicate 50%", ""} {
				time.Sleep(10 * time.Millisecond)
				up, down := stages(t, next)
				r.Change(up, down, func(netem.Time) bool { return next == "" })
			}
			clients.Wait()
			if s := r.State().UDP[0]; s.Corrupt != 0 {
				t.Errorf("damaged on the way: %+v", s)
			}
		})
	}
}

// keeper is an observer that keeps all packets, and what they were when they were sent.
type keeper struct {
	packets []*netem.Packet
	sent    [][]byte
}

func (k *keeper) Observe(e netem.Event) {
	if e.Kind == netem.Sent {
		k.packets = append(k.packets, e.Packet)
		k.sent = append(k.sent, bytes.Clone(e.Packet.Data))
	}
}

// Who observes a link may keep its packets, unless it has been said that nobody does.
func TestPacketsMayBeKept(t *testing.T) {
	k := &keeper{}
	var ways [2]netem.Stage
	for i, name := range []string{"up", "down"} {
		s, err := netem.NewStage(name, netem.Spec{}, 1, k)
		if err != nil {
			t.Fatal(err)
		}
		ways[i] = s
	}
	r := &rig{Net: NewNet(NetConfig{MTU: 1500, CC: "cubic", Idle: time.Hour, Clients: 2, Connections: 1, Tell: func(error) {}}, ways[0], ways[1], true), t: t}
	t.Cleanup(r.Close)
	c := client(t, r.udp(upper(t)))
	for i := range 100 {
		ask(t, c, string(datagram(1, i)))
	}
	r.Close()
	if len(k.packets) < 200 {
		t.Errorf("%d packets were sent", len(k.packets))
	}
	ids := map[uint64]bool{}
	for i, p := range k.packets {
		if !bytes.Equal(p.Data, k.sent[i]) || ids[p.ID] {
			t.Fatalf("packet %d has become another", i)
		}
		ids[p.ID] = true
	}
}
