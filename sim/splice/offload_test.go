package splice

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"lossylab/netem"
)

// inspector looks at every packet that is sent.
type inspector struct {
	t     testing.TB
	sent  atomic.Int64
	again atomic.Int64 // bytes of payload beyond those of the stream
}

// Observe implements netem.Observer.
func (i *inspector) Observe(e netem.Event) {
	if e.Kind != netem.Sent {
		return
	}
	i.sent.Add(1)
	b := e.Packet.Data
	h, ok := e.Packet.Header()
	if !ok || len(b) > 1500 || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		i.t.Errorf("packet %d of %d bytes, readable: %v", e.Packet.ID, len(b), ok)
		return
	}
	i.again.Add(int64(len(h.Payload)))
	n := int(b[0]&15) * 4
	pseudo := append(bytes.Clone(b[12:20]), 0, b[9], byte((len(b)-n)>>8), byte(len(b)-n))
	if sum(b[:n]) != 0xffff || sum(append(pseudo, b[n:]...)) != 0xffff {
		i.t.Errorf("packet %d has a wrong checksum", e.Packet.ID)
	}
}

// sum is the ones' complement sum of RFC 1071 section 1.
func sum(b []byte) uint16 {
	s := uint32(0)
	for i, c := range b {
		s += uint32(c) << (8 * (1 - i%2))
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

// Over a perfect link the stack leaves cutting up to the network card; what is on the link is the same all the same. And when
// the link becomes another while a connection is busy, that goes on.
func TestWhatIsLeftToTheCard(t *testing.T) {
	for _, becomes := range []string{"", "loss 3%", "delay 1ms", "rate 100mbit limit 50", "reorder 5% by 3 duplicate 2%"} {
		t.Run(becomes, func(t *testing.T) {
			look := &inspector{t: t}
			specs := func(text string) (s [2]netem.Stage) {
				spec, err := netem.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range []string{"up", "down"} {
					if s[i], err = netem.NewStage(name, spec, 1, look); err != nil {
						t.Fatal(err)
					}
				}
				return s
			}
			first := specs("")
			r := &rig{t: t}
			r.Net = NewNet(NetConfig{MTU: 1500, CC: "cubic", Idle: 1e12, Clients: 1, Connections: 10, Tell: func(error) {}}, first[0], first[1], true)
			t.Cleanup(r.Close)
			c := dial(t, r.tcp(echo(t)))
			sent := noise(3_000_000, 3)
			go func() {
				for i, b := 0, sent; len(b) > 0; i++ {
					n := min(len(b), 70_000)
					c.Write(b[:n])
					if b = b[n:]; i == 10 {
						next := specs(becomes)
						r.Change(next[0], next[1], func(netem.Time) bool { return becomes == "" })
					}
				}
				c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d of %d bytes came back; %v", len(got), len(sent), err)
			}
			for r.State().TCP[0].Active > 0 {
				runtime.Gosched()
			}
			s := r.State()
			t.Logf("%d packets, %+v", look.sent.Load(), s.Host)
			if extra := look.again.Load() - 2*int64(len(sent)); becomes == "" && (extra != 0 || s.Host[0].Retransmits+s.Host[1].Retransmits > 0) {
				t.Errorf("%d bytes were sent again over a perfect link, %+v", extra, s.Host)
			}
		})
	}
}
