package report

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// linkTrial returns what a link of no great merit did to n packets: every 20th is lost with the one behind it, every 7th is
// overtaken by the next, every 31st comes twice, and delays go up and down.
func linkTrial(n int) *LinkTrial {
	t := &LinkTrial{Link: "delay 20ms 4ms", Spacing: time.Millisecond, MeanBurst: 2,
		DelayShare: func(d time.Duration) float64 { return min(1, max(0, float64(d-16e6)/8e6)) }}
	for i := range n {
		delay, copies := int64(16e6)+int64(i*7919%8001)*1000, uint16(1)
		if i%20 < 2 {
			delay, copies = -1, 0
		} else if i%31 == 0 {
			copies = 2
		}
		t.Delays, t.Copies = append(t.Delays, delay), append(t.Copies, copies)
		if delay < 0 {
			continue
		}
		t.Order, t.Extents = append(t.Order, int32(i)), append(t.Extents, 0)
		if k := len(t.Order) - 1; i%7 == 0 && k > 0 {
			t.Order[k], t.Order[k-1], t.Extents[k] = t.Order[k-1], t.Order[k], 1
		}
	}
	return t
}

// The picture is to be looked at when it changes; all formats are the same bytes each time.
func TestLinkFigure(t *testing.T) {
	goldenPicture(t, "figures/link.svg", render(t, LinkFigure(linkTrial(600)), "svg"))
	for _, format := range formats {
		a, b := render(t, LinkFigure(linkTrial(3000)), format), render(t, LinkFigure(linkTrial(3000)), format)
		if a != b || len(a) < 1000 {
			t.Errorf("two %s files of one trial differ, or are empty: %d and %d bytes", format, len(a), len(b))
		}
	}
	f := LinkFigure(linkTrial(40))
	if want := "Of 40 packets, one every 1ms, 4 were lost and 4 arrived out of order."; f.Caption != want {
		t.Errorf("the caption is %q, want %q", f.Caption, want)
	}
	var b bytes.Buffer
	if err := f.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(b.String(), "\n"); len(lines) != 42 || lines[1] != "0,0.000000000,,,,0" {
		t.Errorf("the table is %q", lines)
	}
}

// What there may be nothing of is drawn too.
func TestLinkFigureEdges(t *testing.T) {
	for name, trial := range map[string]*LinkTrial{
		"one packet":      {Delays: []int64{0}, Order: []int32{0}, Extents: []int32{0}, Copies: []uint16{1}, MeanBurst: math.NaN()},
		"nothing arrived": {Delays: make([]int64, 2000), Copies: make([]uint16, 2000), Spacing: time.Second, MeanBurst: math.Inf(1)},
		"a long gap": {Delays: []int64{5e9, -1, -1, 5e9 + 1}, Order: []int32{3, 0}, Extents: []int32{0, 1}, Copies: []uint16{1, 0, 0, 1},
			Spacing: time.Hour, MeanBurst: 1},
	} {
		if name == "nothing arrived" {
			for i := range trial.Delays {
				trial.Delays[i] = -1
			}
		}
		for _, format := range formats {
			if svg := render(t, LinkFigure(trial), format); format == "svg" && strings.Contains(svg, "NaN") {
				t.Errorf("%s: a place in the picture is no number", name)
			}
		}
	}
}

// The most interesting part is where most is late.
func TestLinkFigureWindow(t *testing.T) {
	trial := &LinkTrial{Delays: make([]int64, 1000), Copies: make([]uint16, 1000)}
	for i := range 1000 {
		trial.Order, trial.Extents = append(trial.Order, int32(i)), append(trial.Extents, 0)
		trial.Copies[i] = 1
	}
	trial.Extents[450], trial.Extents[520], trial.Extents[900] = 2, 1, 3
	if from, to := trial.window(); from > 450 || to <= 520 || to-from != orderLength {
		t.Errorf("the window is %d to %d, want one with both 450 and 520", from, to)
	}
}
