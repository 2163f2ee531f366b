package report

import (
	"fmt"
	"slices"

	"lossylab/report/metric"
)

// LostShare says how sure the share of messages is that were lost. TCP's have none: it delivers what it is given, or its
// connection ends, and neither is a sample of anything.
type LostShare struct {
	Share       Number    `json:"share"` // of those whose fate is known
	Interval    [2]Number `json:"interval"`
	Of          int64     `json:"of"`          // whose fate is known
	Independent Number    `json:"independent"` // so many independent ones they are worth; fewer where losses come in bursts
}

// known returns how many messages of a client have a fate: all, or in a run that was cut short those before the last one
// received, as what was sent later might still have come.
func (c *client) known(cut bool) int {
	if cut {
		return c.next
	}
	return c.sent
}

// lost reports whether a message that has a fate never came.
func (c *client) lost(seq int) bool {
	word := seq / 64
	return word >= len(c.seen) || c.seen[word]>>(seq%64)&1 == 0
}

// fates returns which messages of a client were lost.
func (c *client) fates(cut bool) (lost metric.Runs) {
	for seq := range c.known(cut) {
		lost.Add(c.lost(seq))
	}
	return lost
}

// independent returns how many independent messages those of a client are worth whose fate is known.
func (c *client) independent(cut bool) float64 {
	lost := c.fates(cut)
	return metric.Independent(lost.N(), lost.ACF1())
}

// lostShare returns the share of all clients' messages that were lost, and Wilson's interval of it: nil if there is nothing to
// go by. What each client's messages are worth, adds up.
func (m *messageCounter) lostShare(cut bool, level float64) *LostShare {
	hits, known, independent := 0, 0, 0.0
	for _, c := range m.clients {
		lost := c.fates(cut)
		hits, known = hits+lost.Hits(), known+lost.N()
		independent += metric.Independent(lost.N(), lost.ACF1())
	}
	if known == 0 {
		return nil
	}
	share := float64(hits) / float64(known)
	i := metric.WilsonAt(share, independent, level)
	return &LostShare{Number(share), [2]Number{Number(i.Low), Number(i.High)}, int64(known), Number(independent)}
}

// text writes the interval: "1.5 to 4.4 %".
func (s *LostShare) text() string {
	if s == nil || !s.Interval[0].Known() {
		return "–"
	}
	return fmt.Sprintf("%s to %s %%", formatPercent(float64(s.Interval[0])), formatPercent(float64(s.Interval[1])))
}

// lostCells are the columns of the summary about the share that was lost: the share, with its interval for people, and the
// interval's ends for programs.
func (c *ClientTally) lostCells(proto string, level float64) []Cell {
	known := c.Received + c.Lost
	if known == 0 {
		return []Cell{none, none, none}
	}
	share := float64(c.Lost) / float64(known)
	cell := percentCell(share)
	if proto != "udp" {
		return []Cell{cell, none, none}
	}
	i := metric.WilsonAt(share, c.Independent, level)
	if !i.Known() {
		return []Cell{cell, none, none}
	}
	cell.Text = fmt.Sprintf("%s (%s–%s) %%", formatPercent(share), formatPercent(i.Low), formatPercent(i.High))
	return []Cell{cell, percentCell(i.Low), percentCell(i.High)}
}

// lostShares reports whether there is anything to say of how sure a share is.
func (r *Results) lostShares() bool {
	return slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.App.LostShare != nil })
}

// lostLabel is the row's: "lost, 95 % interval".
func (r *Results) lostLabel() string { return "lost, " + formatLevel(r.confidence()) + " interval" }

// lostWords define the row, if there is one.
func (r *Results) lostWords() (facts []fact) {
	if r.lostShares() {
		facts = []fact{{Name: r.lostLabel(), Value: "Wilson's score interval for the share that is lost in the long run, of UDP, as if of n (1 - r) / (1 + r) where the fates of neighbours correlate by r > 0. TCP loses none by chance."}}
	}
	return facts
}
