package report

import (
	"cmp"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"lossylab/netem"
)

// The made-up runs of the tests: a message every 4 ms over a path of 20 ms each way that loses 3 %. They look like
// real ones and are much less work.
const (
	every   = netem.Time(4e6)
	oneWay  = netem.Time(20e6)
	msgSize = 1000
)

func ms(v float64) netem.Time { return netem.Time(v * 1e6) }

// udpFlow returns n messages over UDP: some lost, some late, some twice.
func udpFlow(seed uint64, n int) *Flow {
	rng := rand.New(rand.NewPCG(seed, 1))
	f := &Flow{Proto: "udp"}
	frame := 0
	for i := range n {
		m := Message{Seq: i, Sent: netem.Time(i) * every, Arrived: -1, Delivered: -1}
		t := Transit{Up: true, Label: fmt.Sprintf("data %d", i), Sent: m.Sent, Arrived: -1, SentFrame: i + 1}
		delay := oneWay + ms(rng.Float64()*1.5)
		late, twice := rng.Float64() < .05, rng.Float64() < .01
		if late {
			delay += ms(5 + 4*rng.Float64())
			t.Cause = "reorder 5% late 8ms"
		}
		if t.Lost = rng.Float64() < .03; t.Lost {
			t.Cause = "loss 3%"
		} else {
			m.Arrived, m.Delivered = m.Sent+delay, m.Sent+delay
			t.Arrived = m.Arrived
			f.Receptions = append(f.Receptions, Reception{i, m.Delivered})
		}
		f.Messages, f.Transits = append(f.Messages, m), append(f.Transits, t)
		if twice && !t.Lost {
			c := t
			c.Duplicate, c.Arrived, c.Cause, c.Label, c.SentFrame = true, t.Arrived+ms(.4), "duplicate 1%", t.Label, 0
			f.Receptions = append(f.Receptions, Reception{i, c.Arrived})
			f.Transits = append(f.Transits, c)
		}
	}
	slices.SortStableFunc(f.Receptions, func(a, b Reception) int { return cmp.Compare(a.At, b.At) })
	arrivals := slices.Clone(f.Transits)
	slices.SortStableFunc(arrivals, func(a, b Transit) int { return cmp.Compare(a.Arrived, b.Arrived) })
	for i := range f.Transits {
		t := &f.Transits[i]
		for _, o := range arrivals {
			if !o.Lost && o.Sent > t.Sent && o.Arrived < t.Arrived {
				t.Overtaken = true
			}
		}
		if !t.Lost {
			frame++
			t.RecvFrame = frame
		}
	}
	f.Transits = f.Transits[:min(len(f.Transits), 60)]
	f.finish(20)
	return f
}

// finish fills in the goodput in the given number of bins and the end.
func (f *Flow) finish(bins int) {
	for _, r := range f.Receptions {
		f.End = max(f.End, r.At)
	}
	width := f.End/netem.Time(bins) + 1
	for i := range bins {
		f.Goodput = append(f.Goodput, Bin{Start: netem.Time(i) * width, End: netem.Time(i+1) * width})
	}
	for _, r := range f.Receptions {
		f.Goodput[r.At/width].Bytes += msgSize
	}
	f.Samples = Samples{Up: LinkSamples{Limit: netem.Limit{Packets: 20}, Loss: .03, Burst: 1 / .97}}
	for i, b := range f.Goodput {
		b.Bytes += 40 * b.Bytes / msgSize
		f.Samples.Throughput = append(f.Samples.Throughput, b)
		n := i * 7 % 20
		f.Samples.Up.Queue = append(f.Samples.Up.Queue, QueueBin{Start: b.Start, End: b.End, Packets: n, Left: max(0, n-1),
			Sojourn: time.Duration(n) * time.Millisecond, Drops: one(n == 19)})
	}
}

// tcpSim is a TCP of one segment per message: slow start, congestion avoidance, fast retransmit after three segments
// that came later, and a timeout.
type tcpSim struct {
	*Flow
	rng                   *rand.Rand
	now                   netem.Time
	queue                 simEvents
	next, acked, got      int // to send, first not acknowledged, first not received
	received, out, resent []bool
	cwnd                  float64
	ssthresh, recover     int
	timeout, armed        bool
	rto                   netem.Time
	lastProgress          netem.Time
	frames                [2]int
}

type simEvent struct {
	at  netem.Time
	seq int
	do  func()
}

type simEvents []simEvent

func (q simEvents) Len() int { return len(q) }
func (q simEvents) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q simEvents) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *simEvents) Push(x any)   { *q = append(*q, x.(simEvent)) }
func (q *simEvents) Pop() any     { x := (*q)[len(*q)-1]; *q = (*q)[:len(*q)-1]; return x }

// tcpFlow returns n messages over TCP.
func tcpFlow(seed uint64, n int) *Flow {
	s := &tcpSim{Flow: &Flow{Proto: "tcp"}, rng: rand.New(rand.NewPCG(seed, 2)), cwnd: 10, ssthresh: -1, recover: -1,
		rto: ms(220), received: make([]bool, n), out: make([]bool, n), resent: make([]bool, n), lastProgress: ms(40)}
	s.handshake()
	for i := range n {
		s.Messages = append(s.Messages, Message{Seq: i, Sent: ms(40) + netem.Time(i)*every, Arrived: -1, Delivered: -1})
		s.after(s.Messages[i].Sent, func() { s.send() })
	}
	for len(s.queue) > 0 {
		e := heap.Pop(&s.queue).(simEvent)
		s.now = e.at
		e.do()
	}
	slices.SortStableFunc(s.Transits, func(a, b Transit) int { return cmp.Compare(a.Sent, b.Sent) })
	lost := max(0, slices.IndexFunc(s.Transits, func(t Transit) bool { return t.Lost }))
	from := max(0, min(lost-8, len(s.Transits)-50))
	s.Transits = s.Transits[from:min(len(s.Transits), from+50)]
	s.finish(40)
	return s.Flow
}

