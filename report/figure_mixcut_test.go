package report

import (
	"testing"

	"lossylab/netem"
)

// TestFiguresOfAMixThatWasCutShort: messages that might still have come are left out once, not once more where a flow of a mix
// is drawn by itself.
func TestFiguresOfAMixThatWasCutShort(t *testing.T) {
	flow := func(name string) *Flow {
		f := &Flow{Name: name, Proto: "udp", Clients: 1, Unfinished: 6, End: 10e6}
		for seq := range netem.Time(10) {
			m := Message{Seq: int(seq), Sent: seq * 1e6, Arrived: -1, Delivered: -1}
			if seq < 4 {
				m.Arrived, m.Delivered = m.Sent+1e6, m.Sent+1e6
				f.Receptions = append(f.Receptions, Reception{At: m.Delivered, Seq: m.Seq})
			}
			f.Messages = append(f.Messages, m)
		}
		return f
	}
	flows := []*Flow{flow("a"), flow("b")}
	if got := len(Figures(flows)); got == 0 {
		t.Error("no figures")
	}
	once := decided(flows)
	if got := len(decided(once)[0].Messages); got != 4 {
		t.Errorf("%d messages are decided, want 4", got)
	}
}
