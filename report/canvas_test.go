package report

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// sized is a recorder with a size.
type sized struct{ recorder.Canvas }

func (*sized) Size() (w, h vg.Length) { return 100, 100 }

// TestStrokeInParts draws a long closed path: no part may be longer than maxStroke, and each begins where the last
// ended.
func TestStrokeInParts(t *testing.T) {
	var p vg.Path
	p.Move(vg.Point{X: 1, Y: 1})
	for i := range 2500 {
		p.Line(vg.Point{X: vg.Length(i % 50), Y: vg.Length(i % 7)})
	}
	p.Close()
	out := &sized{}
	(&canvas{out: out, m: identity}).Stroke(p)
	var last vg.Point
	for i, a := range out.Actions {
		part := a.(*recorder.Stroke).Path
		if len(part) > maxStroke {
			t.Errorf("part %d has %d points", i, len(part))
		}
		if i > 0 && part[0].Pos != last {
			t.Errorf("part %d begins at %v, want %v", i, part[0].Pos, last)
		}
		last = part[len(part)-1].Pos
	}
	if want := (vg.Point{X: 1, Y: 1}); len(out.Actions) != 9 || last != want {
		t.Errorf("%d parts, the last to %v", len(out.Actions), last)
	}
}

// TestTransform checks that a rotation comes before an earlier translation, and that coordinates are rounded.
func TestTransform(t *testing.T) {
	out := &sized{}
	c := &canvas{out: out, m: identity}
	c.Push()
	c.Translate(vg.Point{X: 10, Y: 20})
	c.Rotate(math.Pi / 2)
	c.Scale(2, 1)
	c.Fill(vg.Path{{Type: vg.MoveComp, Pos: vg.Point{X: 1.00101, Y: 3}}})
	c.Pop()
	c.Fill(vg.Path{{Type: vg.MoveComp, Pos: vg.Point{X: 1.236, Y: -.004}}})
	var got []vg.Point
	for _, a := range out.Actions {
		if f, ok := a.(*recorder.Fill); ok {
			got = append(got, f.Path[0].Pos)
		}
	}
	if want := []vg.Point{{X: 7, Y: 22}, {X: 1.24}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestLetters checks that the font has every letter that figures use: a missing one would be a box.
func TestLetters(t *testing.T) {
	var buf sfnt.Buffer
	for _, r := range "µ×→≥–·…−\u2009±%" {
		for _, bold := range []bool{false, true} {
			if g, err := letters(8, bold).Face.GlyphIndex(&buf, r); g == 0 || err != nil {
				t.Errorf("no %q: %v", r, err)
			}
		}
	}
}

func TestHundredths(t *testing.T) {
	for n, want := range map[int]string{0: "0", 5: ".05", -50: "-.5", 100: "1", 1230: "12.3", -45354: "-453.54"} {
		if got := string(hundredths(nil, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestColumns checks that a reduced line keeps the ends and the extremes of each column of the paper.
func TestColumns(t *testing.T) {
	var at []vg.Point
	for i := range 10_000 {
		at = append(at, vg.Point{X: vg.Length(i) / 100, Y: vg.Length(i * 7919 % 101)})
	}
	got := columns(at)
	if most := 4 * 418; len(got) > most {
		t.Errorf("%d points of 100 pt, want %d at most", len(got), most)
	}
	if got[0] != at[0] || got[len(got)-1] != at[len(at)-1] {
		t.Error("the ends are gone")
	}
	if !slices.IsSortedFunc(got, func(a, b vg.Point) int { return int(math.Copysign(1, float64(a.X-b.X))) }) {
		t.Error("the points are out of order")
	}
	for _, extreme := range []vg.Length{0, 100} {
		has := func(p vg.Point) bool { return p.Y == extreme }
		if !slices.ContainsFunc(got, has) {
			t.Errorf("the value %v is gone", extreme)
		}
	}
}

// TestStairs checks the corners of a step line, and that a line may be interrupted.
func TestStairs(t *testing.T) {
	got := stairs([]vg.Point{{X: 0, Y: 1}, {X: 1, Y: 1}, {X: 2, Y: 3}, {X: 4, Y: 3}})
	want := []vg.Point{{X: 0, Y: 1}, {X: 2, Y: 1}, {X: 2, Y: 3}, {X: 4, Y: 3}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i].Pos != want[i] {
			t.Errorf("corner %d: %v, want %v", i, got[i].Pos, want[i])
		}
	}
	p := newPlot("", "")
	out := &sized{}
	c := &canvas{out: out, m: identity}
	p.Add(steps{cwndLine, plotter.XYs{{X: 0, Y: math.NaN()}, {X: .2, Y: .5}, {X: .6, Y: math.NaN()}, {X: .8, Y: 1}}})
	sheet{rows: [][]panel{{{Plot: p}}}}.draw(draw.NewCanvas(c, 100, 100))
	n := 0
	for _, a := range out.Actions {
		if s, ok := a.(*recorder.SetLineWidth); ok && s.Width == cwndLine.Width {
			n++
		}
	}
	if n == 0 {
		t.Error("the interrupted line was not drawn")
	}
}

// TestPaletted checks that the colours of flat areas survive, and that the blends at their edges come out close.
func TestPaletted(t *testing.T) {
	colors := []color.RGBA{blue, orange, red, ink}
	img := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for x := range 200 {
		for y := range 100 {
			c, white := colors[y%4], max(0, x-100)
			blend := func(v uint8) uint8 { return uint8((int(v)*(100-white) + 255*white) / 100) }
			img.SetRGBA(x, y, color.RGBA{blend(c.R), blend(c.G), blend(c.B), 255})
		}
	}
	got := paletted(img)
	if n := len(got.Palette); n > 256 {
		t.Errorf("%d colours", n)
	}
	for x := range 200 {
		for y := range 100 {
			want, most := img.RGBAAt(x, y), 0
			if x > 100 {
				most = 7
			}
			r, g, b, _ := got.At(x, y).RGBA()
			for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
				if d < -most || d > most {
					t.Fatalf("%d,%d: %v, want %v within %d", x, y, got.At(x, y), want, most)
				}
			}
		}
	}
}
