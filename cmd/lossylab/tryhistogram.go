package main

import (
	"fmt"
	"strings"
)

// bars is how many rows a histogram has, and barWidth the length of its longest bar.
const (
	bars     = 12
	barWidth = 50
)

// bar returns a bar for n where most is the largest; what there is, is seen.
func bar(n, most int) string {
	length := (n*barWidth + most - 1) / most
	return strings.Repeat("#", length)
}

// delayHistogram shows the delays of what arrived, in equal steps from the shortest to the longest.
func (r *tryResults) delayHistogram(b *strings.Builder) {
	d := r.delays
	if d.N() == 0 {
		return
	}
	if d.Min() == d.Max() {
		fmt.Fprintf(b, "\nAll delays are %s ms.\n", significant(float64(d.Min())/1e6))
		return
	}
	width := float64(d.Max()-d.Min()) / bars
	edge := func(k int) float64 { return float64(d.Min()) + float64(float64(k)*width) }
	counts, most := make([]int, bars), 0
	for k := range counts {
		upTo := d.N()
		if k < bars-1 {
			upTo = d.CountBelow(int64(edge(k + 1)))
		}
		counts[k] = upTo
	}
	for k := bars - 1; k > 0; k-- {
		counts[k] -= counts[k-1]
	}
	for _, n := range counts {
		most = max(most, n)
	}
	b.WriteString("\nDelays (ms)\n")
	var rows [][]string
	for k, n := range counts {
		rows = append(rows, []string{"", fixed(edge(k)/1e6, width/1e6), "to", fixed(edge(k+1)/1e6, width/1e6), grouped(n), bar(n, most)})
	}
	writeTable(b, rows)
}

// lossHistogram shows how long runs of losses are, where they are longer than chance makes them now and then.
func (r *tryResults) lossHistogram(b *strings.Builder) {
	lengths, most := r.lost.Lengths(), 0
	if len(lengths) < 3 {
		return
	}
	for _, n := range lengths {
		most = max(most, n)
	}
	b.WriteString("\nLosses in a row\n")
	var rows [][]string
	for k, n := range lengths {
		if rows == nil && n == 0 { // none this short
			continue
		}
		name := grouped(1 << k)
		if k > 0 {
			name += " to " + grouped(2<<k-1)
		}
		rows = append(rows, []string{"", name, grouped(n), bar(n, most)})
	}
	writeTable(b, rows)
}
