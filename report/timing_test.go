package report

import (
	"strings"
	"testing"
)

// What was lost outside the link is told of the protocol that lost it, in the headline too.
func TestHiddenDropsAreOfTheirProtocol(t *testing.T) {
	all := &Timing{Hidden: []HiddenDrops{{"server: UDP receive buffers", 12}, {"server: TCP listen queues", 1}, {"client: TUN queue", 3}}}
	r := Results{App: ProgramsApp, Timing: all}
	for proto, lost := range map[string]uint64{"udp": 15, "tcp": 4} {
		of := all.Of(proto)
		if of.Lost() != lost {
			t.Errorf("%s lost %d", proto, of.Lost())
		}
	}
	for _, proto := range []string{"udp", "tcp"} {
		r.Flows = append(r.Flows, FlowResult{Proto: proto, Timing: all.Of(proto), Link: map[string]*LinkResult{up: {Offered: 100}, down: {}}})
	}
	r.Flows[0].Link[up].Dropped = 5
	want := "UDP lost 5 of 100 packets up (5.0 %) on the link and 12 outside it; TCP lost none of 100 packets up on the link and 1 outside it; 3 packets of any protocol were lost outside the link."
	if got := r.MakeVerdict(); got != want {
		t.Errorf("%s", got)
	}
}

// A note on lateness names the limit that was broken.
func TestLatenessNamesTheLimit(t *testing.T) {
	for _, c := range []struct {
		of         Timing
		want, hide string
	}{
		{Timing{Slipped: true, P50: 2e-4, P99: 9e-4}, "half of the packets more than 200 µs after they were due, where 100 µs is borne;", "hundred"},
		{Timing{Slipped: true, P50: 5e-5, P99: 3e-3}, "late: one in a hundred more than 3.00 ms, where 1.00 ms is borne;", "half"},
		{Timing{Slipped: true, P50: 2e-4, P99: 3e-3}, "where 100 µs is borne, and one in a hundred more than 3.00 ms", "nothing at all"},
		{Timing{Slipped: true, Waited: 1}, "the link stood still", "slipped"},
	} {
		if notes := strings.Join(c.of.Doubts(), "; "); !strings.Contains(notes, c.want) || strings.Contains(notes, c.hide) {
			t.Errorf("%+v: %s", c.of, notes)
		}
	}
}
