package match

import (
	"lossylab/netem"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
)

const linuxDir = "../../testdata/linux"

// Both ends of connections of real Linux, with what was dropped between them: exactly those are found missing.
func TestLinux(t *testing.T) {
	client, server := netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.2")
	for _, c := range []struct {
		name string
		from netip.Addr
		sent int
		lost netem.PacketSet
	}{
		{"d2_seg5_lost", client, 24, netem.PacketSet{{First: 7, Last: 7}}},
		{"d2_seg5_lost", server, 21, nil},
		{"d4a_acks_first_flight_lost", client, 23, nil},
		{"d4a_acks_first_flight_lost", server, 21, netem.PacketSet{{First: 2, Last: 11}}},
		{"d9_seg5_lost_twice", client, 25, netem.PacketSet{{First: 7, Last: 7}, {First: 23, Last: 23}}},
		{"d10_syn_lost_6", client, 29, netem.PacketSet{{First: 1, Last: 6}}},
		{"d10b_synack_lost_4", server, 25, netem.PacketSet{{First: 1, Last: 4}}},
		{"d12_fin_lost", client, 24, netem.PacketSet{{First: 22, Last: 22}}},
		{"d17_blackout", client, 24, netem.PacketSet{{First: 2, Last: 24}}},
	} {
		t.Run(c.name+" from "+c.from.String(), func(t *testing.T) {
			ends := []string{"client", "server"}
			if c.from == server {
				slices.Reverse(ends)
			}
			sent := captureOf(t, filepath.Join(linuxDir, c.name+"."+ends[0]+".pcap"))
			received := captureOf(t, filepath.Join(linuxDir, c.name+"."+ends[1]+".pcap"))
			got, err := Compare(sent, received, Filter{Proto: TCP, From: c.from}, Config{})
			if err != nil {
				t.Fatal(err)
			}
			r := got.Result
			if r.Sent != c.sent || !slices.Equal(r.Lost, c.lost) {
				t.Errorf("%d sent, lost %v; want %d, %v", r.Sent, r.Lost, c.sent, c.lost)
			}
			if r.Ambiguous+r.Duplicates+r.Reordered+r.Corrupted+r.Unknown > 0 || r.MinDelay < 20e6 || r.MinDelay > 20.1e6 {
				t.Errorf("%+v", r) // of which there was none on a way that takes 20 ms
			}
		})
	}
}
