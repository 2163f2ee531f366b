package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/app"
)

func lines(texts ...string) (all [][]byte) {
	for _, text := range texts {
		all = append(all, []byte(text))
	}
	return all
}

func TestEchoAnswersEveryLineInUpperCase(t *testing.T) {
	in := lines("hello", "", "grün, жук, ɐ, ﬁ", " spaces  and\ttabs ", "12 numbers", "日本", "\r", strings.Repeat("x", app.MaxLine))
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		e := app.Echo{Network: network, Server: server, Flow: 2, Lines: in, Timeout: time.Second, Observer: j}
		w.serve(e.Serve)
		w.start(e.Client)
		w.run()
		sent, got := j.of(app.Sent, 2), j.of(app.Received, 2)
		if !slices.Equal(seqs(sent), upTo(len(in))) || !slices.Equal(seqs(got), upTo(len(in))) || len(*j) != 2*len(in) {
			t.Fatalf("sent %v, received %v, %d events", seqs(sent), seqs(got), len(*j))
		}
		for i, a := range got {
			if want := bytes.ToUpper(in[i]); !bytes.Equal(a.Data, want) {
				t.Errorf("%.40q was answered %.40q", in[i], a.Data)
			}
			if a.At.Sub(a.Sent) != rtt && len(in[i]) < 1000 || // TCP's first window does not hold the longest line
				!a.Sent.Equal(sent[i].At) {
				t.Errorf("line %d: asked at %v and %v, answered after %v", i, sent[i].At, a.Sent, a.At.Sub(a.Sent))
			}
			if want := len(fmt.Sprint(i)) + 1 + len(in[i]) + 1; sent[i].Bytes != want {
				t.Errorf("line %d has %d bytes, want %d", i, sent[i].Bytes, want)
			}
		}
	})
	if got := app.Transform([]byte("grün, жук")); string(got) != "GRÜN, ЖУК" {
		t.Errorf("%s", got)
	}
}

func TestTheGapIsBetweenAnAnswerAndTheNextLine(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		e := app.Echo{Network: network, Server: server, Lines: lines("a", "b", "c"), Gap: time.Second, Timeout: time.Second, Observer: j}
		w.serve(e.Serve)
		w.start(e.Client)
		w.run()
		want := []time.Duration{0, time.Second + rtt, 2*time.Second + 2*rtt}
		if network == "tcp" { // the handshake
			for i := range want {
				want[i] += rtt
			}
		}
		if got := at(j.of(app.Sent, 0)); !slices.Equal(got, want) {
			t.Errorf("sent at %v, want %v", got, want)
		}
	})
}

// picky is a stage that loses the chosen packets, counted from 1.
type picky struct {
	netem.Stage
	n      int
	losing func(n int) bool
}

func (p *picky) Send(now netem.Time, pkt *netem.Packet) {
	if p.n++; !p.losing(p.n) {
		p.Stage.Send(now, pkt)
	}
}

// told is the kinds, numbers and times in ms of events, in order.
func told(j journal) string {
	names := [...]string{"sent", "received", "corrupt", "retried", "gave up"}
	var b strings.Builder
	for _, e := range j {
		fmt.Fprintf(&b, "%s %d at %d, ", names[e.Kind], e.Seq, e.At.Sub(sim.Epoch).Milliseconds())
	}
	return strings.TrimSuffix(b.String(), ", ")
}

