package report

import (
	"fmt"

	"strconv"

	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

// LinkTrial is what one link did to packets that were sent through it, evenly spaced and numbered from 0.
type LinkTrial struct {
	Link    string        // its words
	Spacing time.Duration // from one packet to the next
	Delays  []int64       // ns, of the first copy of each packet; negative if none arrived
	Order   []int32       // the numbers of those that arrived, in the order of arrival
	Extents []int32       // of those in Order: by how many packets they are late (RFC 4737), 0 in order
	Copies  []uint16      // how many of each packet arrived

	DelayShare func(time.Duration) float64 // expected share of delays up to a time, nil if not known
	MeanBurst  float64                     // expected mean length of a run of losses; NaN if not known
}

// orderLength is how many packets a panel shows whose order can be followed one by one.
const orderLength = 100

var (
	medianLine = draw.LineStyle{Color: blue, Width: 1}
	bandLine   = draw.LineStyle{Color: sky, Width: 1.1}
)

// LinkFigure draws what a link did: how long packets took, in which order some of them came, how many were lost in a row,
// and how the delay went with time.
func LinkFigure(t *LinkTrial) Figure {
	delays, share := t.delayPanel()
	order, window := t.orderPanel()
	runs, geometric := t.runPanel()
	s := sheet{rows: [][]panel{{delays, order}, {runs, t.timePanel()}}}
	s.keys = s.keys.add(share || geometric, lineKey("expected", expectedLine)).
		add(len(t.Order) > 0, markKey("received in order", inOrderMark)).
		add(window.late > 0, markKey("out of order", reorderedMark)).
		add(window.twice > 0, markKey("received twice", duplicateMark)).
		add(window.lost > 0, markKey("lost", lossMark)).
		add(t.summedUp(), lineKey("least to most", draw.LineStyle{Color: sky, Width: 4})).
		add(t.summedUp(), lineKey("median", medianLine))
	return Figure{Name: "link", Title: "What a link does: " + t.words(), Caption: t.caption(), height: 11.5 * vg.Centimeter, draw: s.draw, single: s.single, table: t.table}
}

func (t *LinkTrial) words() string {
	if t.Link == "" {
		return "a perfect link"
	}
	return t.Link
}

// summedUp says whether there are too many packets to show the delay of each.
func (t *LinkTrial) summedUp() bool {
	return len(t.Delays) > fewPackets && len(t.Order) > 0 && t.Spacing > 0
}

// caption says the numbers in a sentence.
func (t *LinkTrial) caption() string {
	late := 0
	for _, e := range t.Extents {
		if e > 0 {
			late++
		}
	}
	lost := len(t.Delays) - len(t.Order)
	return fmt.Sprintf("Of %s, one every %s, %s were lost and %s arrived out of order.", count(len(t.Delays), "packet"),
		netem.FormatDuration(t.Spacing), formatCount(lost), formatCount(late))
}

// table has a line for each packet.
func (t *LinkTrial) table(row func(...string)) {
	place := make([]int, len(t.Delays))
	late := make([]int32, len(t.Delays))
	for i, seq := range t.Order {
		place[seq], late[seq] = i, t.Extents[i]
	}
	row("packet", "sent_s", "delay_ns", "arrival", "late_by", "copies")
	for n, d := range t.Delays {
		sent := stamp(netem.Time(t.Spacing) * netem.Time(n))
		if d < 0 {
			row(strconv.Itoa(n), sent, "", "", "", "0")
			continue
		}
		row(strconv.Itoa(n), sent, strconv.FormatInt(d, 10), strconv.Itoa(place[n]), strconv.Itoa(int(late[n])), strconv.Itoa(int(t.Copies[n])))
	}
}
