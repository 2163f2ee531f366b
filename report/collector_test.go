package report

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"lossylab/netem"
	"lossylab/report/pcapng"
)

// stage is a story that a Collector is told, with what the programs do.
type stage struct {
	*story
	c *Collector
}

func newStage(t testing.TB, proto string, streamed bool) stage {
	c := NewCollector(proto, "loss 3%", "delay 20ms", streamed)
	return stage{newStory(t, c), c}
}

// write has message seq of a client handed to its socket.
func (g stage) write(flow, seq, size int) {
	g.c.Message(MessageEvent{Kind: MessageSent, At: g.now, Flow: flow, Seq: seq, Bytes: size})
}

// read has messages read by the receiving program. They have been sent at time 0.
func (g stage) read(flow int, seqs ...int) {
	for _, seq := range seqs {
		g.c.Message(MessageEvent{Kind: MessageReceived, At: g.now, Flow: flow, Seq: seq, Bytes: 100})
	}
}

// data has n bytes of the stream sent from the offset on, in a connection whose first byte has the number 1000.
func (g stage) data(offset, n int) *netem.Packet {
	return g.tcp(up, uint32(1000+offset), 5000, "A", n)
}

// A message waits from when its own last byte has arrived until that of the last one before it has.
func TestHeadOfLineWait(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.open(1000)
	for seq := range 5 {
		g.write(0, seq, 100)
	}
	var ps []*netem.Packet
	for seq := range 5 {
		ps = append(ps, g.data(100*seq, 100))
	}
	arrive := func(at float64, p *netem.Packet, readable ...int) {
		g.now = ms(at)
		g.arrive(p)
		g.now = ms(at)
		g.read(0, readable...)
	}
	g.drop(ps[1], "loss 3%")
	arrive(100, ps[0], 0)
	arrive(110, ps[2])
	arrive(125, ps[3])
	arrive(130, g.data(100, 100), 1, 2, 3)
	arrive(131, g.data(200, 100)) // needlessly: it had arrived before
	arrive(140, ps[4], 4)
	flow, r := g.c.Finish(ms(150), false)
	want := [][2]netem.Time{{ms(100), ms(100)}, {ms(130), ms(130)}, {ms(110), ms(130)}, {ms(125), ms(130)}, {ms(140), ms(140)}}
	for seq, m := range flow.Messages {
		if m.Arrived != want[seq][0] || m.Delivered != want[seq][1] {
			t.Errorf("message %d arrived at %v and was read at %v, want %v", seq, m.Arrived, m.Delivered, want[seq])
		}
	}
	if got, want := *r.App.HeadOfLine, (Summary{Min: 0, Mean: .005, P50: 0, P95: .02, P99: .02, Max: .02}); got != want {
		t.Errorf("waits %+v, want %+v", got, want)
	}
	if r.App.HeldBack != 2 || r.TCP.Segments != 7 || r.TCP.Spurious != 1 || r.Duration != .14 {
		t.Errorf("%d held back, %+v", r.App.HeldBack, *r.TCP)
	}
}

// A message has arrived when its last missing byte has, in whatever segments and order.
func TestMessagesSpanSegments(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.open(1000)
	for seq, size := range []int{250, 50, 10, 290} { // they end at 250, 300, 310 and 600
		g.write(0, seq, size)
	}
	at := map[int]netem.Time{}
	for _, part := range [][2]int{{300, 100}, {0, 100}, {450, 150}, {200, 100}, {50, 100}, {120, 30}, {390, 60}, {100, 400}} {
		p := g.data(part[0], part[1])
		at[part[0]] = g.now
		g.arrive(p)
	}
	flow, _ := g.c.Finish(g.now, true)
	for seq, offset := range []int{100, 200, 300, 390} {
		if got := flow.Messages[seq].Arrived; got != at[offset] {
			t.Errorf("message %d arrived at %v, want %v, when the bytes from %d did", seq, got, at[offset], offset)
		}
	}
}

func TestAMessageThatWasNotReadMayHaveArrived(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.open(1000)
	for seq := range 3 {
		g.write(0, seq, 100)
	}
	g.drop(g.data(0, 100), "loss 3%")
	p := g.data(100, 100)
	at := g.now
	g.arrive(p)
	g.arrive(g.corrupt(g.data(200, 100), "corrupt 1%", 500))
	flow, r := g.c.Finish(g.now, true)
	for seq, want := range []netem.Time{-1, at, -1} {
		if m := flow.Messages[seq]; m.Arrived != want || m.Delivered != -1 {
			t.Errorf("%+v, want it to have arrived at %v", m, want)
		}
	}
	if r.App.HeadOfLine != nil || r.App.HeldBack != 0 || r.App.Unfinished != 3 {
		t.Errorf("%+v", r.App)
	}
}

