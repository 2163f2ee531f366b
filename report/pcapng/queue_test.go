package pcapng

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// recorder is a Writer that keeps what it is given as text.
type recorder struct {
	got []string
	err error
}

func (r *recorder) WritePacket(p Packet) error {
	r.got = append(r.got, fmt.Sprintf("%s: %s", p.IP, p.Comment))
	return r.err
}

func (r *recorder) Close() error { return r.err }

// The packet's memory may change as soon as its frame is settled.
func TestQueueWritesInOrder(t *testing.T) {
	r := &recorder{}
	q := NewQueue(r)
	comment := make([]byte, 0, 10)
	packets := map[int][]byte{}
	for i := 1; i <= 200; i++ {
		packets[i] = fmt.Appendf(nil, "packet %d", i)
		if n := q.Push(Packet{IP: packets[i]}); n != i {
			t.Fatalf("frame %d, want %d", n, i)
		}
		if i%5 == 0 { // settle the last five in another order, so that all but the first of them wait
			for _, n := range []int{i, i - 2, i - 1, i - 4, i - 3} {
				comment = fmt.Appendf(comment[:0], "said of %d", n)
				q.Settle(n, comment)
				clear(packets[n])
			}
			clear(comment)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := 1; i <= 200; i++ {
		want = append(want, fmt.Sprintf("packet %d: said of %d", i, i))
	}
	if !slices.Equal(r.got, want) {
		t.Errorf("got %q, want %q", r.got, want)
	}
	if len(q.slots) != 64 {
		t.Errorf("%d slots for five that wait", len(q.slots))
	}
}

// A frame may also have to be kept before all is known of it.
func TestQueueKeeps(t *testing.T) {
	r := &recorder{}
	q := NewQueue(r)
	ip := []byte("packet")
	q.Push(Packet{IP: ip})
	q.Keep(1)
	clear(ip)
	q.Keep(1)
	q.Settle(1, []byte("late"))
	if want := []string{"packet: late"}; !slices.Equal(r.got, want) {
		t.Errorf("got %q, want %q", r.got, want)
	}
}

func TestQueueGrowsWithFramesInIt(t *testing.T) {
	r := &recorder{}
	q := NewQueue(r)
	for i := 1; i <= 40; i++ { // so that the ring does not begin at its first slot
		q.Settle(q.Push(Packet{}), nil)
	}
	r.got = nil
	for i := range 500 {
		q.Push(Packet{IP: fmt.Appendf(nil, "%d", i)})
	}
	for i := 540; i > 40; i-- {
		q.Settle(i, nil)
	}
	for i, s := range r.got {
		if s != fmt.Sprintf("%d: ", i) {
			t.Fatalf("packet %d is %q", i, s)
		}
	}
	if len(r.got) != 500 {
		t.Errorf("%d packets", len(r.got))
	}
}

func TestQueueReturnsTheWritersError(t *testing.T) {
	r := &recorder{err: errors.New("broken")}
	q := NewQueue(r)
	q.Settle(q.Push(Packet{}), nil)
	if err := q.Close(); err != r.err {
		t.Errorf("Close: %v", err)
	}
}

func TestQueueMustBeSettled(t *testing.T) {
	q := NewQueue(&recorder{})
	q.Push(Packet{})
	defer func() {
		if recover() == nil {
			t.Error("closed while a frame waits")
		}
	}()
	_ = q.Close()
}
