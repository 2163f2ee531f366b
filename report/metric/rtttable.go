package metric

import (
	"math"
	"time"

	"lossylab/netem"
)

// DefaultRTTRows is how many segments RTTTable has a row for when nothing is set.
const DefaultRTTRows = 6

// RTTTable is the table of the Wireshark laboratory on TCP of Kurose and Ross, Computer Networking: of the first data
// segments of a sender, when each was sent and acknowledged, its SampleRTT, and the estimates after it, section 3.5.3:
// EstimatedRTT = 0.875 EstimatedRTT + 0.125 SampleRTT, and then DevRTT = 0.75 DevRTT + 0.25 |SampleRTT - EstimatedRTT|.
//
// RFC 6298 computes the deviation first, from the estimate before; RTO does. The book does not say how to begin: the first
// sample is the first estimate and half of it the first deviation, as in the RFC. A segment is acknowledged by the first
// acknowledgment of its last byte, several by one. One that was sent again has no SampleRTT and moves no estimate. The zero
// value is ready to use.
type RTTTable struct {
	Rows []RTTRow
	N    int // rows wanted; 0: DefaultRTTRows

	next           int64
	any            bool
	estimated, dev float64 // ns
}

// RTTRow is a segment. Times that there are none of are -1.
type RTTRow struct {
	From, To               int64 // bytes of the stream
	Sent, Acked            netem.Time
	Again                  bool // sent more than once before it was acknowledged
	Sample, Estimated, Dev time.Duration
}

// Timeout returns the book's TimeoutInterval after the segment, EstimatedRTT + 4 DevRTT; -1 if there is none.
func (r RTTRow) Timeout() time.Duration {
	if r.Sample < 0 {
		return -1
	}
	return r.Estimated + 4*r.Dev
}

// Sent tells that the bytes [from, to) are sent.
func (t *RTTTable) Sent(from, to int64, at netem.Time) {
	if from >= to {
		return
	}
	if from < t.next {
		for i := range t.Rows {
			if r := &t.Rows[i]; r.Acked < 0 && r.From < to && from < r.To {
				r.Again = true
			}
		}
	} else if len(t.Rows) < t.rows() {
		t.Rows = append(t.Rows, RTTRow{From: from, To: to, Sent: at, Acked: -1, Sample: -1, Estimated: -1, Dev: -1})
	}
	t.next = max(t.next, to)
}

func (t *RTTTable) rows() int {
	if t.N <= 0 {
		return DefaultRTTRows
	}
	return t.N
}

// Acked tells that an acknowledgment of all bytes before ack has come back.
func (t *RTTTable) Acked(ack int64, at netem.Time) {
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Acked >= 0 || r.To > ack {
			continue
		}
		r.Acked = at
		if !r.Again {
			r.Sample = at.Sub(r.Sent)
			t.estimate(float64(r.Sample))
			r.Estimated = time.Duration(math.Round(t.estimated))
			r.Dev = time.Duration(math.Round(t.dev))
		}
	}
}

func (t *RTTTable) estimate(sample float64) {
	if !t.any {
		t.any, t.estimated, t.dev = true, sample, sample/2
		return
	}
	t.estimated += float64((sample - t.estimated) / 8)
	t.dev += float64((math.Abs(sample-t.estimated) - t.dev) / 4)
}
