package report

import (
	"math"
	"testing"

	"lossylab/report/metric"
)

// lossy is a client of n messages of which those that lost says never came.
func lossy(n int, lost func(seq int) bool) *client {
	c := &client{sent: n}
	for seq := range n {
		if !lost(seq) {
			c.first(seq)
			c.next = seq + 1
		}
	}
	return c
}

// The interval is Wilson's of as many messages as there were where losses come one by one, and of fewer where they come in
// bursts: 5 in a row, ten times in 1000 messages, correlate by about 0.79, and are worth about 117.
func TestLostShareOfBursts(t *testing.T) {
	single := lossy(1000, func(seq int) bool { return seq%20 == 7 })
	bursts := lossy(1000, func(seq int) bool { return seq%100 >= 50 && seq%100 < 55 })
	for _, test := range []struct {
		of          *client
		independent float64
	}{{single, 1000}, {bursts, 117.6}} {
		m := messageCounter{clients: []*client{test.of}}
		got := m.lostShare(false, .9)
		if got.Share != .05 || got.Of != 1000 || math.Abs(float64(got.Independent)-test.independent) > .5 {
			t.Errorf("%+v, want 0.05 of 1000, worth %v", got, test.independent)
		}
		want := metric.WilsonAt(.05, float64(got.Independent), .9)
		if got.Interval != [2]Number{Number(want.Low), Number(want.High)} {
			t.Errorf("%v, want %v", got.Interval, want)
		}
	}
	// Clients add up; and of a run that was cut short, only what came before the last one received counts.
	m := messageCounter{clients: []*client{single, bursts}}
	if got := m.lostShare(false, .95); got.Of != 2000 || math.Abs(float64(got.Independent)-1117.6) > .5 {
		t.Errorf("%+v", got)
	}
	cut := messageCounter{clients: []*client{lossy(1000, func(seq int) bool { return seq >= 500 })}}
	if got := cut.lostShare(true, .95); got.Share != 0 || got.Of != 500 || got.Interval[0] != 0 {
		t.Errorf("%+v", got)
	}
	if got := (&messageCounter{}).lostShare(false, .95); got != nil {
		t.Errorf("%+v of nothing", got)
	}
}

// The summary's row is there only if it has something to say, and a table's cell has the ends for programs.
func TestLostShareIsTold(t *testing.T) {
	if text := (*LostShare)(nil).text(); text != "–" {
		t.Error(text)
	}
	s := &LostShare{Share: .05, Interval: [2]Number{.0312, .0789}}
	if text := s.text(); text != "3.1 to 7.9 %" {
		t.Error(text)
	}
	c := ClientTally{Sent: 100, Received: 95, Lost: 5, Independent: 100}
	cells := c.lostCells("udp", .95)
	if cells[0].Text != "5.0 (2.2–11.2) %" || cells[0].Raw != "0.050000" || cells[1].Raw != "0.021544" || cells[2].Raw != "0.111750" {
		t.Error(cells)
	}
	if cells = c.lostCells("tcp", .95); cells[0].Text != "5.0 %" || cells[1] != none {
		t.Error(cells)
	}
	if cells = (&ClientTally{}).lostCells("udp", .95); cells[0] != none {
		t.Error(cells)
	}
}
