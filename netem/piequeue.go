package netem

import (
	"math/rand/v2"
	"time"
)

// pieQueue is the queue of a PIE.
type pieQueue struct {
	fifo
	pie
	rule PIE
	rng  *rand.Rand

	full          string // the cause when there is no room
	censor, harsh censor // harsh never marks

	tick    Time          // of the next update
	waited  time.Duration // by the packet that was dequeued last, 0 when the queue ran empty
	largest int           // size of the largest packet seen
	luck    float64       // the sum of probabilities since the last drop, accu_prob
}

// Enqueue implements Queue.
func (q *pieQueue) Enqueue(now Time, p *Packet) {
	q.update(now)
	q.largest = max(q.largest, p.Size())
	hit := chance(q.rng, q.early(p))
	if hit {
		q.luck = 0
	}
	switch {
	case q.fifo.full(p):
		q.censor.out.Drop(p, q.full)
		return
	case hit:
		// RFC 8033 section 5.1: who ignores marks is met with drops when the probability goes beyond 10 %.
		by := &q.censor
		if q.drop > .1 {
			by = &q.harsh
		}
		if p = by.lose(p); p == nil {
			return
		}
	}
	q.push(p)
}

// early returns the probability with which p is to be dropped.
func (q *pieQueue) early(p *Packet) float64 {
	// RFC 8033 section 4.4: while there is a burst allowance "an incoming packet will be enqueued, bypassing the random drop
	// process". Section 4.1: so it is when the latency "is smaller than half of the target latency value (QDELAY_REF) when
	// the drop probability is not too high (i.e., PIE->drop_prob_ < 0.2), or if the queue has less than a couple of packets."
	if q.burst > 0 || q.last < q.rule.Target/2 && q.drop < .2 || q.bytes < 2*q.largest {
		return 0
	}
	share := q.drop
	if q.rule.ByteMode {
		share = float64(share*float64(p.Size())) / float64(q.largest)
	}
	// Section 5.4: neither two drops at once nor none for long.
	if q.drop == 0 {
		q.luck = 0
	}
	q.luck += share
	switch {
	case q.luck < .85:
		return 0
	case q.luck >= 8.5:
		return 1
	}
	return share
}

// Dequeue implements Queue. Section 4.3: "time-stamp the packets at enqueue, and use the timestamps to calculate latency
// during dequeue".
func (q *pieQueue) Dequeue(now Time) *Packet {
	q.update(now)
	p := q.pop()
	if q.waited = 0; p != nil && q.wait.n > 0 {
		q.waited = now.Sub(p.Sent)
	}
	return p
}

// update makes the updates that are due by now. Between two calls of the queue nothing changes but by updates; so when
// one of them changes nothing, neither would those after it.
func (q *pieQueue) update(now Time) {
	for q.tick <= now {
		before := q.pie
		q.step(q.rule, q.waited)
		steps := Time(1)
		if q.pie == before {
			steps += (now - q.tick) / Time(q.rule.TUpdate)
		}
		q.tick += steps * Time(q.rule.TUpdate)
	}
}

// pie is what RFC 8033 keeps from one update to the next.
type pie struct {
	drop  float64       // drop_prob_
	last  time.Duration // qdelay_old_
	burst time.Duration // burst_allowance_
}

// maxBurstPIE is MAX_BURST.
const maxBurstPIE = 150 * time.Millisecond

// step is an update, with the latency of now.
func (s *pie) step(rule PIE, latency time.Duration) {
	// Section 4.2: "p = alpha * (current_qdelay - QDELAY_REF) + beta * (current_qdelay - PIE->qdelay_old_)".
	p := float64(float64(rule.Alpha)*(latency-rule.Target).Seconds()) + float64(float64(rule.Beta)*(latency-s.last).Seconds())
	p = float64(p / 16 * s.scale())
	if s.drop >= .1 { // Section 5.5: and then by 2 % at most
		p = min(p, .02)
	}
	s.drop += p
	if latency == 0 && s.last == 0 { // "the drop probability decays exponentially"
		s.drop = float64(s.drop * .98)
	}
	s.drop = max(0, min(1, s.drop))
	// Section 4.4: the allowance "is decremented by the update period, T_UPDATE, and is bottomed at 0", and restored when
	// "the congestion goes away".
	s.burst = max(0, s.burst-rule.TUpdate)
	if s.drop == 0 && latency < rule.Target/2 && s.last < rule.Target/2 {
		s.burst = maxBurstPIE
	}
	s.last = latency
}

// scale returns how much of a step is made while the probability is small, from the table in section 4.2.
func (s *pie) scale() float64 {
	for _, row := range [...]struct{ below, scale float64 }{
		{.000001, 1. / 2048}, {.00001, 1. / 512}, {.0001, 1. / 128}, {.001, 1. / 32}, {.01, 1. / 8}, {.1, 1. / 2},
	} {
		if s.drop < row.below {
			return row.scale
		}
	}
	return 1
}
