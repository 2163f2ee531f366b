package report

import "slices"

// TCPServer is what the server's TCP paid for what it sends: answers, SYN and FIN. Nil is one of which nothing is known.
type TCPServer struct {
	Retransmits    uint64  `json:"retransmits"`               // by the packets, SYN and FIN included
	FastRecoveries *uint64 `json:"fast_recoveries,omitempty"` // where they are counted
	Timeouts       *uint64 `json:"timeouts,omitempty"`
}

func (s *TCPServer) retransmits() *uint64 {
	if s == nil {
		return nil
	}
	return &s.Retransmits
}

func (s *TCPServer) fastRecoveries() *uint64 {
	if s == nil {
		return nil
	}
	return s.FastRecoveries
}

func (s *TCPServer) timeouts() *uint64 {
	if s == nil {
		return nil
	}
	return s.Timeouts
}

// server returns what is known of the server, nil if nothing is.
func (t *TCPResult) server() *TCPServer {
	if t == nil {
		return nil
	}
	return t.Server
}

// serverPaid reports whether a server's TCP sent anything again.
func (r *Results) serverPaid() bool {
	for i := range r.Flows {
		if n := r.Flows[i].TCP.server().retransmits(); n != nil && *n > 0 {
			return true
		}
	}
	return false
}

// ofBoth is a row with a count of the client's TCP, and where a server's has sent anything again, that of the server's, "–" if it
// is not known.
func (r *Results) ofBoth(label string, tcp func(string, func(*FlowResult) string) row, count func(*TCPResult) (client uint64, server *uint64)) row {
	known := slices.ContainsFunc(r.Flows, func(f FlowResult) bool {
		if f.TCP == nil {
			return false
		}
		_, server := count(f.TCP)
		return server != nil
	})
	if !known || !r.serverPaid() {
		return tcp(label, func(f *FlowResult) string {
			client, _ := count(f.TCP)
			return formatCount(int64(client))
		})
	}
	near, far := ends(r.anyFromServer())
	return tcp(label+", "+near+" / "+far, func(f *FlowResult) string {
		client, server := count(f.TCP)
		if server == nil {
			return formatCount(int64(client)) + " / –"
		}
		return formatCount(int64(client)) + " / " + formatCount(int64(*server))
	})
}
