package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
)

// examples has datagrams of 100 bytes sent every 20 ms; they arrive in the given order of their numbers, from 1, each 68 ms
// after it was sent or at the time given for it.
func examples(t *testing.T, arrivals []int, at map[int]int) FlowResult {
	g := newStage(t, "udp", true)
	type arrival struct {
		at netem.Time
		p  *netem.Packet
	}
	var due []arrival
	last := slices.Max(arrivals)
	ps := map[int]*netem.Packet{}
	for number := 1; number <= last; number++ {
		g.now = ms(float64(20 * (number - 1)))
		ps[number] = g.udp(up)
	}
	for _, number := range arrivals {
		when := ms(float64(20*(number-1) + 68))
		if slow, ok := at[number]; ok {
			when = ms(float64(slow))
		}
		due = append(due, arrival{when, ps[number]})
	}
	for _, a := range due {
		g.now = a.at
		g.arrive(a.p)
	}
	for number, p := range ps {
		if !slices.Contains(arrivals, number) {
			g.drop(p, "loss 3%")
		}
	}
	_, r := g.c.Finish(g.now, false)
	return r
}

// The examples of RFC 4737 section 7, of IP packets of 128 bytes.
func TestRFC4737InARun(t *testing.T) {
	for _, test := range []struct {
		arrivals                     []int
		at                           map[int]int
		reordered                    int64
		extentMean                   Number
		extentMax                    int64
		lateMean, lateMax            Number // ms
		offsetMean                   Number // packets
		degree                       [3]Number
		freeMean                     Number
		discontinuities, under, lost int64
	}{
		{arrivals: []int{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, at: map[int]int{4: 210}, reordered: 1, extentMean: 4, extentMax: 4, lateMean: 62,
			lateMax: 62, offsetMean: 4, degree: [3]Number{.1, .1, .1}, freeMean: 4.5, discontinuities: 1},
		{arrivals: []int{1, 2, 3, 4, 7, 5, 6, 8, 9, 10}, at: map[int]int{5: 189, 6: 190}, reordered: 2, extentMean: 1.5, extentMax: 2,
			lateMean: 1.5, lateMax: 2, offsetMean: 1, degree: [3]Number{.1, 0, 0}, freeMean: 4, discontinuities: 1},
		{arrivals: []int{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, at: map[int]int{4: 250, 5: 252, 6: 256}, reordered: 3, extentMean: 5, extentMax: 6,
			lateMean: 194. / 3, lateMax: 68, offsetMean: 4, degree: [3]Number{1. / 11, 1. / 11, 1. / 11}, freeMean: 4, discontinuities: 1},
		{arrivals: []int{1, 2, 4, 5}, extentMean: noNumber, lateMean: noNumber, lateMax: noNumber, offsetMean: noNumber, freeMean: 4,
			discontinuities: 1, lost: 1},
	} {
		r := examples(t, test.arrivals, test.at)
		p := r.Metrics.Packets[up]
		m := p.Reordering
		if m.Packets != test.reordered || m.ExtentMax != test.extentMax || m.Discontinuities != test.discontinuities || m.Degree != test.degree ||
			p.Loss.Packets != test.lost || p.UnderWay != 0 {
			t.Errorf("%v: %+v, %+v", test.arrivals, m, p.Loss)
		}
		for _, c := range [][2]Number{{m.ExtentMean, test.extentMean}, {m.LateMean * 1e3, test.lateMean}, {m.LateMax * 1e3, test.lateMax},
			{m.OffsetMean / 128, test.offsetMean}, {m.FreeRunMean, test.freeMean}, {m.Ratio, Number(float64(test.reordered) / float64(len(test.arrivals)))}} {
			if c[0].Known() != c[1].Known() || math.Abs(float64(c[0]-c[1])) > 1e-6 {
				t.Errorf("%v: %v, want %v: %+v", test.arrivals, c[0], c[1], m)
			}
		}
		if m.Packets != r.Link[up].Reordered || p.Loss.Packets != r.Link[up].Dropped || p.Received != r.Link[up].Delivered {
			t.Errorf("%v: %+v, but the link counted %+v", test.arrivals, p, r.Link[up])
		}
	}
}

// Packets 2 and 6 arrive behind 3 and 7, which are the second and the sixth to arrive: 4 arrivals and 80 ms lie between them.
func TestReorderingGapsInARun(t *testing.T) {
	r := examples(t, []int{1, 3, 2, 4, 5, 7, 6}, map[int]int{2: 110, 6: 190})
	if m := r.Metrics.Packets[up].Reordering; m.Packets != 2 || m.GapMean != 4 || math.Abs(float64(m.GapTime-.08)) > 1e-9 {
		t.Errorf("%d reordered, %v arrivals and %v s apart", m.Packets, m.GapMean, m.GapTime)
	}
	r = examples(t, []int{1, 3, 2, 4}, map[int]int{2: 110})
	if m := r.Metrics.Packets[up].Reordering; m.Packets != 1 || m.GapMean.Known() || m.GapTime.Known() {
		t.Errorf("one discontinuity, and yet %v arrivals and %v s to the next", m.GapMean, m.GapTime)
	}
}

// RFC 3357's losses, told of what the link drops: packets 3, 4 and 8 of 10 make periods of 2 and 1 and distances 1 and 4.
func TestLossInARun(t *testing.T) {
	r := examples(t, []int{1, 2, 5, 6, 7, 9, 10}, nil)
	l := r.Metrics.Packets[up].Loss
	if l.Packets != 3 || l.Ratio != .3 || l.Periods != 2 || l.PeriodMean != 1.5 || l.PeriodMax != 2 || l.DistanceMean != 2.5 {
		t.Errorf("%+v", l)
	}
	// With Gmin 16 they are one burst, of packets 3 to 8, between two gaps without losses.
	if l.Burst.N != 1 || l.Burst.Density != .5 || l.Burst.Length != 6 || math.Abs(float64(l.Burst.Duration-.12)) > 1e-9 || l.Gap.N != 2 || l.Gap.Density != 0 {
		t.Errorf("burst %+v, gap %+v", l.Burst, l.Gap)
	}
	if !(l.Interval[0] > .1 && l.Interval[0] < .3 && l.Interval[1] > .3 && l.Interval[1] < .7) {
		t.Errorf("interval %v", l.Interval)
	}
}

// Whatever the link does, every packet is judged once it is gone, nothing is kept of it, and the shares fit each other.
func TestMeasuresOfChaos(t *testing.T) {
	for seed := range uint64(20) {
		c := NewCollector("tcp", "", "", true)
		chaos(newStory(t, c), 300, rand.New(rand.NewPCG(seed, 0)))
		_, r := c.Finish(0, false)
		for d, link := range []string{up, down} {
			p, l := r.Metrics.Packets[link], r.Link[link]
			if p.Sent != l.Offered || p.Received+p.Loss.Packets > p.Sent || p.UnderWay > 0 && l.InFlight == 0 {
				t.Errorf("seed %d: %s: %+v, the link counted %+v", seed, link, p, l)
			}
			if g := p.Reordering.Degree; g[0] > p.Reordering.Ratio || g[1] > g[0] || g[2] > g[1] || p.Reordering.Packets > p.Received {
				t.Errorf("seed %d: %s: %+v", seed, link, p.Reordering)
			}
			if f := &c.measures.packets[d].flights; f.end-f.first != p.UnderWay {
				t.Errorf("seed %d: %s: %d packets are kept, %d under way", seed, link, f.end-f.first, p.UnderWay)
			}
		}
	}
}

// A copy makes no second arrival, and a packet is not lost if only its copy came; a damaged one is.
func TestCopiesAndDamage(t *testing.T) {
	g := newStage(t, "udp", true)
	p := g.udp(up)
	copied := g.duplicate(p, 1, "duplicate 1%")
	g.drop(p, "loss 3%")
	g.arrive(copied)
	p = g.udp(up)
	g.arrive(g.corrupt(p, "corrupt 1%", 300))
	p = g.udp(up)
	g.arrive(p, g.duplicate(p, 1, "duplicate 1%"))
	g.udp(up) // stays under way
	_, r := g.c.Finish(g.now, true)
	m := r.Metrics.Packets[up]
	if m.Sent != 4 || m.Received != 2 || m.Loss.Packets != 1 || m.Reordering.Packets != 0 || m.UnderWay == 0 {
		t.Errorf("%+v", m)
	}
}

// One connection: the SYN and the first segment give samples, a segment is lost, three later ones are acknowledged in duplicate, and it is sent again.
func TestMeasuresOfTCP(t *testing.T) {
	g := newStage(t, "tcp", true)
	g.open(1000)
	ack := func(offset int) { g.arrive(g.tcp(down, 5000, uint32(1000+offset), "A", 0)) }
	g.now = ms(100)
	g.arrive(g.data(0, 100))
	g.now = ms(140)
	ack(100)
	g.now = ms(150)
	first := g.data(100, 100)
	g.drop(first, "loss 3%")
	for i := 2; i < 5; i++ {
		g.arrive(g.data(100*i, 100))
	}
	for range 3 {
		ack(100)
	}
	g.arrive(g.data(100, 100))
	ack(500)
	_, r := g.c.Finish(g.now, false)
	m := r.Metrics.TCP
	if m.Duplicates != 3 || m.Segments != 6 || m.Sent != 6 || m.LossEvents != 1 || m.Karn != 1 || m.MSS != 100 || m.FlightMax != 400 ||
		m.WindowMin != 65535 || m.RTO != 1 {
		t.Errorf("%+v", m)
	}
	if m.RTT == nil || m.RTT.N != 2 || m.RTT.Max != .041 || m.EventRate != Number(1./6) || m.AckEvery != 1 {
		t.Errorf("%+v: %+v", m, m.RTT)
	}
}

// What has no meaning is null in results.json, and can be read back.
func TestNoNumberIsNull(t *testing.T) {
	b, err := json.Marshal([]Number{1.5, noNumber, Number(math.Inf(1)), .1234567894, 0})
	if err != nil || string(b) != "[1.5,null,null,0.123456789,0]" {
		t.Errorf("%s, %v", b, err)
	}
	var back []Number
	if err := json.Unmarshal(b, &back); err != nil || back[0] != 1.5 || back[1].Known() {
		t.Errorf("%v, %v", back, err)
	}
	var n Number
	if err := json.Unmarshal([]byte(`"x"`), &n); err == nil {
		t.Error("a text is a number")
	}
	for _, r := range []FlowResult{examples(t, []int{1}, nil), examples(t, []int{1, 2}, nil)} {
		r.Theory = NewTheory(&r, Setting{})
		var b bytes.Buffer
		if err := (&Results{Flows: []FlowResult{r}}).WriteJSON(&b); err != nil || strings.Contains(b.String(), "NaN") {
			t.Errorf("%v: %s", err, b.String())
		}
	}
	empty := NewCollector("tcp", "", "", true)
	_, r := empty.Finish(0, false)
	r.Theory = NewTheory(&r, Setting{})
	if err := (&Results{Flows: []FlowResult{r}}).WriteJSON(new(bytes.Buffer)); err != nil {
		t.Error(err)
	}
}

// The keys are promised to users: none is ever renamed.
func TestMetricsHaveTheKeysOfTheSchema(t *testing.T) {
	for _, test := range []struct {
		of   any
		keys string
	}{
		{Metrics{}, "confidence packets messages tcp,omitempty"},
		{PacketMetrics{}, "sent received under_way size_mean_bytes spacing_mean_s throughput_bps reordering density one_way_delay_s ipdv_s pdv_s jitter_rfc3550_s loss"},
		{ReorderingMetrics{}, "reordered ratio ratio_interval extent_mean_packets extent_max_packets late_time_mean_s late_time_max_s byte_offset_mean byte_offset_max n_reordering three_reordered gap_mean_packets gap_mean_s reordering_free_mean_packets reordering_free_max_packets discontinuities"},
		{DensityMetrics{}, "threshold_packets beyond_threshold reorder_density buffer_density buffer_mean_packets"},
		{LossMetrics{}, "lost ratio ratio_interval independent_packets distance_mean_packets periods period_mean_packets period_max_packets burst gap"},
		{StretchMetrics{}, "count density mean_packets mean_s"},
		{SpreadMetrics{}, "count min mean p50 p95 p99 p999 max"},
		{TCPMetrics{}, "data_segments duplicate_acks throughput_bps goodput_bps rtt_s rtt_refused srtt_s rttvar_s rto_s rto_linux_s in_flight_mean_bytes in_flight_max_bytes receive_window_min_bytes receive_window_max_bytes segment_max_bytes segments_per_ack connection_segments loss_events loss_event_rate"},
		{Theory{}, "link tcp,omitempty"},
		{LinkTheory{}, "loss loss_period_packets reordered duplicates delay_mean_s queue_delay_max_s rate_bps"},
		{Compared{}, "expected measured"},
		{TCPTheory{}, "goodput_bps loss_event_rate loss_events rtt_s t0_s mss_bytes b window_segments link_rate_bps path_rtt_s delay_bandwidth_product_bytes mathis pftk_full pftk_approximate cubic"},
		{Law{}, "rate_bps goodput_over_rate holds why_not"},
	} {
		var keys []string
		typ := reflect.TypeOf(test.of)
		for i := range typ.NumField() {
			keys = append(keys, typ.Field(i).Tag.Get("json"))
		}
		if got := strings.Join(keys, " "); got != test.keys {
			t.Errorf("%v has the keys %s, want %s", typ, got, test.keys)
		}
	}
}

// In the steady state, when distributions are histograms, a packet allocates nothing.
func TestMeasuresAllocateNothing(t *testing.T) {
	var m measures
	p := &netem.Packet{Data: make([]byte, 100)}
	now := netem.Time(0)
	cross := func() {
		p.ID++
		now += 1e6
		m.observe(netem.Event{At: now, Link: up, Kind: netem.Sent, Packet: p})
		kind := netem.Delivered
		if p.ID%50 == 0 {
			kind = netem.Dropped
		}
		m.observe(netem.Event{At: now + netem.Time(p.ID%7*1e5), Link: up, Kind: kind, Packet: p})
	}
	for range 80_000 {
		cross()
	}
	if n := testing.AllocsPerRun(1000, cross); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// One operation is a packet that arrives in order: two events.
func BenchmarkMeasures(b *testing.B) {
	var m measures
	p := &netem.Packet{Data: make([]byte, 100)}
	now := netem.Time(0)
	b.ReportAllocs()
	for b.Loop() {
		p.ID++
		now += 1e6
		m.observe(netem.Event{At: now, Link: up, Kind: netem.Sent, Packet: p})
		m.observe(netem.Event{At: now + netem.Time(p.ID%7*1e5), Link: up, Kind: netem.Delivered, Packet: p})
	}
}
