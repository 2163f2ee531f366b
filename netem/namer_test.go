package netem_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lossylab/netem"
)

// Packets are named as people would name them.
func TestNamesOfPackets(t *testing.T) {
	var n netem.Namer
	var got []string
	for _, p := range segments(t, "S S a0 0:9 9:18 18:27 9:18 0:18 a5@27 2/S 2/0:5 u 9:30 20:24 F30 F30 R i ?") {
		words := "none"
		if name, ok := n.Name(p); ok {
			words = strings.TrimPrefix(name.Fault(netem.Dropping, name.Flow == 1).String(), "drop ")
		}
		got = append(got, words)
	}
	want := "syn 1, syn 2, ack 1, data 1, data 2, data 3, retransmission 1 of data 2, retransmission 1 of data 1, ack 2, " +
		"syn 1 flow 2, data 1 flow 2, datagram 1, data 4, retransmission 4, fin 1, fin 2, rst 1, packet 1 flow 4, none"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	if tcp, udp := n.Flows(netem.DataSegment), n.Flows(netem.Datagram); tcp != 2 || udp != 1 {
		t.Errorf("%d flows of TCP and %d of UDP", tcp, udp)
	}
}

// A name means the packet that had it, and no other: 150 packets of three flows that make little sense, each met by its name
// alone; seeds 1 to 5.
func TestANameMeansOnePacket(t *testing.T) {
	for seed := range uint64(5) {
		how := make([]byte, 150)
		for i, rng := 0, rand.New(rand.NewPCG(seed, 7)); i < len(how); i++ {
			how[i] = byte(rng.IntN(256))
		}
		var n netem.Namer
		for _, p := range wild(seed, how) {
			name, ok := n.Name(p)
			if !ok {
				continue
			}
			words := name.Fault(netem.Dropping, false).String()
			if events, unmet := through(t, words, wild(seed, how)); which(events) != fmt.Sprint(p.ID) || unmet != nil {
				t.Errorf("seed %d: packet %d is named by %q, which drops %q; %v", seed, p.ID, words, which(events), unmet)
			}
		}
	}
}
