package netem

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// RED is Random Early Detection (Floyd and Jacobson, "Random Early Detection Gateways for Congestion Avoidance",
// IEEE/ACM Transactions on Networking 1(4), 1993; here "1993"). It averages the length of the queue in bytes. While the
// average is between Min and Max it drops packets, with a probability that rises to Probability at Max; above Max it drops
// them all.
//
// What is left at zero is as in tc: Max is a quarter of the limit (in bytes, or in packets of AvPkt), Min a third of Max.
type RED struct {
	Min, Max    int     // of the average, bytes
	AvPkt       int     // size of a packet on average, bytes; zero means 1000
	Burst       int     // packets that may arrive in a burst at an empty queue without any being dropped; zero: (2 Min + Max) / (3 AvPkt)
	Probability float64 // of dropping a packet, at Max; zero means 2 %
	ECN         bool    // mark packets that may be marked instead of dropping them
}

// settled returns r with its defaults said, and the limit with its own.
func (r RED) settled(limit Limit) (RED, Limit) {
	limit = limit.or(DefaultLimit)
	r.AvPkt = defaulted(r.AvPkt, 1000)
	if r.Max == 0 {
		r.Max = max(limit.Bytes, limit.Packets*r.AvPkt) / 4
	}
	r.Min = defaulted(r.Min, r.Max/3)
	r.Burst = defaulted(r.Burst, max(1, (2*r.Min+r.Max)/(3*r.AvPkt)))
	if r.Probability == 0 {
		r.Probability = .02
	}
	return r, limit
}

// New implements Discipline.
func (r RED) New(limit Limit, rate Rate, rng *rand.Rand, out Outlet) Queue {
	r, limit = r.settled(limit)
	return &redQueue{
		fifo: fifo{limit: limit}, rule: r, weight: r.weight(), slot: rate.Transmission(r.AvPkt), rng: rng, out: out,
		count: -1, idle: true,
		full:   "queue red " + limit.String(),
		early:  newCensor(r.ECN, out, "queue red min "+FormatSize(r.Min)),
		forced: newCensor(r.ECN, out, "queue red max "+FormatSize(r.Max)),
	}
}

// maxREDBytes and maxREDBurst bound RED's numbers, so that no sum of them overflows.
const (
	maxREDBytes = 1 << 40
	maxREDBurst = 1_000_000
)

// Validate implements Discipline.
func (r RED) Validate(limit Limit) error {
	if err := checkProbability("queue", r.Probability); err != nil {
		return err
	}
	if r.AvPkt < 0 || r.AvPkt > 65535 {
		return wrong("queue", "red's average packet is 1B to 65535B: write queue red avpkt 1000B")
	}
	if r.Burst < 0 || r.Burst > maxREDBurst {
		return wrong("queue", "red's burst is 1 to 1000000 packets: write queue red burst 55")
	}
	if r.Min < 0 || r.Min > maxREDBytes || r.Max < 0 || r.Max > maxREDBytes || limit.Bytes > maxREDBytes ||
		limit.Packets > maxREDBytes/65536 {
		return wrong("queue", "red's queue is at most 1TiB: write queue red min 30KB max 90KB")
	}
	if r, _ = r.settled(limit); r.Min <= 0 || r.Min >= r.Max {
		return wrongf("queue", "red's min %s is not below its max %s (without a word, a quarter of the limit): write queue red min 30KB max 90KB",
			FormatSize(r.Min), FormatSize(r.Max))
	}
	return nil
}

// String implements Discipline.
func (r RED) String() string {
	s := "queue red"
	for _, v := range [...]struct {
		word string
		n    int
	}{{"min", r.Min}, {"max", r.Max}, {"avpkt", r.AvPkt}} {
		if v.n != 0 {
			s += " " + v.word + " " + FormatSize(v.n)
		}
	}
	if r.Burst != 0 {
		s += fmt.Sprintf(" burst %d", r.Burst)
	}
	if r.Probability != 0 {
		s += " probability " + FormatProbability(r.Probability)
	}
	if r.ECN {
		s += " ecn"
	}
	return s
}

// weight returns w_q: the largest 2^-n, n from 1, with which a burst of L packets at an empty queue leaves the average below
// Min. 1993 section 6.1: L + 1 + ((1 - w_q)^(L+1) - 1) / w_q < min, in packets.
func (r RED) weight() float64 {
	burst, least := float64(r.Burst+1), float64(r.Min)/float64(r.AvPkt)
	w := .5
	for range 30 {
		if burst+(power(1-w, uint64(r.Burst+1))-1)/w < least {
			break
		}
		w /= 2
	}
	return w
}

// power returns x^n by products alone, which no two machines round differently.
func power(x float64, n uint64) float64 {
	y := 1.
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}

// redQueue is 1993's figure 2, "Detailed algorithm for RED gateways".
type redQueue struct {
	fifo
	rule   RED
	weight float64
	slot   time.Duration // a packet's transmission
	rng    *rand.Rand
	out    Outlet

	full          string // the cause when there is no room
	early, forced censor // below max and above

	average   float64 // bytes
	count     int     // packets since the last one dropped or marked; -1 below min
	idle      bool    // nothing waits and nothing is transmitted
	idleSince Time
}

// Enqueue implements Queue.
func (q *redQueue) Enqueue(now Time, p *Packet) {
	q.observe(now)
	by := &q.early
	if q.average >= float64(q.rule.Max) {
		by = &q.forced
	}
	hit := chance(q.rng, q.probability())
	if hit {
		q.count = 0
	}
	switch {
	case q.fifo.full(p):
		q.out.Drop(p, q.full)
		return
	case hit:
		if p = by.lose(p); p == nil {
			return
		}
	}
	q.push(p)
}

// observe brings the average up to date with a packet that arrives. After an idle time it is as if so many packets as
// could have been transmitted had found the queue empty: "m <- f(time - q_time), avg <- (1-w_q)^m avg".
func (q *redQueue) observe(now Time) {
	switch {
	case !q.idle:
		q.average += float64(q.weight * (float64(q.bytes) - q.average))
	case q.slot == 0:
		q.average = 0
	default:
		q.average *= power(1-q.weight, uint64(now.Sub(q.idleSince)/q.slot))
	}
	q.idle = false
}

// probability returns that of the arriving packet to be dropped: "p_b <- max_p (avg - min_th)/(max_th - min_th), p_a <-
// p_b/(1 - count p_b)". So drops are about evenly apart.
func (q *redQueue) probability() float64 {
	least, most := float64(q.rule.Min), float64(q.rule.Max)
	switch {
	case q.average < least:
		q.count = -1
		return 0
	case q.average >= most:
		return 1
	}
	q.count++
	b := q.rule.Probability * (q.average - least) / (most - least)
	past := float64(float64(q.count) * b)
	if past >= 1 {
		return 1
	}
	return b / (1 - past)
}

// Dequeue implements Queue. That there is nothing left to transmit is known when the transmitter asks in vain.
func (q *redQueue) Dequeue(now Time) *Packet {
	p := q.pop()
	if p == nil && !q.idle {
		q.idle, q.idleSince = true, now
	}
	return p
}
