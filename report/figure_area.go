package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// filled fills what lies below a value that holds until the next one comes, down to the foot of the panel.
type filled struct{ at plotter.XYs }

// Plot implements plot.Plotter.
func (f filled) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var outline vg.Path
	for i := range len(f.at) - 1 {
		left, right, top := x(f.at[i].X), x(f.at[i+1].X), y(f.at[i].Y)
		if top <= c.Min.Y {
			continue
		}
		for k, corner := range []vg.Point{{X: left, Y: c.Min.Y}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: c.Min.Y}} {
			if k == 0 {
				outline.Move(round(corner))
			} else {
				outline.Line(round(corner))
			}
		}
		outline.Close()
	}
	c.SetColor(sky)
	c.Fill(outline)
}

// countDecades are the ticks of an axis of logarithms to the base of ten.
type countDecades struct{}

// Ticks implements plot.Ticker.
func (countDecades) Ticks(lo, hi float64) (all []plot.Tick) {
	for k := max(0, math.Ceil(lo)); k <= hi; k++ {
		all = append(all, plot.Tick{Value: k, Label: number(math.Pow10(int(k)), 0)})
	}
	return all
}

// noTicks is an axis without numbers.
type noTicks struct{}

// Ticks implements plot.Ticker.
func (noTicks) Ticks(float64, float64) []plot.Tick { return nil }
