package app_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lossylab/sim"
	"lossylab/sim/app"
)

// input is n bytes of which no two stretches of 250 are alike.
func input(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i + i/251)
	}
	return b
}

func TestAStreamArrivesWholeAndInOrder(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j, in := perfect(t), &journal{}, input(10_001)
		s := app.Stream{Network: network, Server: server, Flow: 3, Size: app.HeaderLen + 980,
			Interval: delay, Input: in, Observer: j}
		w.serve(s.Serve)
		w.start(s.Client)
		w.run()

		const n = 11 // pieces of 980 bytes, the last of 201
		sent, got := j.of(app.Sent, 3), j.of(app.Received, 3)
		if !slices.Equal(seqs(sent), upTo(n)) || !slices.Equal(seqs(got), upTo(n)) || len(*j) != 2*n {
			t.Fatalf("sent %v, received %v, %d events", seqs(sent), seqs(got), len(*j))
		}
		for i, e := range got {
			want := in[i*980 : min((i+1)*980, len(in))]
			if e.Offset != int64(i*980) || !bytes.Equal(e.Data, want) || e.Bytes != len(want)+app.HeaderLen || sent[i].Bytes != e.Bytes {
				t.Errorf("message %d: %d bytes from %d on, %d in all, sent %d", i, len(e.Data), e.Offset, e.Bytes, sent[i].Bytes)
			}
			if !e.Sent.Equal(sent[i].At) || e.At.Sub(e.Sent) != delay {
				t.Errorf("message %d: sent at %v by its header and %v by the sender, took %v", i, e.Sent, sent[i].At, e.At.Sub(e.Sent))
			}
		}
	})
}

// A message goes at its time whatever came before: no error adds up in half a minute.
func TestTheIntervalIsExact(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		s := app.Stream{Network: network, Server: server, Size: app.HeaderLen, Interval: 7 * time.Millisecond,
			Duration: 30 * time.Second, Observer: j}
		w.serve(s.Serve)
		w.start(s.Client)
		w.run()
		start := time.Duration(0)
		if network == "tcp" {
			start = rtt
		}
		sent := at(j.of(app.Sent, 0))
		for i, at := range sent {
			if at != start+time.Duration(i)*s.Interval {
				t.Fatalf("message %d was sent at %v", i, at)
			}
		}
		if want := int(s.Duration/s.Interval) + 1; len(sent) != want || len(j.of(app.Received, 0)) != want {
			t.Errorf("%d sent, %d received; want %d", len(sent), len(j.of(app.Received, 0)), want)
		}
	})
}

func TestAStreamEndsWithWhatEndsFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		s    app.Stream
		want int
	}{
		{"messages", app.Stream{Messages: 5}, 5},
		{"messages at an interval", app.Stream{Messages: 5, Interval: time.Second}, 5},
		{"duration", app.Stream{Duration: time.Second, Interval: 100 * time.Millisecond}, 10},
		{"duration that is no multiple", app.Stream{Duration: time.Second, Interval: 300 * time.Millisecond}, 4},
		{"input", app.Stream{Input: input(2000)}, 3},
		{"input that fills the last message", app.Stream{Input: input(2 * 980)}, 2},
		{"empty input", app.Stream{Input: []byte{}}, 0},
		{"messages before duration", app.Stream{Messages: 5, Duration: time.Second, Interval: time.Millisecond}, 5},
		{"duration before messages", app.Stream{Messages: 500, Duration: time.Second, Interval: 100 * time.Millisecond}, 10},
		{"messages before input", app.Stream{Messages: 2, Input: input(10_000)}, 2},
		{"input before messages", app.Stream{Messages: 20, Input: input(981)}, 2},
		{"duration before input", app.Stream{Duration: 3, Interval: 2, Input: input(10_000)}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, network string) {
				w, j, s := perfect(t), &journal{}, c.s
				s.Network, s.Server, s.Size, s.Observer = network, server, app.HeaderLen+980, j
				w.serve(s.Serve)
				w.start(s.Client)
				w.run()
				if sent, got := j.of(app.Sent, 0), j.of(app.Received, 0); len(sent) != c.want || len(got) != c.want {
					t.Errorf("%d sent, %d received; want %d", len(sent), len(got), c.want)
				}
			})
		})
	}
}

