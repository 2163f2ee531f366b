package report

import (
	"math"

	"lossylab/netem"
	"lossylab/report/metric"
)

// Setting is what theory wants to know of a run beside its measures.
type Setting struct {
	App      string // "stream", "bulk" or "echo"
	CC       string // congestion control: "reno" or "cubic"
	Clients  int
	Shared   bool // other traffic is on the link
	Up, Down netem.Spec
}

// Theory sets what is to be expected beside what was measured.
type Theory struct {
	Link map[string]*LinkTheory `json:"link"` // "up" and "down", where there were packets
	TCP  *TCPTheory             `json:"tcp,omitempty"`
}

// LinkTheory is what the link's models do in the long run to packets of the mean size and spacing of those sent
// (netem.Spec.Expect), as if these were evenly spaced: those of a UDP stream are, TCP's are not, but do not come faster than the rate in the long run.
type LinkTheory struct {
	Loss       Compared `json:"loss"`                // share of the packets: dropped or damaged
	MeanBurst  Compared `json:"loss_period_packets"` // mean, RFC 3357
	Reordered  Compared `json:"reordered"`           // ratio, RFC 4737
	Duplicates Compared `json:"duplicates"`          // for each packet sent
	Delay      Compared `json:"delay_mean_s"`        // expected: while no queue builds up
	Queue      Compared `json:"queue_delay_max_s"`   // expected: of a full queue of such packets, null without a limit
	Rate       Number   `json:"rate_bps"`            // that arrives at most; null: no bound
}

// Compared is a number by theory and as measured.
type Compared struct {
	Expected Number `json:"expected"`
	Measured Number `json:"measured"`
}

// TCPTheory sets the goodput beside laws of TCP's throughput, for the first client's connection. Goodput is the mean of the
// clients.
type TCPTheory struct {
	Goodput  Number `json:"goodput_bps"`
	P        Number `json:"loss_event_rate"`
	Events   int64  `json:"loss_events"`
	RTT      Number `json:"rtt_s"`           // mean of the samples that Karn's algorithm allows
	T0       Number `json:"t0_s"`            // first timeout: RFC 6298, of at least the 200 ms of Linux
	MSS      int64  `json:"mss_bytes"`       // payload of the largest segment
	AckEvery int    `json:"b"`               // segments to an acknowledgment, 1 or 2
	Window   int64  `json:"window_segments"` // that the receiver allowed at most
	Rate     Number `json:"link_rate_bps"`   // of the link up; null: no bound
	PathRTT  Number `json:"path_rtt_s"`      // of both links by theory, without queues; where that is not known, the least sample
	Product  Number `json:"delay_bandwidth_product_bytes"`

	Mathis *Law `json:"mathis"`
	PFTK   *Law `json:"pftk_full"`
	Approx *Law `json:"pftk_approximate"`
	CUBIC  *Law `json:"cubic"`
}

// Law is a law's rate of payload, and what speaks against holding it against this run.
type Law struct {
	Rate  Number   `json:"rate_bps"`
	Ratio Number   `json:"goodput_over_rate"`
	Holds bool     `json:"holds"`
	Why   []string `json:"why_not"` // none if it holds
}

// NewTheory returns the theory for a result that is complete but for it.
func NewTheory(r *FlowResult, s Setting) *Theory {
	t := &Theory{Link: map[string]*LinkTheory{}}
	if r.Metrics == nil {
		return t
	}
	delays := 0.
	for i, spec := range []*netem.Spec{&s.Up, &s.Down} {
		link := [...]string{up, down}[i]
		p := r.Metrics.Packets[link]
		if p == nil {
			continue
		}
		traffic := netem.Traffic{Spacing: fromSeconds(float64(p.Spacing)), Size: int(math.Round(float64(p.Size)))}
		if r.Proto == "tcp" { // it adapts itself to the rate, in the long run
			traffic.Spacing = max(traffic.Spacing, spec.Rate.Transmission(traffic.Size))
		}
		e := spec.Expect(traffic)
		t.Link[link] = newLinkTheory(&e, spec, p, r.Link[link])
		delays += e.DelayMean
	}
	if r.TCP != nil && r.Metrics.TCP != nil {
		t.TCP = newTCPTheory(r, &s)
		if l := t.Link[up]; l != nil {
			t.TCP.Rate = l.Rate
		}
		t.TCP.PathRTT = Number(delays / 1e9)
		if rtt := r.Metrics.TCP.RTT; !t.TCP.PathRTT.Known() && rtt != nil {
			t.TCP.PathRTT = Number(rtt.Min)
		}
		t.TCP.Product = t.TCP.Rate * t.TCP.PathRTT / 8
		t.TCP.laws(r, &s)
	}
	return t
}