// What a UDP client does about answers that do not come, to the millisecond: the timeout is 100 ms, with two retries.
func TestUDPEchoAsksAgain(t *testing.T) {
	for _, c := range []struct {
		name     string
		up, down func(n int) bool // loses packet n
		delay    string           // one way
		told     string
	}{
		{"question lost", func(n int) bool { return n == 1 }, nil, "10ms",
			"sent 0 at 0, retried 0 at 100, received 0 at 120, sent 1 at 120, received 1 at 140"},
		{"answer lost", nil, func(n int) bool { return n == 1 }, "10ms",
			"sent 0 at 0, retried 0 at 100, received 0 at 120, sent 1 at 120, received 1 at 140"},
		{"twice lost", func(n int) bool { return n <= 2 }, nil, "10ms",
			"sent 0 at 0, retried 0 at 100, retried 0 at 200, received 0 at 220, sent 1 at 220, received 1 at 240"},
		{"given up", func(n int) bool { return n <= 3 }, nil, "10ms",
			"sent 0 at 0, retried 0 at 100, retried 0 at 200, gave up 0 at 300, sent 1 at 300, received 1 at 320"},
		{"all lost", func(int) bool { return true }, nil, "10ms",
			"sent 0 at 0, retried 0 at 100, retried 0 at 200, gave up 0 at 300, " +
				"sent 1 at 300, retried 1 at 400, retried 1 at 500, gave up 1 at 600"},
		// Every question is asked twice, and both answers come: the second is told of as well.
		{"late answers", nil, nil, "60ms",
			"sent 0 at 0, retried 0 at 100, received 0 at 120, sent 1 at 120, retried 1 at 220, received 0 at 220, " +
				"received 1 at 240"},
		// An answer may come to a line that was given up.
		{"too late", nil, nil, "160ms",
			"sent 0 at 0, retried 0 at 100, retried 0 at 200, gave up 0 at 300, sent 1 at 300, received 0 at 320, " +
				"retried 1 at 400, received 0 at 420, retried 1 at 500, received 0 at 520, gave up 1 at 600, received 1 at 620"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stage := func(name string, losing func(int) bool) netem.Stage {
				if losing == nil {
					return link(t, name, "delay "+c.delay)
				}
				return &picky{Stage: link(t, name, "delay "+c.delay), losing: losing}
			}
			w, j := worldOf(t, stage("up", c.up), stage("down", c.down)), &journal{}
			e := app.Echo{Network: "udp", Server: server, Lines: lines("one", "two"), Timeout: 100 * time.Millisecond, Retries: 2, Observer: j}
			w.serve(e.Serve)
			w.start(e.Client)
			w.run()
			if got := told(*j); got != c.told {
				t.Errorf("%s\nwant %s", got, c.told)
			}
			for _, a := range j.of(app.Received, 0) { // counted from the first time that it was asked
				if first := j.of(app.Sent, 0)[a.Seq].At; !a.Sent.Equal(first) {
					t.Errorf("answer to %d counted from %v, want %v", a.Seq, a.Sent, first)
				}
			}
		})
	}
}

func TestDuplicateAnswersAreTold(t *testing.T) {
	w, j := newWorld(t, "delay 10ms duplicate 100%", "delay 10ms duplicate 100%"), &journal{}
	e := app.Echo{Network: "udp", Server: server, Lines: lines("a", "b", "c"), Timeout: time.Second, Observer: j}
	w.serve(e.Serve)
	w.start(e.Client)
	w.run()
	// Two questions arrive and two answers to each.
	if sent, got := j.of(app.Sent, 0), j.of(app.Received, 0); len(sent) != 3 || len(got) != 12 {
		t.Errorf("%d sent, %d received; want 3 and 12", len(sent), len(got))
	}
}

// Every line is answered or given up. 300 lines, a fifth lost each way: a try fails with 0.36, so that after three
// 4.7 % are given up, 14 ± 5 · 3.7, and 0.36 + 0.36² of them are sent again, 147 ± 5 · 13.
func TestUDPEchoOverALossyLink(t *testing.T) {
	const n = 300
	w, j := newWorld(t, "delay 10ms loss 20%", "delay 10ms loss 20%"), &journal{}
	e := app.Echo{Network: "udp", Server: server, Lines: slices.Repeat(lines("line"), n), Timeout: 100 * time.Millisecond, Retries: 2, Observer: j}
	w.serve(e.Serve)
	w.start(e.Client)
	w.run()
	sent, retried, gaveUp, received := j.of(app.Sent, 0), j.of(app.Retried, 0), j.of(app.GaveUp, 0), j.of(app.Received, 0)
	outcome := append(seqs(gaveUp), seqs(received)...)
	slices.Sort(outcome)
	if !slices.Equal(outcome, upTo(n)) || len(sent) != n {
		t.Errorf("%d sent, %d received, %d given up: not each line once", len(sent), len(received), len(gaveUp))
	}
	if len(gaveUp) < 1 || len(gaveUp) > 32 || len(retried) < 147-65 || len(retried) > 147+65 {
		t.Errorf("%d given up, %d sent again", len(gaveUp), len(retried))
	}
}

func TestTCPEchoOverABadLinkAnswersEverything(t *testing.T) {
	const words = "delay 10ms 2ms loss 10% duplicate 5% reorder 5% by 3 corrupt 5%"
	w, j := newWorld(t, words, words), &journal{}
	e := app.Echo{Network: "tcp", Server: server, Lines: slices.Repeat(lines("line"), 100), Observer: j}
	w.serve(e.Serve)
	w.start(e.Client)
	w.run()
	if got := seqs(j.of(app.Received, 0)); !slices.Equal(got, upTo(100)) || len(*j) != 200 {
		t.Errorf("received %v, %d events", got, len(*j))
	}
}

func TestManyClientsEchoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		const clients, n = 30, 20
		w, j := perfect(t), &journal{}
		e := app.Echo{Network: network, Server: server, Timeout: time.Second, Observer: j}
		w.serve(e.Serve)
		for e.Flow = range clients {
			e.Lines = nil
			for i := range n {
				e.Lines = append(e.Lines, fmt.Appendf(nil, "line %d of client %d", i, e.Flow))
			}
			w.start(e.Client)
		}
		w.run()
		for flow := range clients {
			got := j.of(app.Received, flow)
			if !slices.Equal(seqs(got), upTo(n)) {
				t.Errorf("client %d: received %v", flow, seqs(got))
			}
			for _, a := range got {
				if want := fmt.Sprintf("LINE %d OF CLIENT %d", a.Seq, flow); string(a.Data) != want {
					t.Errorf("read %q, want %q", a.Data, want)
				}
			}
		}
	})
}

// A server that answers wrong: the client says so and waits on for the right answer.
func TestAWrongAnswerIsCorrupt(t *testing.T) {
	wrong := []string{"0 HELL", "1 HELLO", "x HELLO", "-1 HELLO", "HELLO", "", "99999999999999999999 HELLO", "0", "0 HELLO "}
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		e := app.Echo{Network: network, Server: server, Lines: lines("hello"), Timeout: time.Second, Observer: j}
		w.Server.Go(func() {
			b := make([]byte, 100)
			if network == "udp" {
				c, err := w.Server.ListenPacket(network, ":7")
				if err != nil {
					t.Fatal(err)
				}
				_, from, _ := c.ReadFrom(b)
				for _, text := range append(wrong, "0 HELLO") {
					c.WriteTo([]byte(text+"\n"), from)
				}
				return
			}
			ln, err := w.Server.Listen(network, ":7")
			if err != nil {
				t.Fatal(err)
			}
			c, _ := ln.Accept()
			c.Read(b)
			io.WriteString(c, strings.Join(append(wrong, "0 HELLO"), "\n")+"\n")
			c.Close()
		})
		w.start(e.Client)
		w.run()
		if bad, good := j.of(app.Corrupt, 0), j.of(app.Received, 0); len(bad) != len(wrong) || len(good) != 1 {
			t.Errorf("%d answers were corrupt, want %d; %d right, want 1", len(bad), len(wrong), len(good))
		}
	})
}

func TestEchoFailsWithItsSocket(t *testing.T) {
	t.Run("server hangs up", func(t *testing.T) {
		w, j := perfect(t), &journal{}
		w.Server.Go(func() {
			ln, err := w.Server.Listen("tcp", ":7")
			if err != nil {
				t.Fatal(err)
			}
			c, _ := ln.Accept()
			c.Read(make([]byte, 100))
			c.Close()
		})
		w.Start(func() {
			e := app.Echo{Network: "tcp", Server: server, Lines: lines("hello"), Observer: j}
			if err := e.Client(w.Client); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v, want io.ErrUnexpectedEOF", err)
			}
		})
		w.run()
	})
	t.Run("line too long", func(t *testing.T) {
		w, j := perfect(t), &journal{}
		e := app.Echo{Network: "udp", Server: server, Lines: lines(strings.Repeat("x", app.MaxMessage)), Observer: j}
		w.serve(e.Serve)
		w.Start(func() {
			if err := e.Client(w.Client); !errors.Is(err, syscall.EMSGSIZE) {
				t.Errorf("%v, want EMSGSIZE", err)
			}
		})
		w.run()
	})
	t.Run("no answer to a connection", func(t *testing.T) {
		w, j := newWorld(t, "loss 100%", ""), &journal{}
		w.Start(func() {
			e := app.Echo{Network: "tcp", Server: server, Lines: lines("hello"), Observer: j}
			if err := e.Client(w.Client); !errors.Is(err, syscall.ETIMEDOUT) {
				t.Errorf("%v, want ETIMEDOUT", err)
			}
		})
		w.run()
	})
}

// Programs cannot tell a world that is closed under them from a call that never returns; nothing is told afterwards.
func TestClosingTheWorldEndsThePrograms(t *testing.T) {
	each(t, func(t *testing.T, network string) {
		w, j := perfect(t), &journal{}
		s := app.Stream{Network: network, Server: server, Size: 100, Interval: time.Millisecond, Observer: j}
		w.serve(s.Serve)
		w.start(s.Client) // would go on for ever
		if err := w.Run(context.Background(), netem.Time(time.Second)); err != nil {
			t.Fatal(err)
		}
		n := len(*j)
		w.Close()
		if len(*j) != n {
			t.Errorf("%d events were told while the world ended", len(*j)-n)
		}
	})
}
