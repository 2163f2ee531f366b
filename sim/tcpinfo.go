package sim

import (
	"time"

	"lossylab/netem"
)

// TCPInfo is the congestion state of one TCP sender at one instant.
type TCPInfo struct {
	At       netem.Time
	Host     int           // number of the client, from 0
	Port     uint16        // the sender's own port, which tells the connections that a host opens apart
	Peer     uint16        // the other end's, which tells those that come to one port apart; 0 where it is not known
	Cwnd     int           // congestion window, segments
	Ssthresh int           // slow start threshold, segments; -1 while it is infinite
	Recovery bool          // in fast recovery (RFC 6675, RFC 8985)
	Timeout  bool          // recovering from a retransmission timeout
	SRTT     time.Duration // smoothed round-trip time (RFC 6298); 0 before the first sample
	RTTVar   time.Duration
	RTO      time.Duration // retransmission timeout
}

// TCPStats counts what a host's TCP did, for all its connections together.
type TCPStats struct {
	Retransmits    uint64 `json:"retransmits"`     // segments sent again, for whatever reason
	FastRecoveries uint64 `json:"fast_recoveries"` // times that a sender entered fast recovery
	Timeouts       uint64 `json:"timeouts"`        // retransmission timeouts
	Spurious       uint64 `json:"spurious"`        // times that an acknowledgment told the sender that its recovery was needless
	TailProbes     uint64 `json:"tail_probes"`     // recoveries brought about by a tail loss probe (RFC 8985 section 7)
	ChecksumErrors uint64 `json:"checksum_errors"` // segments received and thrown away
}