func newLinkTheory(e *netem.Expectation, spec *netem.Spec, p *PacketMetrics, l *LinkResult) *LinkTheory {
	t := &LinkTheory{
		Loss:       Compared{Number(1 - float64((1-e.Loss)*(1-e.Corrupted))), p.Loss.Ratio},
		MeanBurst:  Compared{numberIf(e.Corrupted == 0, Number(e.MeanBurst)), p.Loss.PeriodMean},
		Reordered:  Compared{Number(e.Reordered), p.Reordering.Ratio},
		Duplicates: Compared{Number(e.Duplicates), ratioOf(l.Duplicated, l.Offered)},
		Delay:      Compared{Number(e.DelayMean / 1e9), noNumber},
		Rate:       Number(e.Rate),
		Queue:      Compared{noNumber, noNumber},
	}
	if p.Delay != nil {
		t.Delay.Measured = Number(p.Delay.Mean)
	}
	if l.Sojourn != nil {
		t.Queue.Measured = Number(l.Sojourn.Max)
	}
	if spec.TC == nil && spec.Rate > 0 {
		bytes := float64(spec.Limit.Bytes)
		if spec.Limit.Packets > 0 {
			bytes = float64(spec.Limit.Packets) * float64(p.Size)
		}
		t.Queue.Expected = numberIf(bytes > 0, Number(bytes*8/float64(spec.Rate)))
	}
	return t
}

func newTCPTheory(r *FlowResult, s *Setting) *TCPTheory {
	m := r.Metrics.TCP
	t := &TCPTheory{Goodput: Number(r.App.Goodput / float64(max(1, s.Clients))), P: m.EventRate, Events: m.LossEvents, RTT: noNumber,
		T0: m.RTOLinux, MSS: m.MSS, AckEvery: 1, Rate: noNumber}
	if m.RTT != nil {
		t.RTT = Number(m.RTT.Mean)
	}
	if m.AckEvery >= 1.5 { // a delayed acknowledgment is of two: RFC 5681 section 4.2
		t.AckEvery = 2
	}
	if m.MSS > 0 {
		t.Window = m.WindowMax / m.MSS
	}
	return t
}

// laws fills in the laws.
func (t *TCPTheory) laws(r *FlowResult, s *Setting) {
	sender := metric.Sender{MSS: int(t.MSS), AckEvery: t.AckEvery}
	if t.RTT.Known() {
		sender.RTT, sender.RTO = fromSeconds(float64(t.RTT)), fromSeconds(float64(t.T0))
	}
	t.Mathis = t.law(sender, metric.Sender.Mathis)
	t.PFTK = t.law(sender, metric.Sender.PFTKFull)
	t.Approx = t.law(sender, metric.Sender.PFTK)
	t.CUBIC = t.law(sender, metric.Sender.Cubic)
	for _, l := range t.all() {
		l.Why = append(l.Why, t.reasons(s)...)
	}
	for _, l := range []*Law{t.Mathis, t.CUBIC} {
		if n := r.TCP.Timeouts; n > 0 {
			l.Why = append(l.Why, count(n, "timeout")+", of which it knows none")
		}
	}
	if t.P > metric.MathisLimit {
		t.Mathis.Why = append(t.Mathis.Why, "more than 2 % of the segments begin a loss event")
	}
	if s.CC == "cubic" {
		t.Mathis.Why = append(t.Mathis.Why, "the sender runs CUBIC, and it speaks of Reno")
		t.PFTK.Why = append(t.PFTK.Why, "the sender runs CUBIC, and it speaks of Reno")
		t.Approx.Why = append(t.Approx.Why, "the sender runs CUBIC, and it speaks of Reno")
	} else {
		t.CUBIC.Why = append(t.CUBIC.Why, "the sender runs Reno")
	}
	for _, l := range t.all() {
		l.Holds = len(l.Why) == 0
	}
}

func (t *TCPTheory) all() []*Law { return []*Law{t.Mathis, t.PFTK, t.Approx, t.CUBIC} }

// leastEvents is how many loss events there have to be for their rate to mean something.
const leastEvents = 30

// reasons are those for which no law holds.
func (t *TCPTheory) reasons(s *Setting) (why []string) {
	if t.Events < leastEvents {
		why = append(why, "its p is of "+count(t.Events, "loss event")+", fewer than 30")
	}
	if s.App != "bulk" {
		why = append(why, "the program sets the pace")
	}
	if s.Clients > 1 || s.Shared {
		why = append(why, "several clients share the link")
	}
	return why
}

// law returns what a law says, and what bounds the rate otherwise.
func (t *TCPTheory) law(s metric.Sender, of func(metric.Sender, float64) float64) *Law {
	l := &Law{Rate: noNumber, Ratio: noNumber, Why: []string{}}
	if s.RTT <= 0 || t.MSS == 0 || !(t.P > 0 && t.P < 1) {
		return l
	}
	l.Rate = Number(of(s, float64(t.P)))
	l.Ratio = t.Goodput / l.Rate
	if t.Rate.Known() && t.Rate < l.Rate {
		l.Why = append(l.Why, "the link's rate is lower: "+formatRate(float64(t.Rate)))
	}
	if window := float64(t.Window*t.MSS) * 8 / s.RTT.Seconds(); t.Window > 0 && window < float64(l.Rate) {
		l.Why = append(l.Why, "the receive window allows less: "+formatRate(window))
	}
	return l
}