func (s *tcpSim) after(at netem.Time, do func()) {
	heap.Push(&s.queue, simEvent{at, s.frames[0] + s.frames[1] + len(s.queue), do})
}

func (s *tcpSim) handshake() {
	s.transit(true, "SYN", 0, false, false)
	s.now = oneWay
	s.transit(false, "SYN, ACK", 0, false, false)
	s.now = 2 * oneWay
	s.transit(true, "ACK", 0, false, false)
}

func (s *tcpSim) transit(up bool, label string, jitter netem.Time, lost, again bool) netem.Time {
	t := Transit{Up: up, Label: label, Sent: s.now, Arrived: s.now + oneWay + jitter, Lost: lost, Retransmit: again}
	side, other := 1, 0
	if up {
		side, other = 0, 1
	}
	s.frames[side]++
	t.SentFrame = s.frames[side]
	if lost {
		t.Arrived, t.Cause = -1, "loss 3%"
	} else {
		s.frames[other]++
		t.RecvFrame = s.frames[other]
	}
	s.Transits = append(s.Transits, t)
	return t.Arrived
}

func (s *tcpSim) send() {
	flying := 0
	for i := s.acked; i < s.next; i++ {
		flying += one(!s.received[i])
	}
	for s.next < len(s.Messages) && s.Messages[s.next].Sent <= s.now && flying < int(s.cwnd) {
		s.segment(s.next, false)
		s.next++
		flying++
	}
}

func (s *tcpSim) segment(i int, again bool) {
	if s.acked == s.next {
		s.lastProgress = s.now
	}
	s.now += 1000
	lost := s.rng.Float64() < .03
	label := fmt.Sprintf("data %d", i)
	if again {
		label += " again"
		s.resent[i] = true
	}
	s.Segments = append(s.Segments, Segment{At: s.now, Offset: int64(i) * msgSize, Len: msgSize, Retransmit: again,
		Lost: lost, Frame: s.frames[0] + 1})
	arrived := s.transit(true, label, ms(s.rng.Float64()*.3), lost, again)
	if !lost {
		s.after(arrived, func() { s.receive(i) })
	}
	s.arm()
}

func (s *tcpSim) receive(i int) {
	if !s.received[i] {
		s.received[i] = true
		s.Messages[i].Arrived = s.now
	}
	for s.got < len(s.received) && s.received[s.got] {
		s.Messages[s.got].Delivered = s.now
		s.Receptions = append(s.Receptions, Reception{s.got, s.now})
		s.got++
	}
	got := s.got
	arrived := s.transit(false, fmt.Sprintf("ack %d", got), 0, false, false)
	s.after(arrived, func() { s.ack(got, i) })
}

// sack returns the messages behind got that have come, as far as they have been sent.
func (s *tcpSim) sack(got int) (blocks [][2]int64) {
	for i := got; i < s.next && len(blocks) < 4; i++ {
		if from, to := int64(i)*msgSize, int64(i+1)*msgSize; !s.received[i] {
			continue
		} else if n := len(blocks); n > 0 && blocks[n-1][1] == from {
			blocks[n-1][1] = to
		} else {
			blocks = append(blocks, [2]int64{from, to})
		}
	}
	return blocks
}

func (s *tcpSim) ack(got, sacked int) {
	s.Acks = append(s.Acks, Ack{At: s.now, Offset: int64(got) * msgSize, Window: 64 << 10, SACK: s.sack(got)})
	if got > s.acked {
		s.acked, s.lastProgress = got, s.now
		switch {
		case s.recover >= 0 && got > s.recover:
			s.recover, s.timeout = -1, false
		case s.recover < 0 && (s.ssthresh < 0 || int(s.cwnd) < s.ssthresh):
			s.cwnd++
		case s.recover < 0:
			s.cwnd += 1 / s.cwnd
		}
	}
	if (s.acked+3 <= sacked || s.timeout) && s.acked < s.next && !s.received[s.acked] && !s.resent[s.acked] {
		if s.recover < 0 {
			s.cwnd = max(2, s.cwnd/2)
			s.ssthresh, s.recover = int(s.cwnd), s.next-1
		}
		s.segment(s.acked, true)
	}
	s.state()
	s.send()
}

// arm sets the retransmission timer unless it is set.
func (s *tcpSim) arm() {
	if !s.armed && s.acked < s.next {
		s.armed = true
		s.after(s.lastProgress+s.rto, s.expire)
	}
}

func (s *tcpSim) expire() {
	s.armed = false
	if s.acked < s.next && s.now >= s.lastProgress+s.rto {
		s.ssthresh, s.cwnd, s.recover, s.timeout = max(2, int(s.cwnd/2)), 1, s.next-1, true
		s.lastProgress = s.now
		clear(s.resent)
		s.state()
		s.segment(s.acked, true)
	}
	s.arm()
}

func (s *tcpSim) state() {
	s.States = append(s.States, State{At: s.now, Cwnd: int(s.cwnd), Ssthresh: s.ssthresh, Recovery: s.recover >= 0,
		Timeout: s.timeout, SRTT: .0403, RTO: s.rto.Seconds()})
}
