package report

import (
	"lossylab/netem"
	"lossylab/report/metric"
)

// tcpMeasures takes the measures of TCP: of the first connection, but for duplicates.
type tcpMeasures struct {
	duplicates int64 // acknowledgments, of all connections
	trip       metric.RoundTrip
	flight     metric.Level
	window     metric.Level
	mss        int64
	acks       int64 // that the server sent, bare ones

	judged int64 // data segments whose fate is known
	came   int64 // those of them that arrived
	events int64 // loss events
	event  netem.Time
}

// sent takes a transmission. Numbers are moved by one, so that the SYN's is 0.
func (m *tcpMeasures) sent(tr *transmission, again bool) {
	if tr.conn.number != 0 {
		return
	}
	m.mss = max(m.mss, tr.to-tr.from)
	m.trip.Sent(tr.low+1, tr.high+1, tr.at, again)
	m.flight.Set(tr.at, m.trip.Unacked())
}

// heard takes a segment of the server that has come to the client.
func (m *tcpMeasures) heard(c *tcpConn, offset int64, h *netem.Header, at netem.Time, duplicate bool) {
	m.duplicates += int64(one(duplicate))
	if c.number != 0 {
		return
	}
	if h.Flags&netem.SYN == 0 { // whose window is no offer of room yet
		m.window.Set(at, c.window(h))
	}
	m.trip.Acked(offset+1, at)
	m.flight.Set(at, m.trip.Unacked())
}

// judge takes a transmission whose fate, and that of all before it, is known. RFC 5348 section 5.2: losses within a round
// trip of the one that began a loss event are of the same.
func (m *tcpMeasures) judge(tr *transmission) {
	if tr.conn.number != 0 || !tr.data || tr.copies > 0 {
		return
	}
	m.judged++
	m.came += int64(one(tr.ending.arrived))
	if tr.ending.arrived || m.events > 0 && tr.at.Sub(m.event) <= m.trip.RTO.SRTT() {
		return
	}
	m.events++
	m.event = tr.at
}

// answered takes a segment that the server sends.
func (m *tcpMeasures) answered(c *tcpConn, h *netem.Header) {
	if c.number == 0 && len(h.Payload) == 0 && h.Flags&(netem.SYN|netem.FIN) == 0 {
		m.acks++
	}
}

// result sums up. What else belongs to it is the Collector's to add.
func (m *tcpMeasures) result() *TCPMetrics {
	linux := m.trip.RTO.Linux()
	flight, window := m.flight.Result(0), m.window.Result(0)
	some := m.trip.Samples.N() > 0
	return &TCPMetrics{
		Duplicates: m.duplicates,
		Throughput: noNumber,
		RTT:        newSpread(m.trip.Samples.Spread()),
		Karn:       m.trip.Karn,
		SRTT:       numberIf(some, Number(seconds(m.trip.RTO.SRTT()))),
		RTTVar:     numberIf(some, Number(seconds(m.trip.RTO.RTTVAR()))),
		RTO:        Number(seconds(m.trip.RTO.Timeout())),
		RTOLinux:   numberIf(some, Number(seconds(linux.Timeout()))),
		FlightMean: numberIf(flight.Time > 0, Number(flight.Mean)),
		FlightMax:  flight.Max,
		WindowMin:  window.Min,
		WindowMax:  window.Max,
		MSS:        m.mss,
		AckEvery:   ratioOf(m.came, m.acks),
		Sent:       m.judged,
		LossEvents: m.events,
		EventRate:  ratioOf(m.events, m.judged),
	}
}

// metrics returns what was measured of TCP, with what r has of it.
func (t *tcpTracker) metrics(r *FlowResult) *TCPMetrics {
	m := t.measures.result()
	m.Segments, m.Goodput = t.segments, Number(r.App.Goodput)
	if p := r.Metrics.Packets[up]; p != nil {
		m.Throughput = p.Throughput
	}
	return m
}