// A host takes an IPv6 packet whose flow label is damaged: no checksum sees it. To the link it did not arrive, so how long
// its messages waited cannot be said.
func TestAMessageThatIsReadNeedNotHaveArrived(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.six = true
	g.open(1000)
	g.write(0, 0, 100)
	g.arrive(g.corrupt(g.data(0, 100), "corrupt 1%", 20))
	g.read(0, 0)
	flow, r := g.c.Finish(g.now, false)
	if m := flow.Messages[0]; m.Arrived != -1 || m.Delivered != g.now || r.App.HeadOfLine != nil || r.App.Received != 1 {
		t.Errorf("%+v: %+v", m, r.App)
	}
}

// A host takes some nanoseconds from one packet to the next: that is no waiting.
func TestWaitsOfLessThanAMicrosecondAreNotCounted(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.open(1000)
	for seq, wait := range []netem.Time{0, 999, 1000, 5000} {
		g.write(0, seq, 100)
		p := g.data(100*seq, 100)
		at := g.now
		g.arrive(p)
		g.now = at + wait
		g.read(0, seq)
		g.now = at + 1e6
	}
	_, r := g.c.Finish(g.now, false)
	if r.App.HeldBack != 2 || r.App.HeadOfLine.Max != 5e-6 {
		t.Errorf("%d held back: %+v", r.App.HeldBack, r.App.HeadOfLine)
	}
}

// Clients open their connections in the order of their numbers, and have their streams and waits each to itself. The
// figures show the first; the counters count all messages of all, more than are shown, and nothing is kept of them.
func TestClientsHaveTheirOwnStreams(t *testing.T) {
	const each = shown/2 + 1000 // of two messages
	g := newStage(t, "tcp", true)
	connect := func(flow int) {
		g.port = uint16(40000 - flow) // which need not rise
		g.open(1000)
	}
	connect(0)
	connect(1)
	for i := range each {
		for flow := range 2 {
			g.port = uint16(40000 - flow)
			g.write(flow, 2*i, 100)
			g.write(flow, 2*i+1, 100)
			late, early := g.data(200*i, 100), g.data(200*i+100, 100)
			g.now = ms(float64(100 + 100*i))
			g.arrive(early)
			g.now = ms(float64(110 + 100*i + flow))
			g.arrive(late)
			g.now = ms(float64(110 + 100*i + flow))
			g.read(flow, 2*i, 2*i+1)
			g.arrive(g.tcp(down, 5000, uint32(1000+200*i+200), "A", 0))
		}
	}
	flow, r := g.c.Finish(g.now, false)
	if r.App.HeldBack != 2*each || r.App.HeadOfLine.Max != .011 || r.App.HeadOfLine.Mean != (.010+.011)/4 {
		t.Errorf("%d held back: %+v", r.App.HeldBack, r.App.HeadOfLine)
	}
	if r.App.Received != 4*each || r.App.Reordered != 0 || flow.Clients != 2 {
		t.Errorf("%d clients: %+v", flow.Clients, r.App)
	}
	last := flow.Messages[shown-1]
	if len(flow.Messages) != shown || last.Delivered-last.Arrived != ms(10) {
		t.Errorf("%d messages are shown; the last is %+v", len(flow.Messages), last)
	}
	for i, a := range g.c.arrivals {
		if len(a.queue) != 0 || len(a.bytes.spans) != 0 {
			t.Errorf("client %d: %d messages and %d spans are kept", i, len(a.queue), len(a.bytes.spans))
		}
	}
}

func TestADatagramArrivesWhenItIsRead(t *testing.T) {
	for _, test := range []struct {
		proto    string
		streamed bool
	}{{"udp", true}, {"udp", false}, {"tcp", false}} { // the last is an echo
		g := newStage(t, test.proto, test.streamed)
		for seq := range 4 {
			g.write(0, seq, 100)
		}
		g.now = ms(30)
		g.read(0, 2, 1)
		g.now = ms(40)
		g.read(0, 2, 3) // again: it had arrived before
		flow, r := g.c.Finish(g.now, false)
		for seq, want := range []netem.Time{-1, ms(30), ms(30), ms(40)} {
			if m := flow.Messages[seq]; m.Arrived != want || m.Delivered != want {
				t.Errorf("%+v: %+v, want %v", test, m, want)
			}
		}
		if r.App.HeadOfLine != nil || r.App.HeldBack != 0 {
			t.Errorf("%+v: nothing waits for anything, but %+v", test, r.App)
		}
		if got := []Reception{{2, ms(30)}, {1, ms(30)}, {2, ms(40)}, {3, ms(40)}}; !slices.Equal(flow.Receptions, got) {
			t.Errorf("%+v: receptions %v", test, flow.Receptions)
		}
	}
}

func TestStates(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.c.State(40000, State{Cwnd: 10, Ssthresh: -1})
	g.c.State(40001, State{Cwnd: 90, SRTT: .05})
	g.c.State(40000, State{Cwnd: 20, SRTT: .04})
	flow, r := g.c.Finish(0, false)
	if len(flow.States) != 2 || flow.States[1].Cwnd != 20 {
		t.Errorf("the states of the first connection are %+v", flow.States)
	}
	if r.TCP.CwndMax != 90 || r.TCP.SRTT.Min != .04 || r.TCP.SRTT.Max != .05 {
		t.Errorf("%+v", r.TCP)
	}
	if _, r := newStage(t, "udp", true).c.Finish(0, false); r.TCP != nil {
		t.Error("UDP has results of TCP")
	}
}

