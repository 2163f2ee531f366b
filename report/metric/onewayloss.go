package metric

import (
	"time"

	"lossylab/netem"
)

// DefaultTmax is the threshold of OneWayLoss when none is set.
const DefaultTmax = 10 * time.Second

// maxUnjudged is how many packets may wait for OneWayLoss to judge them.
const maxUnjudged = 1 << 16

// OneWayLoss is the one-way packet loss of RFC 7680: a packet is lost if no intact copy of it has arrived Tmax after it was
// sent. A copy that arrived damaged does not count as arrived, later copies do not count at all, and a packet that comes
// later than Tmax stays lost. All packets sent are in the sample, and are judged in the order of sending.
//
// Packets wait to be judged until Tmax has passed, 65,536 of them at most in 1 MiB: one that would be one more has the first
// judged early, and counted. The zero value is ready to use.
type OneWayLoss struct {
	Tmax   time.Duration                               // 0: DefaultTmax
	Judged func(seq int64, sent netem.Time, lost bool) // if set, is told of each packet in the order of sending

	waiting line[unjudged]
	result  OneWayLossResult
}

// OneWayLossResult counts packets.
type OneWayLossResult struct {
	Sent     int64 // that have been judged
	Lost     int64
	Waiting  int64 // sent and not judged yet, of which nothing is counted here
	Early    int64 // of those sent, how many were judged before Tmax had passed
	Damaged  int64 // damaged copies that arrived
	Repeated int64 // intact copies that arrived after the first one
	Late     int64 // copies that arrived after their packet had been judged, whether lost or not
}

// Ratio returns the share of the packets that are lost, RFC 7680 section 4.1; 0 without any.
func (r OneWayLossResult) Ratio() float64 { return ratio(r.Lost, r.Sent) }

// unjudged is a packet that may still arrive.
type unjudged struct {
	sent    netem.Time
	arrived bool
}

// Sent tells that the next packet is sent: the first is number 0. Times must not run backwards, here or in Arrived.
func (l *OneWayLoss) Sent(at netem.Time) {
	l.judge(at)
	if l.waiting.len() == maxUnjudged {
		l.result.Early++
		l.judgeFirst()
	}
	l.waiting.push(unjudged{sent: at})
}

// Arrived tells that a copy of packet seq has arrived. One that has not been sent is ignored.
func (l *OneWayLoss) Arrived(seq int64, at netem.Time, damaged bool) {
	l.judge(at)
	switch {
	case seq < 0 || seq >= l.waiting.end:
	case damaged:
		l.result.Damaged++
	case seq < l.waiting.first:
		l.result.Late++
	case l.waiting.at(seq).arrived:
		l.result.Repeated++
	default:
		l.waiting.at(seq).arrived = true
	}
}

// Finish judges the packets that wait. It is for when nothing is under way any more.
func (l *OneWayLoss) Finish() {
	for l.waiting.len() > 0 {
		l.judgeFirst()
	}
}

// Result returns the counts until now.
func (l *OneWayLoss) Result() OneWayLossResult {
	r := l.result
	r.Waiting = int64(l.waiting.len())
	return r
}

// judge judges the packets whose time is over: one that arrives exactly Tmax after it was sent is not lost.
func (l *OneWayLoss) judge(now netem.Time) {
	tmax := l.Tmax
	if tmax <= 0 {
		tmax = DefaultTmax
	}
	for l.waiting.len() > 0 && l.waiting.at(l.waiting.first).sent.Add(tmax) < now {
		l.judgeFirst()
	}
}

func (l *OneWayLoss) judgeFirst() {
	seq := l.waiting.first
	p := l.waiting.pop()
	l.result.Sent++
	if !p.arrived {
		l.result.Lost++
	}
	if l.Judged != nil {
		l.Judged(seq, p.sent, !p.arrived)
	}
}