// As fast as 10 Mbit/s takes it for 10 s: 1,150 messages of 1,000 bytes a second, and what waited in the sender's 4 MiB
// when the time was up.
func TestABulkTransferEndsWithItsDuration(t *testing.T) {
	for _, buffer := range []int{0, 64 << 10} {
		w, j := newWorld(t, "rate 10mbit limit 100 delay 10ms", "delay 10ms"), &journal{}
		s := app.Stream{Network: "tcp", Server: server, Size: 1000, Duration: 10 * time.Second, Buffer: buffer, Observer: j}
		w.serve(s.Serve)
		w.start(s.Client)
		w.run()
		sent, got := j.of(app.Sent, 0), j.of(app.Received, 0)
		if !slices.Equal(seqs(got), seqs(sent)) {
			t.Errorf("buffer %d: %d sent, %d received", buffer, len(sent), len(got))
		}
		// The stack wakes a writer when half of the buffer is free: every 1.8 s here.
		if last := sent[len(sent)-1].At.Sub(sim.Epoch); last >= rtt+s.Duration || last < rtt+8*time.Second {
			t.Errorf("buffer %d: the last message was handed over at %v", buffer, last)
		}
		if n := len(sent); n < 10*1100 || n > 10*1200+5000 {
			t.Errorf("buffer %d: %d messages", buffer, n)
		}
	}
}

// A UDP stream loses what the link loses, and what comes is what was sent. n = 2000, 10 % loss: 1800 ± 5 · 13.4.
func TestAUDPStreamHasGapsAndNothingElse(t *testing.T) {
	w, j, in := newWorld(t, "delay 10ms loss 10% duplicate 5% corrupt 5% reorder 5% by 2", ""), &journal{}, input(160_000)
	s := app.Stream{Network: "udp", Server: server, Size: app.HeaderLen + 80, Interval: time.Millisecond,
		Input: in, Observer: j}
	w.serve(s.Serve)
	w.start(s.Client)
	w.run()
	seen := map[int]int{}
	for _, e := range j.of(app.Received, 0) {
		seen[e.Seq]++
		if want := in[e.Offset : e.Offset+80]; !bytes.Equal(e.Data, want) || e.Offset != int64(80*e.Seq) {
			t.Fatalf("message %d at %d is not what was sent", e.Seq, e.Offset)
		}
	}
	if sent := j.of(app.Sent, 0); len(sent) != 2000 {
		t.Errorf("%d sent", len(sent))
	}
	// A corrupt datagram is lost as well, but not where a copy of it arrives: copies are clean.
	if n := len(seen); n < 1800-90-75 || n > 1800+67 {
		t.Errorf("%d of 2000 messages arrived", n)
	}
	if len(j.of(app.Received, 0)) == len(seen) || slices.IsSorted(seqs(j.of(app.Received, 0))) || len(j.of(app.Corrupt, -1)) > 0 {
		t.Errorf("%d messages twice; sorted: %v; corrupt: %d", len(j.of(app.Received, 0))-len(seen),
			slices.IsSorted(seqs(j.of(app.Received, 0))), len(j.of(app.Corrupt, -1)))
	}
}

// Twenty clients at once: each flow arrives whole, in its order, and apart from the others.
func TestManyClientsStreamAtOnce(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		const clients, n = 20, 50
		w, j, in := perfect(t), &journal{}, input(n*80)
		s := app.Stream{Network: network, Server: server, Size: app.HeaderLen + 80, Interval: time.Millisecond,
			Input: in, Observer: j}
		w.serve(s.Serve)
		for s.Flow = range clients {
			w.start(s.Client)
		}
		w.run()
		for flow := range clients {
			got := j.of(app.Received, flow)
			if !slices.Equal(seqs(got), upTo(n)) {
				t.Errorf("flow %d: received %v", flow, seqs(got))
			}
			for _, e := range got {
				if !bytes.Equal(e.Data, in[e.Offset:e.Offset+80]) {
					t.Errorf("flow %d: message %d is not what was sent", flow, e.Seq)
				}
			}
		}
	})
}

