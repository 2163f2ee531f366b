package match

import (
	"net/netip"

	"lossylab/report/capturefile"
)

// Filter says which packets count. The zero value takes all IP packets.
type Filter struct {
	Proto int        // TCP, UDP or another protocol number; 0 for any
	Port  uint16     // at either end; 0 for any. Later fragments have no ports and never match one
	From  netip.Addr // the source; the zero value for any

	FromPort uint16 // the source's port; 0 for any. Where both ends have one address, as on the loopback, only ports tell the ways apart
}

// takes reports whether a packet counts.
func (f *Filter) takes(v *view) bool {
	return (f.Proto == 0 || v.Proto == f.Proto) && (f.Port == 0 || v.srcPort == f.Port || v.dstPort == f.Port) &&
		(!f.From.IsValid() || v.Src == f.From) && (f.FromPort == 0 || v.srcPort == f.FromPort)
}

// suspects reports whether an arrival that does not count might have counted before it was damaged: its header is unreadable
// or wrong, or its addresses are right and its ports are not. What goes the other way is often captured before the network
// card computes its checksum, and is no suspect.
func (f *Filter) suspects(r *capturefile.Record, v *view, readable bool) bool {
	switch {
	case r.Version == 0 || r.Cut():
		return false
	case !readable || v.broken():
		return true
	case f.FromPort != 0 && v.dstPort == f.FromPort:
		return false
	case v.Dst == f.From && f.FromPort == 0 || v.Version == 4 && v.Src != f.From:
		return false
	}
	return v.damaged()
}