func TestResultsNameTheLinks(t *testing.T) {
	g := newStage(t, "udp", true)
	g.drop(g.udp(up), "loss 3%")
	g.arrive(g.udp(up), g.udp(down))
	_, r := g.c.Finish(g.now, false)
	u, d := r.Link[up], r.Link[down]
	if u.Spec != "loss 3%" || u.Offered != 2 || u.DroppedBy["loss"] != 1 || d.Spec != "delay 20ms" || d.Delivered != 1 || len(r.Link) != 2 {
		t.Errorf("up %+v, down %+v", u, d)
	}
}

// frameTimes returns when each frame of a capture passed, as a reader of it finds them: the first is number 1.
func frameTimes(t *testing.T, file []byte) []time.Time {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	times := []time.Time{{}}
	for {
		_, ci, err := r.ReadPacketData()
		if err == io.EOF {
			return times
		}
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, ci.Timestamp)
	}
}

// The numbers in a Flow are those that a reader of the captures finds. No two events of a story are at the same time, so
// times tell frames apart.
func TestFrameNumbersAreThoseOfTheCaptures(t *testing.T) {
	for seed := range uint64(10) {
		var files [2]bytes.Buffer
		var cs [2]*Capture
		for at := Client; at <= Server; at++ {
			cs[at] = NewCapture(pcapng.NewNg(&files[at], at.Options(clientAddrs, serverAddrs)), at, captureEpoch)
		}
		c := NewCollector("tcp", "", "", true)
		s := newStory(t, netem.Observers{cs[0], c, cs[1]})
		s.six = seed%2 == 1
		s.arrive(s.tcp(up, ^uint32(0), 0, "S", 0))
		chaos(s, 300, rand.New(rand.NewPCG(seed, 0)))
		var times [2][]time.Time
		for at := range cs {
			if err := cs[at].Close(); err != nil {
				t.Fatal(err)
			}
			times[at] = frameTimes(t, files[at].Bytes())
		}
		check := func(what string, at Vantage, frame int, want netem.Time) {
			t.Helper()
			if frame <= 0 || frame >= len(times[at]) || !times[at][frame].Equal(captureEpoch.Add(time.Duration(want))) {
				t.Errorf("seed %d: %s: not frame %d of the %v's capture", seed, what, frame, at)
			}
		}
		flow, _ := c.Finish(s.now, false)
		if len(flow.Transits) != windowLength || len(flow.Segments) < 50 {
			t.Fatalf("seed %d: %d transits, %d segments", seed, len(flow.Transits), len(flow.Segments))
		}
		for _, tr := range flow.Transits {
			from, to := Client, Server
			if !tr.Up {
				from, to = Server, Client
			}
			if tr.Duplicate {
				if tr.SentFrame != 0 {
					t.Errorf("seed %d: the link's copy has a frame where it was not sent", seed)
				}
			} else {
				check(tr.Label+", sent", from, tr.SentFrame, tr.Sent)
			}
			if tr.Arrived >= 0 {
				check(tr.Label+", arrived", to, tr.RecvFrame, tr.Arrived)
			} else if tr.RecvFrame != 0 {
				t.Errorf("seed %d: %s did not arrive, but is frame %d", seed, tr.Label, tr.RecvFrame)
			}
		}
		for _, seg := range flow.Segments {
			check("a segment", Client, seg.Frame, seg.At)
		}
	}
}

// One operation is a data segment and its acknowledgment: five events of packets and two of messages.
func BenchmarkCollector(b *testing.B) {
	for _, loss := range []bool{false, true} {
		b.Run(map[bool]string{false: "perfect", true: "loss"}[loss], func(b *testing.B) {
			c := NewCollector("tcp", "", "", true)
			next := bulk(b, c, c.Message, loss)
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
		})
	}
}

// What might still have come when a run was cut short is drawn neither as lost nor as received.
func TestFiguresLeaveOutWhatIsUnfinished(t *testing.T) {
	c := NewCollector("tcp", "", "", true)
	for seq := range 10 {
		c.Message(MessageEvent{Kind: MessageSent, Seq: seq, Bytes: 100})
	}
	for _, seq := range []int{0, 1, 3} {
		c.Message(MessageEvent{Kind: MessageReceived, At: 1, Seq: seq, Bytes: 100})
	}
	flow, r := c.Finish(2, true)
	if n := len(decided([]*Flow{flow})[0].Messages); n != 4 || r.App.Unfinished != 6 || r.App.Lost != 1 {
		t.Errorf("%d messages shown, %d unfinished, %d lost; want 4, 6, 1", n, r.App.Unfinished, r.App.Lost)
	}
}
