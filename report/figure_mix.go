package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mixFigures returns the figures of flows that shared a network: how they shared it, and then those of each by itself, with
// its name before them.
func mixFigures(flows []*Flow) []Figure {
	figures := []Figure{goodputFigure(flows)}
	figures = append(figures, mixDelayFigures(decided(flows))...)
	figures = append(figures, mixQueueFigures(flows)...)
	for _, f := range flows {
		alone := *f
		alone.Name, alone.as = "", f.Name
		for _, fig := range Figures([]*Flow{&alone}) {
			fig.flow = f.Name
			fig.Name, fig.Title = f.Name+"-"+fig.Name, f.Name+": "+fig.Title
			figures = append(figures, fig)
		}
	}
	return figures
}

// mixLines are how flows that share a panel are drawn, in their order: no two alike in colour, nor in print without it.
var mixLines = []draw.LineStyle{
	{Color: green, Width: 1.3},
	{Color: blue, Width: 1, Dashes: []vg.Length{4, 1.5}},
	{Color: red, Width: 1, Dashes: []vg.Length{1.2, 1.2}},
	{Color: purple, Width: 1, Dashes: []vg.Length{5, 1.5, 1.2, 1.5}},
	{Color: orange, Width: 1.6, Dashes: []vg.Length{7, 2}},
	{Color: sky, Width: 1.6},
	{Color: ink, Width: .8},
	{Color: grey, Width: 1, Dashes: []vg.Length{2.5, 1}},
}

// mixLine returns how flow number n of a mix is drawn. Beyond eight, colours come again in a lighter shade.
func mixLine(n int) draw.LineStyle {
	line := mixLines[n%len(mixLines)]
	if n >= len(mixLines) {
		line.Color = lighter(line.Color)
	}
	return line
}