// What is no message of ours is told, and does not end the service for others.
func TestTheServerToldOfGarbage(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		s := app.Stream{Network: network, Server: server, Size: 100, Messages: 3, Observer: j}
		w.serve(s.Serve)
		garbage := [][]byte{[]byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n" + strings.Repeat(" ", 1<<16)[:30_000]),
			bytes.Repeat([]byte{0xff}, 60_000), bytes.Repeat([]byte{0}, 40)}
		for i, b := range garbage {
			w.start(func(h sim.Host) error {
				h.Sleep(time.Duration(i) * time.Second)
				c, err := h.Dial(context.Background(), network, server)
				if err != nil {
					return err
				}
				defer c.Close()
				_, err = c.Write(b)
				if network == "tcp" { // whatever length the header claims
					c.Write(bytes.Repeat([]byte{0xff}, 70_000))
				}
				return err
			})
		}
		w.start(func(h sim.Host) error {
			h.Sleep(time.Minute)
			return s.Client(h)
		})
		w.run()
		if c := j.of(app.Corrupt, -1); len(c) != len(garbage) {
			t.Errorf("%d corrupt messages were told of, want %d", len(c), len(garbage))
		}
		if got := j.of(app.Received, 0); !slices.Equal(seqs(got), upTo(3)) {
			t.Errorf("received %v after the garbage", seqs(got))
		}
	})
}

func TestAStreamThatCannotBeIsRefused(t *testing.T) {
	for words, s := range map[string]app.Stream{
		"24 to 65507 bytes, not 23":       {Network: "tcp", Size: 23, Messages: 1},
		"24 to 65507 bytes, not 65508":    {Network: "udp", Size: 65508, Messages: 1},
		"no room for input: want 25":      {Network: "tcp", Size: 24, Input: input(1)},
		"want an interval or a number of": {Network: "udp", Size: 1000, Duration: time.Second},
		"unknown network tpc":             {Network: "tpc", Size: 1000, Messages: 1},
		"want an IP address and a port":   {Network: "tcp", Size: 1000, Messages: 1, Server: "server"},
	} {
		w, j := perfect(t), &journal{}
		s.Observer = j
		if s.Server == "" {
			s.Server = server
		}
		w.Start(func() {
			if err := s.Client(w.Client); err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%v, want: %s", err, words)
			}
		})
		w.run()
		if len(*j) > 0 {
			t.Errorf("%s: and yet %d events", words, len(*j))
		}
	}
}

// Nobody serves: TCP is refused at once, UDP when the second datagram is to be sent.
func TestAClientToldThatNobodyServes(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		s := app.Stream{Network: network, Server: server, Size: 100, Messages: 10, Interval: time.Second, Observer: j}
		e := app.Echo{Network: network, Server: server, Lines: [][]byte{[]byte("hello")}, Timeout: time.Second, Observer: j}
		for _, client := range []func(sim.Host) error{s.Client, e.Client} {
			w.Start(func() {
				if err := client(w.Client); !errors.Is(err, syscall.ECONNREFUSED) {
					t.Errorf("%v, want ECONNREFUSED", err)
				}
			})
		}
		w.run()
	})
}

func TestAPortIsServedOnce(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		s, e := app.Stream{Network: network}, app.Echo{Network: network}
		for _, first := range []func(sim.Host, int) error{s.Serve, e.Serve} {
			w := perfect(t)
			w.serve(first)
			w.start(func(sim.Host) error {
				for _, second := range []func(sim.Host, int) error{s.Serve, e.Serve} {
					if err := second(w.Server, 7); !errors.Is(err, syscall.EADDRINUSE) {
						t.Errorf("%v, want EADDRINUSE", err)
					}
				}
				return nil
			})
			w.run()
		}
	})
}
