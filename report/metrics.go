package report

// Metrics are the measures of the field, by the documents that define them, of one protocol's run. Package metric says how
// each is computed. Shares are between 0 and 1, times are seconds, rates bit/s. A number without a meaning, such as the mean
// length of no bursts at all, is null.
type Metrics struct {
	Confidence float64                   `json:"confidence"` // of the intervals
	Packets    map[string]*PacketMetrics `json:"packets"`    // IP packets, all of the flow, on the link "up" and "down", where there were any
	Messages   *PacketMetrics            `json:"messages"`   // as the first client's and its server's programs saw them; of an echo, the answers
	TCP        *TCPMetrics               `json:"tcp,omitempty"`
}

// PacketMetrics measure the packets of one direction, or messages. Numbers count the order of sending, copies apart. A
// packet has arrived if it did so intact; of one that was fragmented, when all of it has.
type PacketMetrics struct {
	Sent       int64             `json:"sent"`
	Received   int64             `json:"received"`         // different ones
	UnderWay   int64             `json:"under_way"`        // at the end, or behind one that was: loss is not told of these
	Size       Number            `json:"size_mean_bytes"`  // of those sent; packets: IP headers included
	Spacing    Number            `json:"spacing_mean_s"`   // from one sent to the next
	Throughput Number            `json:"throughput_bps"`   // IP bytes delivered, copies included, from the first sent to the last delivered
	Reordering ReorderingMetrics `json:"reordering"`       // RFC 4737
	Density    DensityMetrics    `json:"density"`          // RFC 5236
	Delay      *SpreadMetrics    `json:"one_way_delay_s"`  // RFC 7679; messages: as app.latency_s
	IPDV       *SpreadMetrics    `json:"ipdv_s"`           // RFC 3393 and RFC 5481 section 4.1: of packets sent one after the other, without sign
	PDV        *SpreadMetrics    `json:"pdv_s"`            // RFC 5481 section 4.2: above the least delay
	Jitter     Number            `json:"jitter_rfc3550_s"` // RFC 3550 section 6.4.1, at the end
	Loss       LossMetrics       `json:"loss"`             // RFC 7680
}

// ReorderingMetrics are those of RFC 4737.
type ReorderingMetrics struct {
	Packets         int64     `json:"reordered"`                    // section 3.3
	Ratio           Number    `json:"ratio"`                        // section 4.1, of those received
	Interval        [2]Number `json:"ratio_interval"`               // Wilson's, of as many independent arrivals as there were
	ExtentMean      Number    `json:"extent_mean_packets"`          // section 4.2
	ExtentMax       int64     `json:"extent_max_packets"`           //
	LateMean        Number    `json:"late_time_mean_s"`             // section 4.3
	LateMax         Number    `json:"late_time_max_s"`              //
	OffsetMean      Number    `json:"byte_offset_mean"`             // section 4.4, IP headers included
	OffsetMax       int64     `json:"byte_offset_max"`              //
	Degree          [3]Number `json:"n_reordering"`                 // section 5: the share that is n-reordered, n from 1 to 3
	Three           int64     `json:"three_reordered"`              // TCP takes each of these for a loss
	GapMean         Number    `json:"gap_mean_packets"`             // section 4.5: from one reordering discontinuity to the next, arrivals
	GapTime         Number    `json:"gap_mean_s"`                   // and in time
	FreeRunMean     Number    `json:"reordering_free_mean_packets"` // section 4.6
	FreeRunMax      int64     `json:"reordering_free_max_packets"`  //
	Discontinuities int64     `json:"discontinuities"`              // section 3.4: in order, with a gap before it
}

// DensityMetrics are the reorder density and the reorder buffer-occupancy density of RFC 5236: shares, by displacement in
// packets (above 0: late) and by packets held. What is not there is 0.
type DensityMetrics struct {
	Threshold int               `json:"threshold_packets"`
	Beyond    int64             `json:"beyond_threshold"` // received, but displaced too far
	RD        map[string]Number `json:"reorder_density"`
	RBD       map[string]Number `json:"buffer_density"`
	Occupancy Number            `json:"buffer_mean_packets"`
}

// LossMetrics are those of RFC 7680, RFC 3357 and RFC 3611. A packet is lost if nothing of it had arrived intact when
// nothing of it was under way any more.
type LossMetrics struct {
	Packets      int64          `json:"lost"`
	Ratio        Number         `json:"ratio"`                 // RFC 7680 section 4.1
	Interval     [2]Number      `json:"ratio_interval"`        // Wilson's, of so many independent packets:
	Independent  Number         `json:"independent_packets"`   // fewer than were sent where losses come in bursts
	DistanceMean Number         `json:"distance_mean_packets"` // RFC 3357 section 4: from one loss to the next
	Periods      int64          `json:"periods"`               // RFC 3357 section 4: losses in a row
	PeriodMean   Number         `json:"period_mean_packets"`   //
	PeriodMax    int64          `json:"period_max_packets"`    //
	Burst        StretchMetrics `json:"burst"`                 // RFC 3611 section 4.7.2, Gmin 16
	Gap          StretchMetrics `json:"gap"`                   //
}

// StretchMetrics are bursts or gaps of RFC 3611.
type StretchMetrics struct {
	N        int64  `json:"count"`
	Density  Number `json:"density"` // share of their packets that was lost
	Length   Number `json:"mean_packets"`
	Duration Number `json:"mean_s"` // messages: null
}

// SpreadMetrics are a distribution, seconds. Quantiles are of the nearest rank.
type SpreadMetrics struct {
	N    int64   `json:"count"`
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// TCPMetrics are what the packets show of TCP, from client to server. Those that are of a connection are of the first
// client's.
type TCPMetrics struct {
	Segments   int64          `json:"data_segments"`            // of all connections, retransmissions included
	Duplicates int64          `json:"duplicate_acks"`           // of all connections, at the client: RFC 5681 section 2
	Throughput Number         `json:"throughput_bps"`           // of IP packets up, headers and retransmissions included
	Goodput    Number         `json:"goodput_bps"`              // as in app
	RTT        *SpreadMetrics `json:"rtt_s"`                    // samples that Karn's algorithm allows (RFC 6298 section 3)
	Karn       int64          `json:"rtt_refused"`              // acknowledgments that gave none by it
	SRTT       Number         `json:"srtt_s"`                   // RFC 6298 section 2, at the end, of these samples
	RTTVar     Number         `json:"rttvar_s"`                 //
	RTO        Number         `json:"rto_s"`                    // with its least second (2.4)
	RTOLinux   Number         `json:"rto_linux_s"`              // Linux's: SRTT and 200 ms at least
	FlightMean Number         `json:"in_flight_mean_bytes"`     // RFC 5681's FlightSize: sent and not acknowledged cumulatively, over time
	FlightMax  int64          `json:"in_flight_max_bytes"`      //
	WindowMin  int64          `json:"receive_window_min_bytes"` // as scaled, after the handshake
	WindowMax  int64          `json:"receive_window_max_bytes"` //
	MSS        int64          `json:"segment_max_bytes"`        // payload of the largest segment
	AckEvery   Number         `json:"segments_per_ack"`         // with data that arrived, for each without that the server sent
	Sent       int64          `json:"connection_segments"`      // with data, whose fate is known
	LossEvents int64          `json:"loss_events"`              // a lost one, and what was lost within a round trip behind it: RFC 5348 section 5.2
	EventRate  Number         `json:"loss_event_rate"`          // of connection_segments
}
