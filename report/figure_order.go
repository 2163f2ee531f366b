package report

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// zoomLength is the number of messages in a part of a run that is shown enlarged: as many as can be told apart.
const zoomLength = 80

var (
	inOrderMark   = mark{dot, blue, 1.15, 0}
	reorderedMark = mark{triangle, purple, 2.1, 0}
	duplicateMark = mark{diamond, sky, 2, .8}
	lossMark      = mark{tick, red, 3, .7}
	asSent        = draw.LineStyle{Color: grey, Width: .5, Dashes: []vg.Length{3, 2}}
)

// orderFigure sets the order of arrival against the order of sending: below each other the whole run and the part of
// it in which most happened.
func orderFigure(flows []*Flow) Figure {
	all := outcomesOf(flows)
	from, to := window(all, zoomLength, outcome.disorder)
	zoomed := orderZoom(all, from, to)
	whole := orderRow(all)
	happened := total(all)
	s := sheet{rows: [][]panel{whole}, together: true, keys: legend{markKey("received in order", inOrderMark)}.
		add(happened.reordered > 0, markKey("out of order", reorderedMark)).
		add(happened.twice > 0, markKey("received again", duplicateMark)).
		add(happened.lost > 0, markKey(happened.missing(), lossMark)).
		add(true, lineKey("as sent", asSent))}
	height := 8.3 * vg.Centimeter
	clauses := make([]string, len(all))
	for i, t := range all {
		clauses[i] = t.sentence()
	}
	caption := "Order of arrival against order of sending: " + strings.Join(clauses, ", while ")
	if zoomed != nil {
		for _, p := range whole {
			p.Add(box{float64(from) - 1, float64(from) - 1 - .06*float64(to-from), float64(to), float64(to)})
		}
		s.rows = append(s.rows, zoomed)
		height = 15.4 * vg.Centimeter
		caption += fmt.Sprintf("; below, %s %d to %d", wordsOfAll(all).many, from, to-1)
	}
	return Figure{
		Name: "order", Title: "Send order and arrival order", Caption: caption + ".",
		height: height, draw: s.draw, single: s.single, table: func(row func(...string)) { orderTable(all, row) },
	}
}

// orderRow returns a panel for each flow about the whole run, with the same axes.
func orderRow(all []outcome) []panel {
	size := 1
	for _, t := range all {
		size = max(size, t.sent, len(t.place))
	}
	var row []panel
	for _, t := range all {
		at := make([]int, len(t.place))
		for i := range at {
			at[i] = i
		}
		row = append(row, t.orderPanel(0, size, at, t.protocol(), t.note(), "order of arrival"))
	}
	return row
}

// orderZoom returns a panel for each flow about the messages from up to to, or nil if that is all of them. What came
// between from outside does not count, so that the panels have the same axes whatever was lost before.
func orderZoom(all []outcome, from, to int) []panel {
	var row []panel
	zoomed := false
	for _, t := range all {
		zoomed = zoomed || t.sent > to-from
		at := make([]int, len(t.place))
		n := from
		for i, r := range t.flow.Receptions {
			if at[i] = -1; from <= r.Seq && r.Seq < to {
				at[i] = n
				n++
			}
		}
		note := fmt.Sprintf("%s %d to %d", wordsOf(t.flow).many, from, to-1)
		row = append(row, t.orderPanel(from, to, at, "", note, "order of arrival among them"))
	}
	if !zoomed {
		return nil
	}
	return row
}

// orderPanel draws the messages from up to to; at is the height of each reception, or negative.
func (t outcome) orderPanel(from, to int, at []int, name, note, yLabel string) panel {
	p := newPlot("order of sending ("+wordsOf(t.flow).one+" number)", yLabel)
	length := float64(to - from)
	p.X.Min, p.X.Max = float64(from)-.03*length, float64(to-1)+.03*length
	p.Y.Min, p.Y.Max = float64(from)-.09*length, float64(to-1)+.05*length
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 6, whole: true}, ticks{most: 6, whole: true}
	if to > 10_000 {
		p.X.Tick.Marker = ticks{most: 5, whole: true} // longer numbers
	}
	if t.sent == 0 {
		p.Add(noData("nothing was sent"))
		return panel{p, name, note}
	}
	var by [3]plotter.XYs
	for i, r := range t.flow.Receptions {
		if at[i] >= 0 && r.Seq >= from && r.Seq < to {
			by[t.place[i]] = append(by[t.place[i]], plotter.XY{X: float64(r.Seq), Y: float64(at[i])})
		}
	}
	var lost plotter.XYs
	for _, m := range t.flow.Messages {
		if m.Delivered < 0 && m.Seq >= from && m.Seq < to {
			lost = append(lost, plotter.XY{X: float64(m.Seq), Y: float64(from) - .05*length})
		}
	}
	ends := plotter.XYs{{X: float64(from), Y: float64(from)}, {X: float64(to - 1), Y: float64(to - 1)}}
	p.Add(spans{asSent, ends}, points{inOrderMark, by[inOrder]}, points{duplicateMark.among(by[duplicate]), by[duplicate]},
		points{reorderedMark.among(by[reordered]), by[reordered]}, points{lossMark, lost})
	return panel{p, name, note}
}

func orderTable(all []outcome, row func(...string)) {
	row("proto", "message", "arrival", "received_s", "out_of_order", "again", "lost")
	for _, t := range all {
		for i, r := range t.flow.Receptions {
			row(t.flow.Proto, strconv.Itoa(r.Seq), strconv.Itoa(i), stamp(r.At),
				bit(t.place[i] == reordered), bit(t.place[i] == duplicate), "0")
		}
		for _, m := range t.flow.Messages {
			if m.Delivered < 0 {
				row(t.flow.Proto, strconv.Itoa(m.Seq), "", "", "0", "0", "1")
			}
		}
	}
}
