//go:build linux

package kernel

import (
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"lossylab/netem"
	"lossylab/sim"
)

// listed is an observer that writes down what it is told, and some of each packet.
type listed struct{ lines []string }

// Observe implements netem.Observer.
func (l *listed) Observe(e netem.Event) {
	p := e.Packet
	l.lines = append(l.lines, fmt.Sprintf("%v %s %v %q %d/%d corrupt %v fragment %v+%d sent %v, waiting %d/%d: %x", e.At, e.Link, e.Kind, e.By,
		p.ID, p.Copy, p.Corrupt, p.Fragment, p.Offset, p.Sent, e.Waiting, e.WaitingBytes, p.Data))
}

// datagram is an IPv4 packet of n bytes.
func datagram(n int) []byte {
	b := make([]byte, n)
	copy(b, []byte{0x45, 0, byte(n >> 8), byte(n), 0, 7, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 2, 3, 4})
	headerSum(b)
	return b
}

// What a link tells comes out of the stream as it went in, whatever the link does: also one made of several that cuts
// packets up.
func TestTheStreamTellsAllThatItWasTold(t *testing.T) {
	for _, words := range []string{
		"rate 1mbit limit 5 delay 1ms loss 10% duplicate 20% corrupt 20% reorder 10% by 2",
		"( mtu 600 fragment rate 2mbit delay 1ms duplicate 30% ) then ( mtu 300 fragment corrupt 10% loss 5% )",
		`tc "delay 5ms 3ms loss 5% duplicate 5% corrupt 5%"`,
		"rate 1mbit queue codel limit 50 ecn delay 1ms",
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		direct, again := &listed{}, &listed{}
		rec := newRecorder(newOutflow(w))
		spec, err := netem.Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		stage, err := netem.NewStage(up, spec, 1, netem.Observers{direct, rec})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			s := story{observer: again}
			s.end.Store(int64(sim.Forever))
			_, err := s.read(newPlayer(r))
			done <- err
		}()
		now := netem.Time(0)
		for id := range 300 {
			now += 2_000_000
			for at, ok := stage.Next(); ok && at <= now; at, ok = stage.Next() {
				stage.Recv(at)
				rec.deliver(at)
			}
			stage.Send(now, &netem.Packet{ID: uint64(id + 1), Data: datagram(100 + id*4)})
			if id%10 == 0 {
				rec.mark(now)
			}
		}
		rec.finish(now)
		if err := rec.out.close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Errorf("%s: %v", words, err)
		}
		if !slices.Equal(direct.lines, again.lines) {
			for i := range min(len(direct.lines), len(again.lines)) {
				if direct.lines[i] != again.lines[i] {
					t.Fatalf("%s: event %d\n%s\n%s", words, i, direct.lines[i], again.lines[i])
				}
			}
			t.Errorf("%s: %d events, and then %d", words, len(direct.lines), len(again.lines))
		}
	}
}

// A stream that breaks off is told up to there, and is an error.
func TestAStreamThatBreaksOff(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		out := newOutflow(w)
		rec := newRecorder(out)
		rec.Observe(netem.Event{At: 1, Link: up, Packet: &netem.Packet{ID: 1, Data: datagram(50)}})
		out.write([]byte("half a record"))
		out.close()
	}()
	l := &listed{}
	s := story{observer: l}
	s.end.Store(int64(sim.Forever))
	if _, err := s.read(newPlayer(r)); err != io.ErrUnexpectedEOF || len(l.lines) != 1 {
		t.Errorf("%v after %d events", err, len(l.lines))
	}
}

// What programs tell is told between what the link tells, in order of time, and what is told too late, late.
func TestTheStoryIsInOrder(t *testing.T) {
	var got []string
	s := story{observer: observed(func(e netem.Event) { got = append(got, fmt.Sprintf("link %d", e.At)) })}
	s.end.Store(100)
	for _, at := range []netem.Time{30, 10, 200} {
		s.tell(at, func(at netem.Time) { got = append(got, fmt.Sprintf("program %d", at)) })
	}
	for _, at := range []netem.Time{20, 5, 40, 120} {
		s.pending = append(s.pending, netem.Event{At: at, Packet: &netem.Packet{}})
	}
	s.until(25)
	s.tell(7, func(at netem.Time) { got = append(got, fmt.Sprintf("late %d", at)) })
	s.until(300)
	if want := []string{"link 5", "program 10", "link 20", "late 20", "program 30", "link 40"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// observed is a function that is told of events.
type observed func(netem.Event)

// Observe implements netem.Observer.
func (f observed) Observe(e netem.Event) { f(e) }
